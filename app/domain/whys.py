"""Why this food bank, in words: what speaks for it, what the next best would cost, why others cannot have the food.
Each code has its sentences, the most telling first, as in `app.domain.reasons`; a code that is in both is about one
food bank here and about all of them there.

Details: site, bank, kg, km, minutes, percent, than_percent, money, and as HH:MM at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

# Of the allocation itself.
SPEAKS_FOR: dict[str, tuple[str, ...]] = {
    "arrives": ("{kg} kg reach {site} at {at}.",),
    "way": (
        "That makes the route {km} km and {minutes} min longer.",
        "That makes the route {minutes} min longer.",
    ),
    "no_way": ("That makes the route no longer.",),
    "share_rises": ("With it {bank} has had {percent} % of what could come to it, without it {than_percent} %.",),
}
# What the next best would be, and what makes the difference.
INSTEAD: dict[str, tuple[str, ...]] = {
    "would_cost": (
        "The next best, {site}, would have cost {money} more.",
        "The next best food bank would have cost {money} more.",
    ),
    "as_good": ("{site} would have been as good.", "Another food bank would have been as good."),
    "better_alone": (
        "By itself {site} would have been better by {money}; the plan as a whole was found in limited time.",
        "By itself another food bank would have been better; the plan as a whole was found in limited time.",
    ),
    "nobody_else": ("As the day stands, no other food bank can have it.",),
    "further": ("{km} km more to drive.",),
    "nearer": ("{km} km less to drive.",),
    "longer": ("{minutes} min more for the driver.",),
    "shorter": ("{minutes} min less for the driver.",),
    "has_had_more": ("{bank} has had more of its share already: {percent} %, against {than_percent} %.",),
    "has_had_less": ("{bank} has had less of its share so far: {percent} %, against {than_percent} %.",),
    "takes_less": ("{kg} kg of it is all that they could take.",),
    "breaks_promise": ("It was promised otherwise before.",),
}
# Of those who cannot have it; the sentences stand beside the name.
CANNOT: dict[str, tuple[str, ...]] = {
    "declined": ("They have said that they do not want it.",),
    "usually_turns_it_down": ("They mostly turn such food down, and others ask for it.",),
    "may_not_have_it": ("They may not have this food: it does not fit what they take.",),
    "asks_for_nothing_more": ("They get all that they asked for.",),
    "asks_for_less_than_a_stop": (
        "They ask for {kg} kg more only: too little for this food.",
        "They ask for too little more.",
    ),
    "no_room_to_store": ("They have no room to store it.",),
    "no_vehicle_with_skills": ("No vehicle on the road today is equipped for this stop.",),
    "no_vehicle_for_temperature_class": ("No vehicle on the road today can keep this food at its temperature.",),
    "exceeds_every_vehicle": ("This is more in one piece than any vehicle can carry today.",),
    "unreachable_by_road": ("No road leads there.",),
    "outside_every_shift": ("It is too far to be there and back within any shift.",),
    "no_receiving_window_in_time": ("They receive nothing by the time it could be there.",),
    "no_vehicle_has_time": ("No vehicle was found that has time for it beside its other stops.",),
    "no_vehicle_has_room": ("Every vehicle that would be there in time is full.",),
    "route_is_locked": ("The route is to stay exactly as it is.",),
}
WHYS: dict[str, tuple[str, ...]] = SPEAKS_FOR | INSTEAD | CANNOT


@dataclass(frozen=True)
class Said:
    """One sentence: its code, and the words for its gaps."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The most telling sentence whose words are known, to be translated."""
        return next(each for each in WHYS[self.code] if _gaps(each) <= self.details.keys())

    @property
    def sentence(self) -> str:
        """What the person reads."""
        return self.template.format_map(self.details)


def _gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
