"""Somebody who wants to help: the form on the network's page for everybody, and where an application stands."""

from fastapi import APIRouter, Depends, Request, Response

from app.domain.volunteering import APPLICATION_DAYS, LANGUAGES, PART_WORDS, SKILL_WORDS, VEHICLE_WORDS
from app.kit.errors import WaslError
from app.kit.language import without_cookies
from app.kit.web import database_of, now_of
from app.people.sign_in_api import address_of
from app.public.page import shown
from app.volunteering import applications
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Sent
from app.web.volunteering.volunteer_forms import ProfileForm, application_of, read_profile

router = APIRouter(include_in_schema=False, dependencies=[Depends(without_cookies)])
CHOICES = {"skills": SKILL_WORDS, "vehicles": VEHICLE_WORDS, "parts": PART_WORDS, "tongues": LANGUAGES}


@router.get("/n/{slug}/help")
def show(request: Request, slug: str) -> Response:
    """An empty form."""
    form = ProfileForm(languages=[language_of(request).code])
    return _form(request, slug, form)


@router.post("/n/{slug}/help")
def apply(request: Request, slug: str, data: Sent) -> Response:
    """Keep it and go where it stands, or show the form again with what does not fit."""
    form = read_profile(data)
    try:
        wish = application_of(form, language_of(request).code)
        secret = applications.apply(database_of(request), slug, wish, address_of(request), now_of(request))
    except WaslError as error:
        if error.status == 404:
            raise
        form.show_errors(error, language_of(request))
        return _form(request, slug, form, error.status)
    return see_other(f"/help/{secret}", done="sent", lang=language_of(request).code)


def _form(request: Request, slug: str, form: ProfileForm, status: int = 200) -> Response:
    found = shown(database_of(request), slug, address_of(request), now_of(request))
    return render(
        request,
        "help_form.html",
        status,
        demonstration=found.demonstration,
        slug=slug,
        name=found.name_in(language_of(request).code),
        form=form,
        days=APPLICATION_DAYS,
        **CHOICES,
    )


@router.get("/help/{token}")
def stands(request: Request, token: str, done: str = "") -> Response:
    """Where an application stands, for whoever has its link."""
    found = applications.application_at(database_of(request), token, address_of(request), now_of(request))
    return render(
        request,
        "help_stands.html",
        application=found,
        token=token,
        done=done == "sent",
        gone=False,
        days=APPLICATION_DAYS,
    )


@router.post("/help/{token}/take-back")
def take_back(request: Request, token: str) -> Response:
    """Take it back: nothing of it stays."""
    applications.take_back(database_of(request), token, address_of(request), now_of(request))
    return render(request, "help_stands.html", application=None, token="", done=False, gone=True, days=0)
