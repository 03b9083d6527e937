"""Why food stays, what would help, why a stop failed, what a plan edited by hand breaks, and what was edited: each
stable code with the sentences that a person reads.

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
    "left_out_by_hand": ("A dispatcher has left it out of the plan.",),
}
# Not the planner's reasons, but what people said on the day, or have agreed.
# Details: kept_for, until_day, other, driver
SAID_ON_THE_DAY: dict[str, tuple[str, ...]] = {
    "reported_closed": ("A driver found the store closed.",),
    "kept_by_agreement": (
        "Kept for {kept_for} by agreement until {until_day}; without it {other} could take it.",
        "Kept for {kept_for} by agreement; without it {other} could take it.",
        "Kept for {kept_for} by agreement.",
        "Kept for a food bank by agreement.",
    ),
    "driver_by_agreement": (
        "By agreement only vans of {driver} fetch it, and none of them is on the road today.",
        "By agreement only some vans fetch it, and none of them is on the road today.",
    ),
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
_ADDS_UP = ("The plan does not add up any more. Take the last change back.",)
# What a plan that was edited by hand breaks: the rules of the checker, under their names. Details: vehicle, site, kg,
# crates, category, temperature_class, and as HH:MM at, from, until
VIOLATIONS: dict[str, tuple[str, ...]] = {
    "collected_then_delivered_at_the_right_places": (
        "{vehicle} comes to {site} to unload food that it has not fetched yet.",
        "Food is unloaded before it is fetched.",
    ),
    "food_on_board_stays_in_its_vehicle": ("Food that is on board already cannot go with another vehicle.",),
    "collected_within_the_pickup_window": (
        "{vehicle} comes to {site} at {at}; the food is there from {from} until {until}.",
        "Food is fetched outside its pickup time.",
    ),
    "delivered_within_receiving_hours": (
        "{vehicle} comes to {site} at {at}, when nobody receives there.",
        "Food is brought when nobody receives it.",
    ),
    "delivered_in_time": (
        "{vehicle} brings food to {site} at {at} that has to be there by {until}.",
        "Food is brought later than it has to be there.",
    ),
    "routes_stay_within_their_shift": (
        "{vehicle} is back at {at}, and the shift ends at {until}.",
        "A route takes longer than its shift.",
    ),
    "routes_stay_within_their_limits": (
        "The route of {vehicle} is longer than its shift allows.",
        "A route is longer than its shift allows.",
    ),
    "breaks_are_taken": (
        "The driver of {vehicle} does not get the breaks of the shift in time.",
        "A driver does not get the breaks of the shift in time.",
    ),
    "vehicles_carry_what_they_can": (
        "{vehicle} would have {kg} kg of {temperature_class} food too much on board after {site}.",
        "{vehicle} would have {kg} kg too much on board after {site}.",
        "{vehicle} would have {crates} crates too many on board after {site}.",
        "A vehicle would have more on board than it can carry.",
    ),
    "food_keeps_its_temperature": (
        "{vehicle} has too little room for {temperature_class} food.",
        "A vehicle has too little room to keep food at its temperature.",
    ),
    "skills_are_there": (
        "{vehicle} is not equipped for {site}.",
        "A vehicle is not equipped for its stops.",
    ),
    "drives_take_their_time": (
        "No road leads {vehicle} to {site}.",
        "No road leads to one of the stops.",
    ),
    "no_more_than_needed": (
        "{site} would get {kg} kg more of {category} than it asked for.",
        "A food bank would get more than it asked for.",
    ),
    "no_more_than_can_be_stored": (
        "{site} would get {kg} kg more of {temperature_class} food than it can store.",
        "A food bank would get more than it can store.",
    ),
    "whole_lots_stay_whole": (
        "The {category} from {site} has to stay in one piece, and only a part of it goes.",
        "Food that has to stay in one piece goes in parts.",
    ),
    "only_suitable_food": ("Food goes to somebody who may not have it.",),
    "agreements_are_kept": (
        "By agreement only vans of {driver} fetch the {category} from {site}.",
        "By agreement the {category} from {site} is kept for {kept_for}.",
        "Food goes where an agreement does not want it.",
    ),
    "locked_routes_are_driven_as_locked": ("A route that has to stay as it is was changed.",),
    **dict.fromkeys(
        (
            "same_problem", "everything_named_exists", "one_route_per_shift", "every_gram_is_accounted",
            "unserved_has_one_reason", "crates_follow_the_weight", "stops_take_their_time", "no_stop_for_nothing",
            "totals_add_up", "worth_is_what_the_plan_says", "nothing_beats_its_bound",
        ),
        _ADDS_UP,
    ),
}  # fmt: skip
# What something that a plan obeys costs. Details: km, kg
PRICES: dict[str, tuple[str, ...]] = {
    "price_about": (
        "Costs about {km} km and leaves about {kg} kg more behind.",
        "Costs something.",
    ),
    "price_nothing": ("Costs nothing measurable.",),
    "price_pending": ("What it costs is being worked out.",),
    "price_unknown": ("What it costs is not known.",),
}
# What a dispatcher did to a plan. Details: vehicle, from_vehicle, site, to_site, kg, category
EDITS: dict[str, tuple[str, ...]] = {
    "move_stop": (
        "The stop at {site} moves from {from_vehicle} to {vehicle}.",
        "The stop at {site} has another place on the route of {vehicle}.",
        "A stop moves.",
    ),
    "drop_offer_line": ("{kg} kg of {category} from {site} are left out.", "Food is left out."),
    "place_offer_line": (
        "{vehicle} brings {kg} kg of {category} from {site} to {to_site}.",
        "Food that was left out is brought.",
    ),
    "lock_route": ("The route of {vehicle} stays exactly as it is.", "A route stays exactly as it is."),
    "unlock_route": ("The route of {vehicle} may be changed again.", "A route may be changed again."),
    "give_route_to_shift": (
        "{vehicle} drives what {from_vehicle} would have driven.",
        "Another shift drives the route.",
    ),
}
REASON_CODES: tuple[str, ...] = (*UNSERVED, *SAID_ON_THE_DAY)
CHANGE_CODES: tuple[str, ...] = tuple(CHANGES)
PROBLEM_CODES: tuple[str, ...] = tuple(PROBLEMS)
VIOLATION_CODES: tuple[str, ...] = tuple(VIOLATIONS)
EDIT_CODES: tuple[str, ...] = tuple(EDITS)
PRICE_CODES: tuple[str, ...] = tuple(PRICES)


_ALL = UNSERVED | SAID_ON_THE_DAY | CHANGES | PROBLEMS | VIOLATIONS | PRICES | EDITS


def sentence(code: str, details: Details | None = None) -> str:
    """What the person reads for a reason that food stays, a change that would help, a problem at a stop, a rule that a
    plan breaks, or an edit."""
    template, words = template_and_words(code, details)
    return template.format_map(words)


def template_and_words(code: str, details: Details | None = None) -> tuple[str, dict[str, str]]:
    """The most telling sentence whose details are known, and the words for its gaps: both can be translated."""
    templates = _ALL[code]
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
