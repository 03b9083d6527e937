"""What one is told, by which channel and when not; and the way out that comes with every mail. No rule lives here."""

from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from app.domain.notifications import CHANNEL_WORDS, SUBJECTS, Channel
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.notifications import Notification
from app.notifications import choices, devices, proving
from app.notifications.choices import Choices
from app.notifications.newsroom import senders_of
from app.notifications.schemas import ChoicesChange, PhoneConfirmation, TrialWish
from app.partners.service import network_of
from app.web.language import language_of
from app.web.rendering import STATIC, render, see_other
from app.web.sent_forms import TypedForm, lists_of, read_as, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
LAST = 10
STATE_WORDS = {"waiting": "Waiting", "sent": "Sent", "refused": "Not taken", "expired": "Not sent"}
TROUBLE_WORDS = {
    "out of date": "It was out of date when quiet hours ended.",
    "not wanted any more": "It was not wanted any more.",
    "not set up here": "This channel is not set up.",
    "too many in a day": "There were too many text messages in a day.",
}
WORDS_WITHOUT_SUBJECT = {"test": "A trial", "code": "A code for your phone number"}
DONE = {
    "saved": "It is saved.",
    "saved_and_code": "It is saved. A code is on its way to your phone: confirm the number with it.",
    "saved_without_code": "It is saved. Too many codes were asked for: have one sent later to confirm the number.",
    "code": "A code is on its way to your phone.",
    "confirmed": "Your phone number is confirmed.",
    "tried": "A trial is on its way.",
    "taken_off": "That device is told nothing more.",
}


@dataclass(kw_only=True)
class ChoicesForm(TypedForm):
    """The form as it was typed; channels by subject."""

    channels: dict[str, list[str]] = field(default_factory=dict)
    quiet: bool = True
    quiet_from: str = ""
    quiet_until: str = ""
    phone: str = ""
    language: str = "en"
    version: str = "1"


@dataclass(kw_only=True)
class CodeForm(TypedForm):
    """The code that proves a phone number, as it was typed."""

    code: str = ""


@router.get("/notifications")
def show(request: Request, visitor: Visitor, done: str = "") -> Response:
    """What is chosen, and the last ten that went or did not."""
    return _page(request, visitor, done=done)


def _page(
    request: Request,
    visitor: Principal,
    form: ChoicesForm | None = None,
    status: int = 200,
    done: str = "",
    typed: CodeForm | None = None,
) -> Response:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = choices.choices_of(session, visitor)
        mine = devices.list_devices(session, visitor, None, devices.MOST_DEVICES).items
        last = choices.list_notifications(session, visitor, cursor=None, limit=LAST).items
    language = language_of(request)
    set_up = _set_up(request)
    return render(
        request,
        "notifications.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=ZoneInfo(network.time_zone),
        choices=found,
        form=form or _as_chosen(found),
        typed=typed or CodeForm(),
        set_up=set_up,
        devices=[(row, devices.service_of(row)) for row in mine],
        channel_words=CHANNEL_WORDS,
        last=[(row, _what(row), _why(row)) for row in last],
        states=STATE_WORDS,
        done=language.t(DONE[done]) if done in DONE else "",
    )


def _set_up(request: Request) -> list[Channel]:
    senders = senders_of(request.app.state.settings)
    return [channel for channel in Channel if channel in senders]


def _as_chosen(found: Choices) -> ChoicesForm:
    quiet = found.quiet
    return ChoicesForm(
        channels={code: sorted(channels) for code, channels in found.channels.items()},
        quiet=quiet is not None,
        quiet_from=f"{quiet.begins:%H:%M}" if quiet else "21:00",
        quiet_until=f"{quiet.ends:%H:%M}" if quiet else "07:00",
        phone=found.phone or "",
        language=found.language,
        version=str(found.version),
    )


def _what(row: Notification) -> str:
    return SUBJECTS[row.subject].words if row.subject in SUBJECTS else WORDS_WITHOUT_SUBJECT.get(row.subject, "")


def _why(row: Notification) -> str:
    """Our own words for why it did not go; what a server said is not shown."""
    return TROUBLE_WORDS.get(row.trouble or "", "")


@router.post("/notifications")
def save(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Keep what was chosen, or show it again with what does not fit; another phone number gets a code at once."""
    form = _read(texts_of(data), lists_of(data))
    try:
        change = read_as(ChoicesChange, _document(form))
        version = int(form.version) if form.version.isascii() and form.version.isdigit() else 0
        with database_of(request).transaction(visitor.scope) as session:
            before = choices.choices_of(session, visitor).phone
            found = choices.choose(session, visitor, change, version, now_of(request))
    except WaslError as error:
        form.show_errors(error, language_of(request))
        return _page(request, visitor, form, error.status)
    if found.phone in (None, before) or Channel.SMS not in _set_up(request):
        return see_other("/notifications", done="saved")
    try:
        _send_code(request, visitor)
    except WaslError as error:
        if error.code != "too_many_codes":
            raise
        return see_other("/notifications", done="saved_without_code")
    return see_other("/notifications", done="saved_and_code")


def _send_code(request: Request, visitor: Principal) -> None:
    database, now = database_of(request), now_of(request)
    proving.count(database, visitor, _set_up(request), now)
    with database.transaction(visitor.scope) as session:
        proving.ask_for_code(session, visitor, now)


@router.post("/notifications/phone/code")
def send_code(request: Request, visitor: Visitor) -> Response:
    """Have a code texted to one's number, in place of the one before."""
    try:
        _send_code(request, visitor)
    except WaslError as error:
        return _code_page(request, visitor, CodeForm(), error)
    return see_other("/notifications", done="code")


@router.post("/notifications/phone/confirm")
def confirm(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Confirm one's number with the code that came, or say what is wrong with it."""
    typed = CodeForm(code=texts_of(data).get("code", ""))
    try:
        wish = read_as(PhoneConfirmation, {"code": typed.code})
        proving.confirm(database_of(request), visitor, wish.code, now_of(request))
    except WaslError as error:
        return _code_page(request, visitor, typed, error)
    return see_other("/notifications", done="confirmed")


def _code_page(request: Request, visitor: Principal, typed: CodeForm, error: WaslError) -> Response:
    typed.show_errors(error, language_of(request))
    response = _page(request, visitor, status=error.status, typed=typed)
    response.headers.update(error.headers)
    return response


def _read(texts: dict[str, str], lists: dict[str, list[str]]) -> ChoicesForm:
    offered = [code for code in SUBJECTS if f"subject-{code}" in texts]
    return ChoicesForm(
        channels={code: lists.get(f"channels-{code}", []) for code in offered},
        quiet="quiet" in texts,
        quiet_from=texts.get("quiet_from", ""),
        quiet_until=texts.get("quiet_until", ""),
        phone=texts.get("phone", ""),
        language=texts.get("language", "en"),
        version=texts.get("version", ""),
    )


def _document(form: ChoicesForm) -> dict[str, Any]:
    hours = {"begins": form.quiet_from, "ends": form.quiet_until} if form.quiet else None
    return {"channels": form.channels, "quiet_hours": hours, "phone": form.phone, "language": form.language}


@router.post("/notifications/test")
def try_out(request: Request, visitor: Visitor, channel: Annotated[str, Form()]) -> Response:
    """Have a trial sent."""
    wish = read_as(TrialWish, {"channel": channel})
    set_up = senders_of(request.app.state.settings)
    with database_of(request).transaction(visitor.scope) as session:
        choices.try_out(session, visitor, Channel(wish.channel), set_up, now_of(request))
    return see_other("/notifications", done="tried")


@router.post("/notifications/devices/take-off")
def take_device_off(request: Request, visitor: Visitor, device_id: Annotated[UUID, Form()]) -> Response:
    """Be told on a browser no more, from whichever one."""
    with database_of(request).transaction(visitor.scope) as session:
        devices.take_off(session, visitor, device_id, now_of(request))
    return see_other("/notifications", done="taken_off")


@router.get("/notify-worker.js")
def worker() -> Response:
    """The script that shows what is pushed; its scope is the one page that registers it, apart from the driver's."""
    script = (STATIC / "notify-worker.js").read_text(encoding="utf-8")
    return Response(script, headers={"Cache-Control": "no-cache"}, media_type="text/javascript")


# ---- the way out -----------------------------------------------------------------------------------------------------


@router.get("/unsubscribe/{token}")
def ask(request: Request, token: str) -> Response:
    """Mail scanners follow links; only a person presses the button."""
    wish = choices.wish_of(database_of(request), token)
    return _private(render(request, "unsubscribe.html", subject=SUBJECTS[wish.subject].words, token=token, done=False))


@router.post("/unsubscribe/{token}")
def no_more(request: Request, token: str) -> Response:
    """No more mail of this: pressed by a person, or by a mail program (RFC 8058), which brings no cookie."""
    wish = choices.no_more_mail(database_of(request), token, now_of(request))
    return _private(render(request, "unsubscribe.html", subject=SUBJECTS[wish.subject].words, token=token, done=True))


def _private(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
