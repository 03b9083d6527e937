"""Why food stays, what would help, why a stop failed: each stable code with the sentences that a person reads.

A code has several sentences, the most telling first: the first whose details are all known is used.
"""

from collections.abc import Mapping
from string import Formatter

from app.domain.categories import WORDS

Details = Mapping[str, str | int]

# Details: category, temperature_class, kg, km, and as HH:MM pickup_from, pickup_until, deliver_by
UNSERVED: dict[str, tuple[str, ...]] = {
    "no_eligible_need": (
        "No food bank that can take this asks for {temperature_class} {category} today.",
        "No food bank that can take this asks for {category} today.",
        "No food bank can take this today.",
    ),
    "no_need_left": (
        "Every food bank that takes {category} already gets all it asked for.",
        "Every food bank that takes this already gets all it asked for.",
    ),
    "storage_full": (
        "Every food bank that takes this has no room left for {temperature_class} food.",
        "Every food bank that takes this has no room left to store it.",
    ),
    "no_vehicle_with_skills": ("No vehicle on the road today is equipped for this stop.",),
    "no_vehicle_for_temperature_class": (
        "No vehicle on the road today can carry {temperature_class} food.",
        "No vehicle on the road today can keep this food at its temperature.",
    ),
    "exceeds_every_vehicle": (
        "{kg} kg in one piece is more than any vehicle can carry today.",
        "This is more in one piece than any vehicle can carry today.",
    ),
    "outside_every_shift": (
        "No driver is on the road between {pickup_from} and {pickup_until}.",
        "No driver is on the road during the pickup time.",
    ),
    "no_receiving_window_in_time": (
        "No food bank can take {temperature_class} food between {pickup_from} and {deliver_by}.",
        "No food bank can take {category} before {deliver_by}.",
        "No food bank that takes this is open before {deliver_by}.",
        "No food bank that takes this is open in time.",
    ),
    "unreachable_by_road": ("No road leads from the store to a food bank that takes this.",),
    "vehicles_full": (
        "Every vehicle that could bring {temperature_class} food in time is full.",
        "Every vehicle that could bring it in time is full.",
    ),
    "no_time_on_any_route": (
        "No driver has time left to fetch it between {pickup_from} and {pickup_until}.",
        "No driver has time left to fetch it and bring it to a food bank.",
    ),
    "detour_not_worth_it": (
        "Fetching these {kg} kg would cost {km} km more: too far for so little.",
        "These {kg} kg are too little for one more stop.",
        "The detour to fetch it is too long for so little.",
    ),
}
# Not the planner's reasons, but what people said on the day.
SAID_ON_THE_DAY: dict[str, tuple[str, ...]] = {
    "reported_closed": ("A driver found the store closed.",),
    "left_out_by_hand": ("A dispatcher has taken it out of the plan.",),
}
# The smallest change that would serve it. Details: kg (what it would serve), site, vehicle, category,
# temperature_class, more and part in kg, and as HH:MM from, until, instead_of
CHANGES: dict[str, tuple[str, ...]] = {
    "pickup_window": (
        "{kg} kg could be fetched if the store waited until {until} instead of {instead_of}.",
        "{kg} kg could be fetched if the store were ready at {from} instead of {instead_of}.",
        "A longer pickup time would help.",
    ),
    "receiving_window": (
        "{site} could have {kg} kg if it took food until {until} instead of {instead_of}.",
        "{site} could have {kg} kg if it took food from {from} on instead of {instead_of}.",
        "Longer receiving hours at a food bank would help.",
    ),
    "need": (
        "{site} could have {kg} kg if it asked for {more} kg more of {category}.",
        "A larger need would help.",
    ),
    "storage": (
        "{site} could have {kg} kg if it had room for {more} kg more of {temperature_class} food.",
        "More room to store at a food bank would help.",
    ),
    "shift": (
        "{vehicle} could bring {kg} kg if it stayed out until {until} instead of {instead_of}.",
        "{vehicle} could bring {kg} kg if it set out at {from} instead of {instead_of}.",
        "A longer shift would help.",
    ),
    "vehicle": (
        "One more vehicle like {vehicle}, out from {from} until {until}, could bring {kg} kg.",
        "One more vehicle would help.",
    ),
    "split": (
        "All {kg} kg would find a place if they might be split, into parts of about {part} kg.",
        "It would find a place if it might be split.",
    ),
}
PROBLEMS: dict[str, tuple[str, ...]] = {
    "nothing_there": ("There was nothing to fetch.",),
    "closed": ("It was closed.",),
    "van_full": ("The vehicle was full.",),
    "too_warm": ("The food was too warm: {celsius} °C.", "The food was too warm."),
    "refused_at_the_door": ("It was refused at the door.",),
    "other": ("Something else came up.",),
}
REASON_CODES: tuple[str, ...] = (*UNSERVED, *SAID_ON_THE_DAY)
CHANGE_CODES: tuple[str, ...] = tuple(CHANGES)
PROBLEM_CODES: tuple[str, ...] = tuple(PROBLEMS)


def sentence(code: str, details: Details | None = None) -> str:
    """What the person reads for a reason that food stays, a change that would help, or a problem at a stop."""
    template, words = template_and_words(code, details)
    return template.format_map(words)


def template_and_words(code: str, details: Details | None = None) -> tuple[str, dict[str, str]]:
    """The most telling sentence whose details are known, and the words for its gaps: both can be translated."""
    templates = (UNSERVED | SAID_ON_THE_DAY | CHANGES | PROBLEMS).get(code)
    if templates is None:
        raise KeyError(code)
    known = _spoken(details or {})
    return next(each for each in templates if _fields(each) <= known.keys()), known


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _spoken(details: Details) -> dict[str, str]:
    """Details as words: categories are spoken, not spelled like codes."""
    words = {name: str(value) for name, value in details.items() if str(value)}
    if words.get("category") in WORDS:
        words["category"] = WORDS[words["category"]]
    return words
