"""What the day came to, as a JSON document and as lines for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.demo.partners import TakingPart
from app.demo.supporters import CARDS

FIGURES = (
    ("kg delivered", "kg_delivered", "{:,.0f}"),
    ("km driven", "metres", "{:,.1f}"),
    ("km per tonne", None, "{:,.1f}"),
    ("driver hours", "driver_seconds", "{:,.1f}"),
    ("driver hours per tonne", None, "{:,.1f}"),
    ("vehicles", "vehicles", "{:,.0f}"),
    ("kg CO2e of driving", "kg_co2e_driving", "{:,.1f}"),
    ("duplicate visits", "duplicate_visits", "{:,.0f}"),
    ("people served", "people_served", "{:,.0f}"),
    ("lowest fill rate, %", "lowest_fill_rate", "{:,.0f}"),
)
SCALE = {"metres": 1 / 1000, "driver_seconds": 1 / 3600, "lowest_fill_rate": 100}


def document(
    network: dict[str, Any],
    day: str,
    offers: Sequence[dict[str, Any]],
    plan: dict[str, Any],
    report: dict[str, Any],
) -> dict[str, Any]:
    """The document of `./run demo --json`; kilograms are numbers here."""
    actuals = report["actuals"]
    return {
        "network": network["name"],
        "service_date": day,
        "invented": "Places and streets are real; food, needs, vehicles and people are invented.",
        "attribution": "Streets and places © OpenStreetMap contributors, ODbL 1.0",
        "offers": {
            "count": len(offers),
            "kg": round(sum(float(line["kg"]) for offer in offers for line in offer["lines"]), 3),
        },
        "plan": {
            "id": plan["id"],
            "state": plan["state"],
            "routes": len(plan["routes"]),
            "stops": sum(stop["kind"] in ("pickup", "drop_off") for r in plan["routes"] for stop in r["stops"]),
            "kg_allocated": float(plan["kg_allocated"]),
            "metres": plan["metres"],
            "seconds": plan["seconds"],
            "estimated_travel": plan["estimated_travel"],
            "unserved": [
                {
                    "offer": each["offer_id"],
                    "reason": each["reason"],
                    "sentence": each["sentence"],
                    "kg": float(each["kg"]),
                    "change": each["change"],
                }
                for each in plan["unserved"]
            ],
        },
        "actuals": {
            name: float(actuals[name]) for name in ("kg_collected", "kg_delivered", "kg_refused", "kg_unaccounted")
        },
        "coordinated": report["coordinated"],
        "alone": report["alone"],
    }


def lines(plan: dict[str, Any], report: dict[str, Any]) -> Iterator[str]:
    """The mass balance and the efficiency table."""
    yield ""
    yield "Where every kilogram is (invented food, recorded by the drivers)"
    for name, kg in report["actuals"].items():
        yield f"  {name.removeprefix('kg_').replace('_', ' '):<14}{float(kg):>12,.1f} kg"
    yield ""
    yield "What coordination is worth (as planned; alone, each food bank drives to its own stores or its nearest)"
    yield f"  {'':<26}{'together':>12}{'alone':>12}"
    together, alone = report["coordinated"] or {}, report["alone"] or {}
    for label, key, form in FIGURES:
        values = [_figure(label, key, figures) for figures in (together, alone)]
        yield f"  {label:<26}" + "".join(f"{form.format(value) if value is not None else '-':>12}" for value in values)
    yield ""
    yield f"Left at the stores: {len(plan['unserved'])} lines, for example:"
    for each in plan["unserved"][:4]:
        yield f"  {each['site_name']}: {each['description']}, {each['kg']} kg. {each['sentence']}"
        if each["change"] is not None:
            yield f"    {each['change']['sentence']}"
    yield ""


def _figure(label: str, key: str | None, figures: dict[str, Any]) -> float | None:
    if not figures:
        return None
    if key is not None:
        return float(figures[key]) * SCALE.get(key, 1)
    tonnes = float(figures["kg_delivered"]) / 1000
    amount = figures["metres"] / 1000 if label.startswith("km") else figures["driver_seconds"] / 3600
    return float(amount) / tonnes if tonnes else None


def travel_document(arrivals: dict[str, Any], learnt: dict[str, Any]) -> dict[str, Any]:
    """What the document says of planned against real arrivals, and of what they taught."""
    return {
        "arrivals": arrivals["overall"],
        "learnt": {
            "pace": learnt["overall"],
            "pace_used": learnt["pace_used"],
            "sites": len(learnt["sites"]),
            "sites_used": sum(site["used"] for site in learnt["sites"]),
        },
    }


def travel_lines(arrivals: dict[str, Any], learnt: dict[str, Any]) -> Iterator[str]:
    """Planned against real arrivals, and what the next plan takes from them."""
    real = arrivals["overall"]
    if real is None:
        return
    pace = learnt["overall"]
    yield "Planned against real arrivals (invented, reported by the drivers)"
    yield (
        f"  {real['arrivals']} arrivals: {real['share_on_time']:.0%} within 10 minutes of the plan; half"
        f" {_late(real['median_minutes'])} or more, a tenth {_late(real['p90_minutes'])} or more"
    )
    yield (
        f"  Learnt: driving takes {pace['percent']} % (± {pace['error']}, {pace['legs']} drives) of the street"
        f" table's time; {'the next plan allows for it' if learnt['pace_used'] else 'too little data yet to plan with'}"
    )
    yield ""


def _late(minutes: float) -> str:
    return f"{abs(minutes):.0f} min {'late' if minutes >= 0 else 'early'}"


def pages(address: str, day: str, taking_part: TakingPart, links: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Where to look, and as whom."""
    yield f"Look at it: {address}/sign-in"
    for each in taking_part.sign_ins:
        yield f"  {each.who}: {each.email}  password {each.password}"
    yield f"The dispatcher's day: {address}/day?date={day}"
    yield f"Planned and real times: {address}/learnt"
    yield f"Sites, addresses and proposals, streets and map: {address}/sites and {address}/regions"
    yield f"What everybody sees, and nobody signs in for: {address}/n/{taking_part.page}"
    yield f"Residents apply to help: {address}/n/{taking_part.page}/help"
    cards = [f"{address}/c/{card['slug']}{taking_part.ending}" for card in CARDS]
    yield f"Cards of a partner and of an ambassador: {' and '.join(cards)}"
    yield f"Sponsors' money, more impact, the day alone: {address}/funding, {address}/more-impact, {address}/together"
    for vehicle, url in links:
        yield f"On the driver's phone, {vehicle}: {url}"
    yield f"The API: {address}/api/docs"
