"""From happenings to an iCalendar document (RFC 5545), the same bytes as long as nothing has changed."""

from datetime import timedelta

from icalendar import Calendar, Event, vDuration

from app.domain.units import kg_display
from app.feeds.days import Happening

REFRESH = timedelta(minutes=15)


def summary(each: Happening) -> str:
    """One line for a calendar's day view."""
    if each.kind == "shift":
        return f"Shift: {each.who}"
    kg = kg_display(sum(load.grams for load in each.loads))
    sides = list(dict.fromkeys(load.other_side for load in each.loads))
    others = ", ".join(sides[:3]) + (f" and {len(sides) - 3} more" if len(sides) > 3 else "")
    sentence = {
        "collection": f"Van collects {kg} kg from {each.place}",
        "delivery": f"Van brings {kg} kg from {others}",
        "pickup": f"Collect {kg} kg at {each.who}",
        "drop_off": f"Deliver {kg} kg at {each.who}",
    }[each.kind]
    return f"Cancelled: {sentence}" if each.cancelled else sentence


def description(each: Happening) -> str:
    """What is handled, line by line, and how to get in."""
    towards = "for" if each.kind in ("collection", "pickup") else "from"
    lines = [f"{load.description}, {kg_display(load.grams)} kg, {towards} {load.other_side}" for load in each.loads]
    return "\n".join([*lines, *([each.notes] if each.notes else [])])


def calendar(happenings: list[Happening], title: str, network: str) -> bytes:
    """The document; cancelled entries say so, so that a subscriber takes them away."""
    found = Calendar()
    found.add("prodid", "-//Wasl//Calendar feed//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("x-wr-caldesc", network)
    found.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
    found.add("x-published-ttl", vDuration(REFRESH))
    for each in happenings:
        found.add_component(_event(each))
    document: bytes = found.to_ical()
    return document


def _event(each: Happening) -> Event:
    event = Event()
    event.add("uid", each.uid)
    event.add("dtstamp", each.changed_at)
    event.add("last-modified", each.changed_at)
    event.add("sequence", each.revision)
    event.add("dtstart", each.begins)
    event.add("dtend", each.ends)
    event.add("summary", summary(each))
    event.add("status", "CANCELLED" if each.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if each.cancelled else "OPAQUE")
    if each.place:
        event.add("location", each.place)
    if told := description(each):
        event.add("description", told)
    if each.position is not None:
        event.add("geo", each.position)
    return event
