"""Why food that was offered reached nobody: every code that wasted food can have, with the label that people read."""

from collections.abc import Iterable, Mapping

from app.domain.impact_report import split_by_reason

# As the plan says why food stays, as drivers and dispatchers say what happened, and where it went instead.
LABELS: Mapping[str, str] = {
    "no_eligible_need": "No food bank could take it",
    "no_need_left": "Food banks had all that they asked for",
    "storage_full": "No room to store it",
    "no_vehicle_with_skills": "No vehicle equipped for the stop",
    "no_vehicle_for_temperature_class": "No vehicle that keeps its temperature",
    "exceeds_every_vehicle": "Too much in one piece for any vehicle",
    "outside_every_shift": "No driver at the pickup time",
    "no_receiving_window_in_time": "No food bank open in time",
    "unreachable_by_road": "No road leads there",
    "vehicles_full": "Vehicles were full already",
    "no_time_on_any_route": "Drivers had no time left",
    "detour_not_worth_it": "Too far for so little",
    "left_out_by_hand": "Left out by a dispatcher",
    "reported_closed": "The store was closed",
    "kept_by_agreement": "Kept for a partner by agreement",
    "driver_by_agreement": "By agreement only some vans fetch it",
    "closed": "The store was closed when the van came",
    "van_full": "The van that came was full",
    "other": "Something else came up at the store",
    "not_fetched": "Promised, and not fetched",
    "not_planned": "In no published plan",
    "too_warm": "Too warm",
    "too_cold": "Not hot enough",
    "past_use_by": "Past its use-by date",
    "refused_at_the_door": "Refused at the door",
    "left_on_the_vehicle": "Left over on the vehicle",
    "animal_feed": "Fed to animals",
    "compost": "Composted",
}
LEFT_BY_DRIVER = ("closed", "van_full", "other")  # what a driver says of food that stays at the store

type Claims = Iterable[tuple[str, int]]


def losses_of_line(
    places: Mapping[str, int], *, stayed: Claims, discarded: Claims, refused_and_wasted: int, promised: bool
) -> dict[str, int]:
    """Grams of one line that reached nobody, by reason, each gram once.

    places: grams by account. stayed: why it stayed at the store, the driver's word before the plan's. discarded: what
    was held back and thrown away. refused_and_wasted: grams that the ledger took from refused to wasted. promised:
    whether a published plan had the line.
    """
    said = list(stayed)
    left = [(reason, grams) for reason, grams in said if reason not in ("too_warm", "nothing_there")]
    warm = sum(grams for reason, grams in said if reason == "too_warm")
    found = split_by_reason(places.get("expired", 0), left, "not_fetched" if promised else "not_planned")
    wasted = [*discarded, ("refused_at_the_door", refused_and_wasted)]
    for more in (
        split_by_reason(places.get("wasted", 0), wasted, "left_on_the_vehicle"),
        {"too_warm": min(warm, places.get("withdrawn", 0))},
        {account: places.get(account, 0) for account in ("animal_feed", "compost")},
    ):
        for reason, grams in more.items():
            found[reason] = found.get(reason, 0) + grams
    return {reason: grams for reason, grams in found.items() if grams > 0}
