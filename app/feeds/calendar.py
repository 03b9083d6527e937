"""From happenings to an iCalendar document (RFC 5545), the same bytes as long as nothing has changed."""

from datetime import timedelta

from icalendar import Calendar, Event, vDuration

from app.domain.units import kg_display
from app.domain.volunteering import KIND_WORDS
from app.feeds.happening import Happening
from app.kit.language import PlainLanguage

REFRESH = timedelta(minutes=15)
MOST_NAMES = 3
SUMMARIES = {
    "own shift": "Shift: {vehicle}",
    "task": "{kind}: {title}",
    "shift": "Shift: {vehicle}, {driver}",
    "shift without driver": "Shift: {vehicle}, nobody drives yet",
    "collection": "Van collects {kg} kg from {place}",
    "delivery": "Van brings {kg} kg from {places}",
    "delivery of many": "Van brings {kg} kg from {places} and {count} more",
    "pickup": "Collect {kg} kg at {place}",
    "drop_off": "Deliver {kg} kg at {place}",
}
CANCELLED = "Cancelled: {what}"
# What is handled, by whether it goes to the other side or comes from it.
TOWARDS, FROM = "{food}, {kg} kg, for {place}", "{food}, {kg} kg, from {place}"


def summary(each: Happening, language: PlainLanguage) -> str:
    """One line for a calendar's day view."""
    kg = kg_display(sum(load.grams for load in each.loads))
    if each.kind == "shift":
        kind = "shift" if each.driver else "shift without driver"
        said = language.said(SUMMARIES[kind], vehicle=each.who, **({"driver": each.driver} if each.driver else {}))
    elif each.kind == "own shift":
        said = language.said(SUMMARIES["own shift"], vehicle=each.who)
    elif each.kind.startswith("task "):
        kind = KIND_WORDS[each.kind.removeprefix("task ")]
        said = language.said(SUMMARIES["task"], kind=language.said(kind), title=each.who)
    elif each.kind == "delivery":
        sides = list(dict.fromkeys(load.other_side for load in each.loads))
        places, more = sides[:MOST_NAMES], len(sides) - MOST_NAMES
        if more > 0:
            said = language.said(SUMMARIES["delivery of many"], kg=kg, places=places, count=more)
        else:
            said = language.said(SUMMARIES["delivery"], kg=kg, places=places)
    else:
        said = language.said(SUMMARIES[each.kind], kg=kg, place=each.place if each.kind == "collection" else each.who)
    return language.said(CANCELLED, what=said) if each.cancelled else said


def description(each: Happening, language: PlainLanguage) -> str:
    """What is handled, line by line, and how to get in."""
    if each.kind.startswith("task "):
        return language.said("Bring: {things}", things=each.notes) if each.notes else ""
    sentence = TOWARDS if each.kind in ("collection", "pickup") else FROM
    lines = [
        language.said(sentence, food=load.description, kg=kg_display(load.grams), place=load.other_side)
        for load in each.loads
    ]
    return "\n".join([*lines, *([each.notes] if each.notes else [])])


def calendar(happenings: list[Happening], title: str, network: str, language: PlainLanguage) -> bytes:
    """The document; cancelled entries say so, so that a subscriber takes them away."""
    found = Calendar()
    found.add("prodid", f"-//Wasl//Calendar feed//{language.code.upper()}")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("method", "PUBLISH")
    found.add("name", title)
    found.add("x-wr-calname", title)
    found.add("x-wr-caldesc", network)
    found.add("refresh-interval", vDuration(REFRESH), parameters={"value": "DURATION"})
    found.add("x-published-ttl", vDuration(REFRESH))
    for each in happenings:
        found.add_component(_event(each, language))
    document: bytes = found.to_ical()
    return document


def _event(each: Happening, language: PlainLanguage) -> Event:
    event = Event()
    event.add("uid", each.uid)
    event.add("dtstamp", each.changed_at)
    event.add("last-modified", each.changed_at)
    event.add("sequence", each.revision)
    event.add("dtstart", each.begins)
    event.add("dtend", each.ends)
    event.add("summary", summary(each, language))
    event.add("status", "CANCELLED" if each.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if each.cancelled else "OPAQUE")
    if each.place:
        event.add("location", each.place)
    if told := description(each, language):
        event.add("description", told)
    if each.position is not None:
        event.add("geo", each.position)
    return event
