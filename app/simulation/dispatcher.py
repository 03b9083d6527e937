"""The office of the network: has the morning planned, publishes, publishes the changes that are proposed, decides about
food that was held back, and says in the evening what became of what is left."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from app.demo.caller import DemoStopped
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
        """Say what became of what is still on the vans."""
        for driver in drivers:
            if self.plan is not None:
                mine = [route for route in self.plan["routes"] if route["shift_id"] == driver.shift["id"]]
                driver.learn([stop for route in mine for stop in route["stops"]])
            for parcel, amount in driver.on_board.items():
                if amount and not self._thrown_away(parcel):
                    self._settle(driver.food[parcel], amount)

    def _thrown_away(self, parcel: str | None) -> bool:
        while parcel is not None:
            if parcel in self.discarded:
                return True
            parcel = self.town.account.parcels[parcel].parent
        return False

    def _settle(self, food: dict[str, Any], amount: int) -> None:
        back = food["temperature_class"] == "ambient" and happens(
            self.town.troubles.seed, GONE_BACK, "back", self.day, food["description"], amount
        )
        kg = f"{amount / 1000:.3f}"
        body = {"returned_kg": kg} if back else {"wasted_kg": kg}
        # It stands under the promise that it was handed on to last, also where the driver never saw that plan.
        promises = [food["id"], *reversed(self.town.account.promises_of_food(food["parcel_id"]))]
        for allocation in dict.fromkeys(promises):
            try:
                self.town.office.post(f"/allocations/{allocation}/settle", body)
            except DemoStopped as stopped:
                why = str(stopped)
                continue
            self.town.counts["leftovers settled"] += 1
            self.town.account.settled(allocation, amount if back else 0, 0 if back else amount)
            return
        self.town.faults.append(f"{kg} kg of {food['description']} on {self.day} cannot be settled: {why}")


def local(day: date, hour: int, minute: int, town: Town) -> datetime:
    """A moment of a day in the town."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=town.troubles.zone)
