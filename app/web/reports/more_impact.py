"""What one thing more would have rescued, as a page: asked for, watched, ranked by what a kilogram more costs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.domain.additions import (
    ASSUMPTIONS,
    CHART_WORDS,
    KIND_WORDS,
    LEFT_OUT_WORDS,
    PRICE_WORDS,
    STANDING_WORDS,
    WORDS,
    Added,
)
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.language import PlainLanguage, isolated
from app.kit.web import database_of, now_of
from app.models.additions import AdditionReport
from app.models.partners import Network
from app.papers.more_impact import more_impact_paper
from app.partners.service import network_of, zone_of
from app.reports.additions import queries, service
from app.reports.additions.queries import Estimate, Found
from app.reports.together.recorded import first_day_not_over
from app.web.charts import NARROW_PIXELS, WIDTH_PIXELS, bars, height_of, paired_bars, picture
from app.web.language import Language, language_of
from app.web.paper import issued, issued_paper
from app.web.rendering import render, see_other
from app.web.reports.more_impact_form import AskForm, fresh_form, read_form, wish_of
from app.web.sent_forms import lists_of, texts_of
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
MOST_BARS = 10
LONGEST_LABEL = 14
EARLIER_SHOWN = 10
STATE_WORDS = {
    "queued": "Waiting for its turn.",
    "running": "It is being worked out.",
    "done": "Finished.",
    "cancelled": "It was ended before all days were there.",
}
Figure = Literal["food", "cost"]
CHARTS: dict[str, str] = {"food": "More food on an average day, kg", "cost": "What a kilogram more costs, {currency}"}


@dataclass(frozen=True)
class MoreView:
    """All that the page shows. found: the report that is looked at, None where there is none."""

    zone: ZoneInfo
    currency: str
    form: AskForm
    estimate: Estimate | None
    counted: bool
    found: Found | None
    earlier: Sequence[AdditionReport]

    @property
    def helping(self) -> list[Added]:
        """What rescues more, the cheapest kilogram first."""
        return [each for each in self.found.ranking if each.standing == "helps"] if self.found else []

    @property
    def others(self) -> list[Added]:
        """What rescues no more."""
        return [each for each in self.found.ranking if each.standing != "helps"] if self.found else []

    @property
    def is_under_way(self) -> bool:
        """Whether it is still worked out."""
        return self.found is not None and self.found.report.state in service.UNDER_WAY


def _words_of(language: Language, found: Found, added: Added) -> Markup:
    """What an addition is called."""
    return language.t(WORDS[added.kind], place=found.names.get(added.subject, "–"))


def _label_of(language: Language, found: Found, added: Added) -> str:
    """The same in as few words as a picture has room for."""
    name = found.names.get(added.subject, "–")
    short = name if len(name) <= LONGEST_LABEL else f"{name[:LONGEST_LABEL].rstrip()}…"
    return PlainLanguage(language.code).said(CHART_WORDS[added.kind], place=isolated(short))


def signed(below_zero: bool, amount: str) -> str:
    """An amount with its sign before it, whichever way the page is read."""
    return f"\u2066−{amount}\u2069" if below_zero else amount


def minutes(seconds: float) -> int:
    """Whole minutes, one at least."""
    return max(1, math.ceil(seconds / 60))


def _view(
    session: Session, visitor: Visitor, network: Network, form: AskForm, report: UUID | None, counted: bool
) -> MoreView:
    wanted = report or queries.newest_report(session, visitor)
    days, estimate = form.days(), None
    if days is not None and not form.errors:
        try:
            estimate = queries.estimate(session, visitor, *days, form.kinds)
        except WaslError as error:
            form.errors = {"": error.detail}
    return MoreView(
        zone_of(network),
        network.currency,
        form,
        estimate,
        counted,
        None if wanted is None else queries.get_report(session, visitor, wanted),
        queries.list_reports(session, visitor, None, EARLIER_SHOWN).items,
    )


def _shown(request: Request, network: Network, visitor: Visitor, view: MoreView, status: int = 200) -> Response:
    language = language_of(request)
    return render(
        request,
        "more_impact.html",
        status,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=view,
        name_of=lambda added: _words_of(language, view.found, added) if view.found else "",
        minutes=minutes,
        signed=signed,
        money=lambda cents: f"{cents / 100:.2f} {view.found.report.currency if view.found else view.currency}",
        kind_words=KIND_WORDS,
        standing_words=STANDING_WORDS,
        left_out_words=LEFT_OUT_WORDS,
        state_words=STATE_WORDS,
        price_words=PRICE_WORDS,
        assumptions=ASSUMPTIONS,
        charts=CHARTS,
        picture_width=WIDTH_PIXELS,
        narrow_width=NARROW_PIXELS,
        picture_height=height_of(min(MOST_BARS, len(view.helping))),
    )


@router.get("/more-impact")
def show(
    request: Request,
    visitor: Visitor,
    report: str = "",
    kinds: Annotated[list[str], Query()] = [],  # noqa: B006 - read, never written
) -> Response:
    """The newest report, or the one that is named; and the form for another, with about how long it would take."""
    visitor.require("plans.request")
    texts = dict(request.query_params)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        form = read_form(texts, kinds, fresh_form(first_day_not_over(session, network, now_of(request))))
        return _shown(
            request, network, visitor, _view(session, visitor, network, form, _id_or_none(report), "from" in texts)
        )


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@router.post("/more-impact")
def ask(request: Request, visitor: Visitor, data: Sent) -> Response:
    """Have the days solved again, or show the form with what does not fit."""
    visitor.require("plans.request")
    database, now = database_of(request), now_of(request)
    with database.transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        form = read_form(
            texts_of(data),
            lists_of(data).get("kinds", []),
            fresh_form(first_day_not_over(session, network, now_of(request))),
        )
    try:
        wish = wish_of(form)

        def verb(session: Session) -> Answer:
            prices, kinds = wish.prices.cents(), [*map(str, wish.kinds)]
            made = service.ask(session, visitor, wish.first, wish.last, kinds, prices, wish.box_kg, now)
            return Answer(202, {"id": str(made.id)}, {})

        digest = fingerprint("POST", "/more-impact", wish.model_dump_json())
        said = once(database, visitor, form.key, digest, now, verb)
    except WaslError as error:
        form.show_errors(error, language_of(request))
        with database.transaction(visitor.scope) as session:
            network = network_of(session, visitor)
            view = _view(session, visitor, network, form, None, False)
            return _shown(request, network, visitor, view, error.status)
    return see_other("/more-impact", report=said.body["id"])


@router.post("/more-impact/end")
def end(request: Request, visitor: Visitor, report: Annotated[UUID, Form()]) -> Response:
    """End a report that is worked out; one that has ended by itself is shown."""
    with database_of(request).transaction(visitor.scope) as session:
        try:
            service.end(session, visitor, report, now_of(request))
        except WaslError as error:
            if error.code != "report_has_ended":
                raise
    return see_other("/more-impact", report=str(report))


@router.get("/more-impact/chart.svg")
def chart(request: Request, visitor: Visitor, report: UUID, figure: Figure, narrow: bool = False) -> Response:
    """What rescues more: the food beside what the search itself varies by, or what a kilogram more costs."""
    language = language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        found = queries.get_report(session, visitor, report)
        helping = [each for each in found.ranking if each.standing == "helps"][:MOST_BARS]
        labels = [_label_of(language, found, each) for each in helping]
    if figure == "cost":
        costs = [round((each.cents_per_kg or 0) / 100, 2) for each in helping]
        return picture(bars(labels, costs, direction=language.direction, narrow=narrow))
    more = (str(language.t("More food")), [each.grams_a_day / 1000 for each in helping])
    noise = (str(language.t("Varies by")), [each.spread / 1000 / each.days for each in helping])
    return picture(paired_bars(labels, more, noise, direction=language.direction, narrow=narrow))


@router.get("/more-impact/{report_id}.pdf")
def as_pdf(request: Request, visitor: Visitor, report_id: UUID) -> Response:
    """The report on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = queries.get_report(session, visitor, report_id)
        issuer, row = issued(request, session, visitor, network, queries.content_of_report(found))
    document = more_impact_paper(issuer, found)
    name = f"more-impact-{found.report.first_day}-{found.report.last_day}"
    return issued_paper(request, visitor, issuer, row, document, name)
