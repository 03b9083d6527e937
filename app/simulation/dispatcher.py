"""The office of the network: has the morning planned, publishes, publishes the changes that are proposed, decides about
food that was held back, and says in the evening what became of what is left."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.demo.caller import DemoStopped
from app.simulation.account import grams
from app.simulation.chance import happens
from app.simulation.driver import Driver
from app.simulation.town import Town

GONE_BACK = 0.3  # of the ambient food that is left goes back to where it came from


class Dispatcher:
    """One day of the office. `changes`: whether it publishes what is proposed; else the morning's plan is all."""

    def __init__(self, town: Town, day: date, work: Callable[[], None], *, changes: bool) -> None:
        self.town, self.day, self._work, self._changes = town, day, work, changes
        self.plan: dict[str, Any] | None = None
        self.closed: list[str] = []
        self.moved: list[int] = []
        self.discarded: set[str] = set()
        self._lost: set[str] = set()  # changes that reports had overtaken

    def plan_morning(self) -> None:
        """Have the day planned from nothing, and publish it."""
        run = self.town.office.post("/plan-runs", {"service_date": self.day.isoformat()})
        self._work()
        run = self.town.office.get(f"/plan-runs/{run['id']}")
        if run["state"] != "done":
            raise DemoStopped(f"The plan of {self.day} was not made: {run['failure'] or run['state']}")
        self._publish(self.town.office.get(f"/plans/{run['plan_id']}"))

    def _publish(self, plan: dict[str, Any]) -> None:
        self.town.office.post(f"/plans/{plan['id']}/publish", version=plan["version"])
        self.plan = self.town.office.get(f"/plans/{plan['id']}")
        self.town.account.plan_published(self.plan)

    def look(self) -> None:
        """What is new: food that is held back, changes that are proposed."""
        self.decide()
        if self._changes and self.plan is not None:
            plans = self.town.office.get("/plans", service_date=self.day.isoformat())["items"]
            proposed = [
                each
                for each in plans
                if each["changes_plan_id"] == self.plan["id"] and each["state"] in ("draft", "ready")
            ]
            newest = max(proposed, key=lambda each: int(each["number"]), default=None)
            if newest is not None and newest["id"] not in self._lost:
                self._publish_change(newest)

    def _publish_change(self, proposed: dict[str, Any]) -> None:
        try:
            self._publish(proposed)
        except DemoStopped as stopped:
            if stopped.code != "plan_outdated":
                raise
            self.town.counts["changes that reports had overtaken"] += 1
            self._lost.add(proposed["id"])
            self._ask({})
        else:
            self.town.counts["changes published"] += 1
            self.moved.append(proposed["stops_moved"] or 0)

    def bank_is_closed(self, site_id: str) -> None:
        """A food bank has said by telephone that it takes nothing today."""
        self.closed.append(site_id)
        self._ask({"closed_site_ids": self.closed})

    def _ask(self, wish: dict[str, Any]) -> None:
        if self._changes and self.plan is not None:
            self.town.office.post(f"/plans/{self.plan['id']}/changes", wish)

    def decide(self) -> None:
        """Release or discard what is held back."""
        held = self.town.office.get("/quarantines", state="open", service_date=self.day.isoformat(), limit="200")
        for each in held["items"]:
            parcel = self.town.account.parcel_of(each["allocation_id"])
            release = each["cause"] != "past_use_by" and happens(
                self.town.troubles.seed, 0.5, "release", self.day, parcel.grams
            )
            verb = "release" if release else "discard"
            decided = self.town.office.post(f"/quarantines/{each['id']}/{verb}", {"note": "Looked at (invented)."})
            self.town.counts["food held back"] += 1
            self.town.account.decided(decided)
            if not release:
                self.discarded.add(parcel.key)

    def settle(self, drivers: list[Driver]) -> None:
        """Say what became of what is left, as the service lists it; and see whether that is what the vans have."""
        listed = self.town.office.get("/leftovers", service_date=self.day.isoformat())["items"]
        for left in listed:
            if not left["held_back"]:
                self._settle(left, _grams_left(left))
        by_list = Counter[str]()
        for left in listed:
            by_list[left["offer_line_id"]] += _grams_left(left)
        self.town.faults += otherwise_on_the_vans(self.day, by_list, self._on_the_vans(drivers))

    def _on_the_vans(self, drivers: list[Driver]) -> Counter[str]:
        """Grams of each line that nobody has given up as unsafe."""
        found = Counter[str]()
        for driver in drivers:
            if self.plan is not None:
                mine = [route for route in self.plan["routes"] if route["shift_id"] == driver.shift["id"]]
                driver.learn([stop for route in mine for stop in route["stops"]])
            for parcel, amount in driver.on_board.items():
                if not self._thrown_away(parcel):
                    found[self.town.account.parcels[parcel].line] += amount
        return found

    def _thrown_away(self, parcel: str | None) -> bool:
        while parcel is not None:
            if parcel in self.discarded:
                return True
            parcel = self.town.account.parcels[parcel].parent
        return False

    def _settle(self, left: dict[str, Any], amount: int) -> None:
        back = left["temperature_class"] == "ambient" and happens(
            self.town.troubles.seed, GONE_BACK, "back", self.day, left["description"], amount
        )
        kg = f"{amount / 1000:.3f}"
        body = {"returned_kg": kg} if back else {"wasted_kg": kg}
        try:
            self.town.office.post(f"/allocations/{left['allocation_id']}/settle", body)
        except DemoStopped as stopped:
            self.town.faults.append(f"{kg} kg of {left['description']} on {self.day} cannot be settled: {stopped}")
            return
        self.town.counts["leftovers settled"] += 1
        self.town.account.settled(left["allocation_id"], amount if back else 0, 0 if back else amount)


def otherwise_on_the_vans(day: date, by_list: Mapping[str, int], on_the_vans: Mapping[str, int]) -> list[str]:
    """Of which lines the vans have other grams in the evening than are listed as left over."""
    pairs = {line: (by_list.get(line, 0), on_the_vans.get(line, 0)) for line in sorted({*by_list, *on_the_vans})}
    return [
        f"Offer line {line} on {day}: {listed} g are listed as left over, and {there} g are on the vans."
        for line, (listed, there) in pairs.items()
        if listed != there
    ]


def _grams_left(left: dict[str, Any]) -> int:
    return grams(left["kg_refused"]) + grams(left["kg_on_board"])


def local(day: date, hour: int, minute: int, town: Town) -> datetime:
    """A moment of a day in the town."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=town.troubles.zone)
