"""A driver of one shift: drives stop by stop by the route on the phone, meets what is met there, and reports."""

from collections import Counter
from datetime import date, datetime, timedelta
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from app.demo.caller import Caller, DemoStopped
from app.demo.drive import event_of, whole_seconds
from app.simulation.account import grams
from app.simulation.chance import chance, happens
from app.simulation.phone import Phone
from app.simulation.town import Town
from app.simulation.troubles import GOOD_CELSIUS, NO_TAP, OTHER_ORDER, SAYS_NOUGHT

Stop = dict[str, Any]
Food = dict[str, Any]
WORK, ENDED = ("pickup", "drop_off"), ("done", "failed")
METRES_PER_SECOND, DETOUR, METRES_PER_DEGREE = 8.0, 1.4, 111_320
ANSWER_LOST = 0.15  # of the times that a phone sends what waited: it will send it again


class Driver:
    """One driver's day."""

    def __init__(self, town: Town, shift: dict[str, Any], van: str, day: date) -> None:
        self.town, self.shift, self.van, self.day = town, shift, van, day
        self.rng = chance(town.troubles.seed, "driver", day, van)
        self.luck = town.troubles.van_day(day, van)
        offline = self.luck.offline
        if self.luck.silent:
            start = datetime.combine(day, datetime.min.time(), tzinfo=town.troubles.zone)
            offline = ((start, start + timedelta(days=1)),)
        self.phone = Phone(chance(town.troubles.seed, "phone", day, van), offline, self.luck.clock_off)
        self.caller: Caller | None = None
        self.route: dict[str, Any] | None = None
        self.stops: list[Stop] = []
        self.here: Stop | None = None
        self.behind: set[str] = set()
        self.on_board: Counter[str] = Counter()
        self.food: dict[str, Food] = {}  # each promise as it was shown last
        self.pickups = 0
        self.driving = False
        self.left_at: datetime | None = None

    # The route, as far as the phone knows it.

    def open_link(self) -> None:
        """In the morning, at the depot, where there is a connection."""
        link = self.town.office.post(f"/shifts/{self.shift['id']}/driver-links")
        self.caller = self.town.office.another(link["token"])
        self._read_route()
        if self.stops:
            begin = datetime.fromisoformat(self.stops[0]["leave_at"]) + self.luck.late_start
            self.town.counts["drivers who started late"] += self.luck.late_start >= timedelta(minutes=10)
            self.town.counts["drivers silent until the evening"] += self.luck.silent
            self.town.counts["phones offline for hours"] += bool(self.luck.offline) and not self.luck.silent
            self.town.counts["phones with a wrong clock"] += bool(self.luck.clock_off)
            self.town.happenings.at(begin, self._set_out)
        else:
            self.town.happenings.at(self.town.now() + timedelta(minutes=30), self._look_again)

    def _set_out(self) -> None:
        self.here, self.left_at, self.driving = self.stops[0], self.town.now(), True
        self._go_on()

    def _look_again(self) -> None:
        """At home: there may be a change that needs this van."""
        if self.town.now() >= datetime.fromisoformat(self.shift["ends_at"]):
            return
        self._sync()
        if self._following() is not None:
            self.left_at = self.town.now()
            self._set_out() if self.here is None else self._go_on()
        else:
            self.town.happenings.at(self.town.now() + timedelta(minutes=10), self._look_again)

    def _read_route(self) -> None:
        assert self.caller is not None  # noqa: S101
        try:
            shown = self.caller.get("/driver/route")
        except DemoStopped as stopped:
            if stopped.code in ("no_route_yet", "not_signed_in"):
                return
            raise
        if self.route is not None and shown["version"] != self.route["version"]:
            self.town.counts["routes that changed under way"] += 1
        self.route = shown
        self.stops = shown["route"]["stops"]
        self.learn(self.stops)

    def learn(self, stops: list[Stop]) -> None:
        """What a route says of promises: food on board may be for somebody else now."""
        for food in (food for stop in stops for food in stop["allocations"]):
            parcel, parent = food["parcel_id"], food["from_parcel_id"]
            if parent is not None and parcel not in self.food:
                moved = 0
                for source in self._sources(parent):
                    part = min(grams(food["kg"]) - moved, self.on_board[source])
                    self.on_board[source] -= part
                    moved += part
                self.on_board[parcel] += moved
            self.food[parcel] = food

    def _sources(self, parcel: str | None) -> list[str]:
        found = []
        while parcel is not None:
            found.append(parcel)
            known = self.town.account.parcels.get(parcel)
            parcel = None if known is None else known.parent
        return found

    # Driving.

    def _following(self) -> Stop | None:
        told = {} if self.route is None else {each["stop_id"]: each["state"] for each in self.route["progress"]}
        ahead = [
            stop
            for stop in self.stops
            if stop["kind"] in WORK and stop["visit_id"] not in self.behind and told.get(stop["id"]) not in ENDED
        ]
        if not ahead:
            return None
        swap = len(ahead) > 1 and ahead[0]["kind"] == ahead[1]["kind"]
        if swap and happens(self.town.troubles.seed, OTHER_ORDER, "order", self.day, self.van, len(self.behind)):
            self.town.counts["stops done in another order"] += 1
            return ahead[1]
        return ahead[0]

    def _go_on(self) -> None:
        self._sync()
        following = self._following()
        target = following or (self.stops[-1] if self.stops else None)
        if target is None or self.here is None:
            return
        planned, metres = self._leg(self.here, target)
        now = self.town.now()
        seconds = self.town.troubles.drive_seconds(planned, now, self.van, target["site_name"])
        arrive = now + whole_seconds(timedelta(seconds=seconds))
        if self.luck.jam_at is not None and now <= self.luck.jam_at < arrive:
            arrive += self.luck.jam
            self.town.counts["vans stuck in traffic"] += 1
        self.town.metres += metres
        self.town.happenings.at(arrive, lambda: self._arrive(target) if following else self._home(target))

    def _home(self, stop: Stop) -> None:
        self.here, self.driving = stop, False
        if self.left_at is not None:
            self.town.driver_seconds += (self.town.now() - self.left_at).total_seconds()
        self.left_at = self.town.now()
        self._look_again()

    def _leg(self, here: Stop, there: Stop) -> tuple[float, float]:
        """Seconds and metres as planned where the two follow each other, else by the straight line."""
        visits = [stop["visit_id"] for stop in self.stops if stop["kind"] != "break"]
        nearest = [stop for stop in self.stops if stop["kind"] != "break"]
        if here["visit_id"] in visits:
            place = visits.index(here["visit_id"]) + 1
            if place < len(nearest) and nearest[place]["visit_id"] == there["visit_id"]:
                gone, arrive = (
                    datetime.fromisoformat(at) for at in (nearest[place - 1]["leave_at"], there["arrive_at"])
                )
                return max(60.0, (arrive - gone).total_seconds()), float(there["metres_from_previous"])
        east = (there["longitude"] - here["longitude"]) * cos(radians(here["latitude"]))
        metres = hypot(east, there["latitude"] - here["latitude"]) * METRES_PER_DEGREE * DETOUR
        return max(60.0, metres / METRES_PER_SECOND), metres

    def _arrive(self, stop: Stop) -> None:
        self.pickups += stop["kind"] == "pickup"
        if happens(self.town.troubles.seed, NO_TAP, "tap", self.day, self.van, stop["site_name"]):
            self.town.counts["arrivals that nobody reported"] += 1
        else:
            self._report(stop, "arrived", [])
        planned, begin, leave = (datetime.fromisoformat(stop[at]) for at in ("arrive_at", "begin_at", "leave_at"))
        opens = begin if begin > planned else self.town.now()
        stay = self.town.troubles.stop_seconds((leave - begin).total_seconds(), self.day, self.van, stop["site_name"])
        ended = max(self.town.now(), opens) + whole_seconds(timedelta(seconds=stay))
        self.town.happenings.at(ended, lambda: self._finish(stop))

    def _finish(self, stop: Stop) -> None:
        if stop["kind"] == "pickup":
            self._pick_up(stop)
        else:
            self._drop_off(stop)
        self.behind.add(stop["visit_id"])
        self.here = stop
        self._go_on()

    # At the doors.

    def _pick_up(self, stop: Stop) -> None:
        if self.town.troubles.store_closed(self.day, stop["site_name"]):
            self._fail(stop, "closed", "stores closed")
            return
        foods = [food for food in stop["allocations"] if food["from_parcel_id"] is None and not self._loaded(food)]
        full = foods[len(foods) // 2 :] if self.pickups == self.luck.full_at_pickup else []
        if full:
            self.town.counts["vans full"] += 1
        lines: dict[str | None, list[dict[str, Any]]] = {}
        for food in foods:
            reason, line = self._load(stop, food, half=food in full)
            lines.setdefault(reason, []).append(line)
        if not any(float(line["kg"]) for line in lines.get(None, [])) and set(lines) <= {None}:
            self._fail(stop, "nothing_there", "pickups that found nothing")
            return
        for reason, told in lines.items():
            self._report(stop, "collected", told, reason)

    def _load(self, stop: Stop, food: Food, *, half: bool) -> tuple[str | None, dict[str, Any]]:
        """Load one kind of food, and why not all of it."""
        troubles, wanted = self.town.troubles, grams(food["kg"])
        kept = (food["temperature_class"], food["description"])
        celsius, reason = troubles.celsius(self.day, "pickup", stop["site_name"], kept), None
        if _warm(food, celsius):
            self.town.counts["food too warm at the store"] += 1
            if happens(troubles.seed, 0.5, "notices", self.day, stop["site_name"], kept):
                return "too_warm", _line(food, 0, celsius)
        if half:
            wanted, reason = wanted // 2000 * 1000, "van_full"
        loaded = self.town.take_from_the_shelf(food["offer_line_id"], wanted)
        if reason is None and loaded != wanted:
            self.town.counts["lines that weighed otherwise"] += 1
        self.on_board[food["parcel_id"]] += loaded
        return reason, _line(food, loaded, celsius if loaded else None)

    def _drop_off(self, stop: Stop) -> None:
        if self.town.troubles.bank_closed(self.day, stop["site_name"]):
            self._fail(stop, "closed", "food banks closed")
            self.town.telephone(self.day, stop["site_name"])
            return
        delivered, refused, warm, nought = [], [], [], []
        for food in stop["allocations"]:
            amount = self._at_hand(food)
            if not amount:
                nought.append(_line(food, 0))
                continue
            troubles, kept = self.town.troubles, (food["temperature_class"], food["description"])
            celsius = troubles.celsius(self.day, "drop_off", stop["site_name"], kept)
            if _warm(food, celsius):
                self.town.counts["food too warm on arrival"] += 1
                if happens(troubles.seed, 0.5, "bank notices", self.day, stop["site_name"], kept):
                    warm.append(_line(food, amount, celsius))
                    continue
            share = troubles.refused_share(self.day, stop["site_name"], food["category"])
            back = min(amount, round(amount * share / 100) * 100)
            if back:
                self.town.counts["refusals at the door"] += 1
                refused.append(_line(food, back, celsius))
            if amount - back:
                delivered.append(_line(food, amount - back, celsius))
                self.on_board[food["parcel_id"]] -= amount - back
                self.town.received[stop["site_name"]] += amount - back
        if nought and happens(self.town.troubles.seed, SAYS_NOUGHT, "nought", self.day, self.van, stop["site_name"]):
            delivered += nought
        for kind, lines, reason in (
            ("delivered", delivered, None),
            ("refused", refused, "refused_at_the_door"),
            ("refused", warm, "too_warm"),
        ):
            if lines:
                self._report(stop, kind, lines, reason)
        if not (delivered or refused or warm):
            self._fail(stop, "nothing_there", "drop-offs with nothing to bring")

    def _told_of(self, food: Food) -> dict[str, Any]:
        told: dict[str, dict[str, Any]] = {}
        if self.route is not None:
            told = {each["allocation_id"]: each for each in self.route["allocations"]}
        return told.get(food["id"], {})

    def _loaded(self, food: Food) -> bool:
        """Whether the phone says that it was collected at another stop already."""
        return self._told_of(food).get("kg_collected") is not None

    def _at_hand(self, food: Food) -> int:
        """Grams of it on board, unless the phone says that they are held back."""
        state = self._told_of(food)
        return 0 if state.get("held_back") or state.get("discarded") else self.on_board[food["parcel_id"]]

    # Reports.

    def _fail(self, stop: Stop, reason: str, what: str) -> None:
        self.town.counts[what] += 1
        self._report(stop, "failed", [], reason)

    def _report(self, stop: Stop, kind: str, lines: list[dict[str, Any]], reason: str | None = None) -> None:
        identity = UUID(int=self.rng.getrandbits(128), version=4)
        now = self.town.now()
        self.phone.keep(event_of(stop, kind, now, lines, reason=reason, identity=identity), now)
        self.town.counts["reports"] += 1

    def _sync(self) -> None:
        """Send what waits, and look at the route again, where there is a connection."""
        if not self.phone.online(self.town.now()):
            return
        self._send()
        if not self.phone.waiting:
            self._read_route()

    def _send(self) -> None:
        assert self.caller is not None  # noqa: S101
        waited = self.phone.waited
        for batch in self.phone.batches(self.town.now()):
            answer = self.caller.post("/driver/stop-events", {"events": batch})
            arrived = {each["id"] for each in answer["results"] if each["status"] != "conflict"}
            self.town.counts["reports sent late or twice"] += len(batch) if waited else 0
            self.town.faults += [each["detail"] for each in answer["results"] if each["status"] == "conflict"]
            self.town.account.reported(self.shift["id"], [each for each in batch if each["id"] in arrived])
            if not (waited and self.phone.rng.random() < ANSWER_LOST):
                self.phone.acknowledged(arrived)

    def come_in(self) -> None:
        """In the evening everything that a phone still has is sent, from the depot."""
        self.phone.offline = ()
        while self.caller is not None and self.phone.waiting:
            self._send()

    def close(self) -> None:
        """The day is over."""
        if self.caller is not None:
            self.caller.close()


def _warm(food: Food, celsius: float | None) -> bool:
    return celsius is not None and celsius != GOOD_CELSIUS[food["temperature_class"]]


def _line(food: Food, amount: int, celsius: float | None = None) -> dict[str, Any]:
    return {"allocation_id": food["id"], "kg": f"{amount / 1000:.3f}", "celsius": celsius}
