"""All pages that somebody may open, with a sentence each: two presses from wherever they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.kit.auth import Principal
from app.kit.web import database_of
from app.partners.service import get_organisation, network_of
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Entry:
    """One page. action: what its readers may do, as the page itself asks; None: everybody who is signed in. of_kind: of
    what kind an organisation's people have to be besides, where they are not the network's staff."""

    address: str
    word: str
    sentence: str
    action: str | None = None
    of_kind: str | None = None


GROUPS: Mapping[str, Sequence[Entry]] = {
    "Offer food": (
        Entry("/offers/new", "Post surplus", "What is left today, posted in half a minute.", "offers.post"),
        Entry("/offers", "Our offers", "What became of each offer, and where its van is.", "offers.read"),
        Entry("/offers/standing", "Every week", "What is there every week and is posted by itself.", "offers.read"),
        Entry(
            "/offers/standing/new", "Add what is there every week", "Entered once, posted on each day.", "offers.post"
        ),
        Entry("/offers/csv", "From a file", "Many offers at once, from a spreadsheet.", "offers.post"),
        Entry(
            "/offers/certificate", "The month's certificate", "What became of a month, to print or keep.", "offers.read"
        ),
        Entry(
            "/offers/certificate/year",
            "The year's certificate",
            "What became of a year, month by month, to print or keep.",
            "offers.read",
        ),
    ),
    "Receive food": (
        Entry("/arrivals", "What arrives", "What vans bring, and what you say came of it.", "receipts.confirm"),
        Entry("/needs", "What we need", "Food that you ask for, on some days or every week.", "needs.read"),
        Entry("/asked", "What we are asked", "Food that nobody takes yet: say whether you take it.", "needs.read"),
        Entry(
            "/declines", "Declined food", "Food that you do not want, said before it is driven.", "allocations.decline"
        ),
    ),
    "Plan and drive": (
        Entry("/day", "The day", "Offers, needs and routes of a day: planned, published, driven.", "plans.read"),
        Entry("/open-food", "Open food", "Food that nobody has taken yet, and what happens to it next.", "plans.read"),
        Entry("/fleet", "Vehicles and shifts", "Which vans there are, and who drives them when.", "fleet.read"),
        Entry("/fleet/shifts/new", "Enter a shift", "A van, its driver and the hours.", "fleet.edit"),
        Entry("/fleet/vehicles/new", "Enter a vehicle", "What it can carry, and what it costs.", "fleet.edit"),
        Entry("/loans", "Lent vehicles", "Vehicles that one partner lends to another, and when.", "fleet.read"),
        Entry("/tasks", "Tasks for volunteers", "Help that you ask for, and who has taken it.", "tasks.edit"),
        Entry("/tasks/new", "Ask for help", "A shift without a driver, sorting, a distribution.", "tasks.edit"),
        Entry("/learnt", "Planned and real times", "How long drives and stops really take.", "plans.request"),
        Entry(
            "/reliability", "Follow up", "Where something went wrong again and again: whom to talk to.", "plans.edit"
        ),
        Entry(
            "/impact", "Impact", "What the food came to: kilograms, meals, people, and what was wasted.", "impact.read"
        ),
        Entry(
            "/impact/factors",
            "What it is counted with",
            "Which published numbers meals and CO₂e are counted with.",
            "impact.read",
        ),
        Entry(
            "/area",
            "An area's totals",
            "What the food of a public body's area came to, month by month.",
            "area.read",
            of_kind="public_body",
        ),
        Entry(
            "/duplicate-effort", "Duplicate effort", "What was driven twice, and what pooling would save.", "plans.edit"
        ),
        Entry("/together", "Together and alone", "What it is worth to plan together, day by day.", "reports.read"),
        Entry(
            "/more-impact",
            "More impact together",
            "What one more vehicle, hour, box or partner would rescue.",
            "plans.request",
        ),
    ),
    "Partners and people": (
        Entry(
            "/shares", "Shared costs", "What the days of a month cost, and who pays what of it and why.", "shares.read"
        ),
        Entry(
            "/funding",
            "Sponsors and grants",
            "What was given, which routes it paid for, and how long it lasts.",
            "funding.read",
        ),
        Entry("/funding/new", "Enter a grant", "Who gives how much, what for and when.", "funding.edit"),
        Entry("/partners", "Partners", "Who takes part, since when and on which terms.", "partnerships.read"),
        Entry("/people", "People", "Who has an account, and who is invited.", "people.read"),
        Entry("/volunteers", "Volunteers", "Who wants to help, who does, and how much.", "volunteers.read"),
        Entry("/sites", "Sites", "Stores, food banks and depots, with their hours.", "sites.read"),
        Entry("/sites/new", "Enter a site", "Found by its address or on the map.", "sites.edit"),
        Entry("/sites/proposals", "Take over from the map", "Shops and food banks that the map has.", "sites.edit"),
        Entry("/agreements", "Agreements", "What partners have agreed on, which plans keep.", "plans.request"),
    ),
    "The network": (
        Entry(
            "/network", "Settings of the network", "What happens by itself and when; limits of food.", "network.read"
        ),
        Entry("/outlets", "Outlets", "Where food goes that no food bank takes.", "plans.read"),
        Entry("/public-page", "Public page", "What everybody may see: where people collect food.", "policy.edit"),
        Entry(
            "/cards", "Cards and who writes", "Cards of partners and ambassadors, and who came by them.", "policy.edit"
        ),
        Entry("/cards/new", "Make a card", "A page that a partner or an ambassador passes on.", "policy.edit"),
        Entry("/regions", "Streets and map", "The map that drives are planned on.", "regions.import"),
    ),
    "You": (
        Entry("/check", "Check a paper", "By its check code: what was issued, and whether the books still say so."),
        Entry("/my-tasks", "My tasks", "What you have taken on, and what else is open to you.", "tasks.take"),
        Entry("/my-tasks/profile", "What I offer", "Your skills, languages and the hours that suit you.", "tasks.take"),
        Entry("/notifications", "Notifications", "What you are told of, how, and when not."),
    ),
}
RECEIVING = "Receive food"


@router.get("/pages")
def show(request: Request, visitor: Visitor) -> Response:
    """Every page that the visitor may open; what a food bank does comes first for its people."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        kind = get_organisation(session, visitor.organisation_id).kind
    order = sorted(GROUPS, key=lambda group: group != RECEIVING) if kind == "food_bank" else list(GROUPS)
    return render(
        request,
        "all_pages.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        groups=[(group, found) for group in order if (found := _open_to(visitor, kind, GROUPS[group]))],
        all_pages=True,
        drives=visitor.role == "driver",
    )


def _open_to(visitor: Principal, kind: str, entries: Sequence[Entry]) -> list[Entry]:
    return [each for each in entries if each.action is None or _is_open(visitor, kind, each, each.action)]


def _is_open(visitor: Principal, kind: str, entry: Entry, action: str) -> bool:
    is_theirs = entry.of_kind in (None, kind) or visitor.may_across_network(action)
    return visitor.may(action) and is_theirs
