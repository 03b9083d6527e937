"""A week of the town: who does what when, day after day, all of it through the API."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import city, food, partners
from app.demo.caller import Caller, DemoStopped
from app.simulation.account import Places, grams
from app.simulation.chance import chance, happens
from app.simulation.dispatcher import Dispatcher, local
from app.simulation.driver import Driver
from app.simulation.habits import Habit, Post, StoreDay, habits_of, store_day
from app.simulation.happenings import Happenings
from app.simulation.town import Town
from app.simulation.troubles import Troubles
from app.simulation.works import Works

Say = Callable[[str], None]


LOOKS_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class Wish:
    """Which week. `changes`: whether what is proposed under way is published; `stores`: the first so many alone;
    `looks_every`: how often the office looks what has changed.
    `plan_seconds`: of the solver, and as many again for the day alone. Steps instead of seconds would give the same
    plan at every run, but with them nothing ends the search for what would help food that stays: it can take minutes.
    """

    seed: int
    first: date
    days: int
    changes: bool
    stores: int | None = None
    plan_seconds: float = 3.0
    looks_every: timedelta = LOOKS_EVERY


NEED_CHANGES, FREE_ON_WEEKENDS = 0.08, 0.35


@dataclass
class Week:
    """One network's week. `stores`: how many of the city's stores take part, for a short one."""

    town: Town
    works: Works
    zone: ZoneInfo
    first: date
    days: int
    changes: bool
    say: Say
    stores: int | None = None
    looks_every: timedelta = LOOKS_EVERY
    another_week: Callable[[], bool] = lambda: True  # asked before a week's last day: whether one more is to follow
    taking_part: partners.TakingPart = field(default_factory=partners.TakingPart)
    habits: tuple[Habit, ...] = ()
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)  # as they stand, by id
    asked: Counter[str] = field(default_factory=Counter)  # grams by the food bank's name
    offices: list[Dispatcher] = field(default_factory=list)
    ledger: dict[str, Places] = field(default_factory=dict)  # the service's own, once the week is over
    _looking: set[datetime] = field(default_factory=set)

    def run(self) -> None:
        """From the evening before the first day until no driver of the last can report any more."""
        stores = city.stores()[: self.stores]
        self.habits = habits_of(stores, self.town.troubles.seed)
        self.taking_part = partners.enter_all(self.town.office, self.first, self.zone, self.say)
        self.town.telephone = self._bank_is_closed
        for number in range(self.days):
            self._foresee(self.first + timedelta(days=number))
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            self.town.happenings.run_until(local(day, 21, 0, self.town), self._after_each)
            self.say(self._told(day, self.offices[number]))
            if number + 2 < self.days and (number + 2) % 7 == 0 and not self.another_week():
                self.days = number + 2
            if number + 1 == self.days:
                break
        self.offices = self.offices[: self.days]
        self.town.happenings.run_until(local(day + timedelta(days=1), 7, 0, self.town), self._after_each)

    def _is_played(self, day: date) -> bool:
        """Whether the week comes to that day: what was foreseen of one after its end is not done."""
        return day < self.first + timedelta(days=self.days)

    def close(self) -> None:
        """Hang up on everybody."""
        self.taking_part.close()
        self.town.office.close()

    def _after_each(self) -> None:
        self.works.settle()
        due = self.works.next_due()
        if due is not None and due not in self._looking:
            self._looking.add(due)
            self.town.happenings.at(due, self.works.settle)

    def _told(self, day: date, office: Dispatcher) -> str:
        lines = [line for offer in self.offers_of(day) for line in offer["lines"]]
        kg = sum(float(line["kg"]) for line in lines)
        brought = sum(self.town.received.values()) / 1000
        return (
            f"{day:%A}: {len(lines)} lines on offer, {kg:,.0f} kg; {len(office.moved)} changes published;"
            f" {brought:,.0f} kg brought to food banks so far."
        )

    def offers_of(self, day: date) -> list[dict[str, Any]]:
        """The offers that were posted for a day, as they stand."""
        return [offer for offer in self.offers.values() if offer["service_date"] == day.isoformat()]

    # A day.

    def _foresee(self, day: date) -> None:
        """Tell what will happen on a day, and the evening before."""
        at, town = self.town.happenings.at, self.town
        office = Dispatcher(town, day, self.works.settle, changes=self.changes)
        self.offices.append(office)
        stores = {habit.store: store_day(habit, day, self.zone, town.troubles.seed) for habit in self.habits}
        drivers: list[Driver] = []
        at(local(day, 17, 0, town) - timedelta(days=1), lambda: self._evening_before(day, stores, drivers))
        for store, its_day in stores.items():
            town.counts["stores that were silent"] += its_day.silent
            for post in its_day.posts:
                at(post.posted_at, lambda store=store, post=post: self._post(day, store, post))  # type: ignore[misc]
        at(local(day, 7, 20, town), office.plan_morning)
        at(local(day, 7, 40, town), partial(_each, drivers, Driver.open_link))
        for receiver, site in self._receiving_sites():
            calls = town.troubles.bank_calls_at(day, site["name"])
            if receiver and calls is not None and town.troubles.bank_closed(day, site["name"]):
                at(calls, lambda site=site: self._bank_is_closed(day, site["name"]))  # type: ignore[misc]
        self._look_all_day(day, office)
        at(local(day, 18, 30, town), partial(_each, drivers, Driver.come_in))
        at(local(day, 18, 45, town), office.decide)
        at(local(day, 19, 0, town), lambda: office.settle(drivers))
        at(local(day, 20, 30, town), partial(_each, drivers, Driver.close))
        at(local(day + timedelta(days=1), 6, 0, town), self.works.pass_time)  # the drivers' links have ended

    def _look_all_day(self, day: date, office: Dispatcher) -> None:
        moment, evening = local(day, 8, 0, self.town), local(day, 17, 0, self.town)
        while moment <= evening:
            self.town.happenings.at(moment, self.works.pass_time)
            self.town.happenings.at(moment, office.look)
            moment += self.looks_every
        for hour in (6, 7, 18, 19, 20):
            self.town.happenings.at(local(day, hour, 15, self.town), self.works.pass_time)

    def _receiving_sites(self) -> list[tuple[city.Receiver, dict[str, Any]]]:
        return [(receiver, self.taking_part.sites[receiver.osm_id]) for receiver in city.RECEIVERS]

    def _evening_before(self, day: date, stores: dict[str, StoreDay], drivers: list[Driver]) -> None:
        """Food banks say what they need, owners of vans who drives."""
        if not self._is_played(day):
            return
        seed = self.town.troubles.seed
        expected = [post.offer for its_day in stores.values() for post in its_day.posts]
        for receiver, need in food.needs_of(expected, day, chance(seed, "needs", day)):
            site = self.taking_part.sites[receiver.osm_id]
            if not any(day.isoweekday() in window["weekdays"] for window in site["windows"]):
                continue
            owner = self.taking_part.owners[receiver.osm_id]
            stated = owner.post("/needs", {**need, "site_id": site["id"]})
            self.asked[site["name"]] += grams(stated["kg"])
            if happens(seed, NEED_CHANGES, "need changes", day, site["name"], need["category"]):
                self.town.happenings.at(local(day, 6, 40, self.town), lambda o=owner, s=stated: self._need_less(o, s))  # type: ignore[misc]
        for wheels in self.taking_part.wheels:
            if day.isoweekday() < 6 or not happens(seed, FREE_ON_WEEKENDS, "free", day, wheels.van.name):
                shift = partners.plan_shift(wheels, day, self.zone)
                drivers.append(Driver(self.town, shift, wheels.van.name, day))

    def _need_less(self, owner: Caller, stated: dict[str, Any]) -> None:
        owner.patch(
            f"/needs/{stated['id']}", {"kg": str(max(1, int(float(stated["kg"]) / 2)))}, version=stated["version"]
        )
        self.town.counts["needs that were halved in the morning"] += 1

    def _bank_is_closed(self, day: date, name: str) -> None:
        site = next(site for _, site in self._receiving_sites() if site["name"] == name)
        office = next(each for each in self.offices if each.day == day)
        if site["id"] not in office.closed:
            office.bank_is_closed(site["id"])

    # Stores.

    def _post(self, day: date, store: str, post: Post) -> None:
        if not self._is_played(day):
            return
        site = self.taking_part.sites[store]
        till = self._till(store)
        try:
            offer = till.post("/offers", {**post.offer, "site_id": site["id"]})
        except DemoStopped as stopped:
            self.town.faults.append(f"An offer of {site['name']} on {day} was refused: {stopped}")
            return
        self._stands(day, site, offer)
        self.town.account.offer_posted(offer)
        self.town.counts["offers posted"] += 1
        self.town.counts["offers posted late"] += post.late
        if post.amended_at is not None:
            self.town.happenings.at(post.amended_at, lambda: self._amend(day, store, offer["id"], post))
        if post.withdrawn_at is not None:
            self.town.happenings.at(post.withdrawn_at, lambda: self._withdraw(store, offer["id"]))

    def _till(self, store: str) -> Caller:
        chain = next(city.chain_of(place) for place in city.stores() if place.osm_id == store)
        return self.taking_part.tills[chain]

    def _stands(self, day: date, site: dict[str, Any], offer: dict[str, Any]) -> None:
        self.offers[offer["id"]] = offer
        self.town.put_on_the_shelf(day, site["name"], offer)

    def _amend(self, day: date, store: str, offer_id: str, post: Post) -> None:
        before = self.offers[offer_id]
        try:
            after = self._till(store).patch(
                f"/offers/{offer_id}", {"lines": list(post.amended_lines)}, version=before["version"]
            )
        except DemoStopped as stopped:
            self._too_late(stopped)
            return
        self.town.account.offer_amended(before, after)
        self.town.counts["offers amended"] += 1
        self._stands(day, self.taking_part.sites[store], after)

    def _withdraw(self, store: str, offer_id: str) -> None:
        try:
            self._till(store).post(f"/offers/{offer_id}/withdraw")
        except DemoStopped as stopped:
            self._too_late(stopped)
            return
        self.town.account.offer_withdrawn(self.offers[offer_id])
        self.town.counts["offers withdrawn"] += 1

    def _too_late(self, stopped: DemoStopped) -> None:
        """A store wishes to change what a driver comes for already: it is told so."""
        if stopped.code not in ("offer_planned", "offer_gone"):
            raise stopped
        self.town.counts["offers that it was too late to change"] += 1


def _each(drivers: list[Driver], deed: Callable[[Driver], None]) -> None:
    for driver in drivers:
        deed(driver)


def ledger_of(office: Caller, offers: dict[str, dict[str, Any]]) -> dict[str, Places]:
    """Where the service's own ledger says that each line's grams are."""
    found = {}
    for offer_id in offers:
        for line in office.get(f"/offers/{offer_id}/ledger")["lines"]:
            balances = {name.removeprefix("kg_"): grams(kg) for name, kg in line["balances"].items()}
            found[line["offer_line_id"]] = {name: amount for name, amount in balances.items() if amount}
    return found


def begin(address: str, key: str, works: Works, happenings: Happenings, wish: Wish, say: Say) -> Week:
    """A week that can be run, of a network that has been founded."""
    office = Caller(address, key)
    zone = ZoneInfo(office.get("/me")["network"]["time_zone"])
    town = Town(office, happenings, Troubles(wish.seed, zone))
    return Week(town, works, zone, wish.first, wish.days, wish.changes, say, wish.stores, wish.looks_every)
