"""Food that goes to another food bank while it is on the vehicle counts for who got it."""

from datetime import timedelta

from tests.arrivals.conftest import the_hour
from tests.planning.test_under_way import UnderWay, config, day, workshop
from tests.service_client import DAY, kilograms

__all__ = ["config", "day", "workshop"]


def test_food_that_was_refused_and_brought_to_the_next_food_bank_counts_there(day: UnderWay) -> None:
    [pickup], [drop_off] = day.stops("pickup"), day.stops("drop_off")
    day.collect(pickup)
    day.tell(drop_off, "refused", kilograms(drop_off["allocations"][0], "12"), reason="refused_at_the_door")
    day.tell(drop_off, "delivered", kilograms(drop_off["allocations"][0], "18"))
    day.publish(day.changed())
    [_, second] = day.stops("drop_off")
    day.deliver(second)
    day.clock.set(the_hour("16:00") + timedelta(hours=16))
    found = day.network.get("/impact", **{"from": DAY, "until": DAY}).json()
    assert found["kg_for_people"] == "30"
    [bank] = found["food_banks"]  # both places are of one organisation
    assert (bank["kg_needed"], bank["kg_delivered"]) == ("80", "30")
    assert found["people_reached"] == bank["people_served"] == 410  # of both places, since both got some
    assert (found["routes_planned"], found["routes_reported"]) == (1, 1)
