"""The ledger once more, from the events alone: what was sent and acknowledged, and nothing that the service computed.

It shares no code with the ledger, the settlement or the rule book, and reads no table. Of each offer line it says how
many grams are where; the week compares that with the service's own ledger, gram by gram.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ACCOUNTS = (
    "offered", "allocated", "collected", "delivered", "refused", "returned", "wasted", "expired", "withdrawn",
)  # fmt: skip
# What a store still has after these may be fetched by somebody else; after any other word it was never there.
STILL_AT_THE_STORE = frozenset({"closed", "van_full", "other"})
NOT_REPORTED = "not reported"

Places = dict[str, int]


def grams(kg: str) -> int:
    """Whole grams of kilograms as the API writes them."""
    return int(Decimal(kg) * 1000)


@dataclass
class Parcel:
    """One promise through all plans that keep it, and what was reported of it."""

    key: str
    line: str
    grams: int
    pickup: tuple[str, str]  # the shift, and the visit at the store
    parent: str | None  # the promise that its food was collected for, where it was handed on
    released: int = 0
    fetched: int = 0  # of what was released: it was loaded all the same
    at_visits: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    reason: str | None = None
    discarded: bool = False
    returned: int = 0
    wasted: int = 0

    def report(self, kind: str, visit: tuple[str, str], kg: int) -> None:
        """A driver has said of a visit what was collected, delivered or refused there."""
        self.at_visits[kind][visit] += kg

    def _together(self, kind: str) -> int:
        """Where a change has it fetched or brought at another visit of the same place, both add up, though to no more
        than was promised: who reports it twice has it once."""
        told = self.at_visits[kind].values()
        return max(max(told, default=0), min(sum(told), self.grams))

    @property
    def collected(self) -> int | None:
        """Grams that were reported as loaded; None where nothing was."""
        return self._together("collected") if self.at_visits["collected"] else None

    @property
    def delivered(self) -> int:
        """Grams that were taken in."""
        return self._together("delivered")

    @property
    def refused(self) -> int:
        """Grams that were not."""
        return self._together("refused")

    @property
    def sentence(self) -> str:
        """What was said of it, in grams."""
        amounts = ("released", "fetched", "collected", "delivered", "refused", "returned", "wasted")
        parts = [f"{name} {getattr(self, name)} g" for name in amounts if getattr(self, name) is not None]
        origin = f", handed on from {self.parent}" if self.parent else ""
        decided = ", discarded" if self.discarded else ""
        why = f" ({self.reason})" if self.reason else ""
        return f"Promise {self.key} of {self.grams} g{origin}: {', '.join(parts)}{why}{decided}."

    def settled_still(self, *, given_up: bool) -> tuple[int, int]:
        """Grams that are back and grams that were thrown away, as far as they were not brought to somebody after all: a
        van that comes late delivers what was settled while it was out. What was given up counts as brought nowhere."""
        there = max(self.loaded(), self.grams if self.parent else 0)
        left = max(0, there - (0 if given_up else self.delivered))
        returned = min(self.returned, left)
        return returned, min(self.wasted, left - returned)

    def loaded(self) -> int:
        """Grams that passed the door of the store: whoever hands over more than was reported did load it."""
        return max(self.collected or 0, self.delivered + self.refused)


@dataclass
class Account:
    """What was acknowledged, in the order in which it was."""

    posted: dict[str, int] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    parcels: dict[str, Parcel] = field(default_factory=dict)
    events: list[tuple[str, list[Any]]] = field(default_factory=list)  # each of those below, with what it said
    _of_allocation: dict[str, str] = field(default_factory=dict)
    _of_stop: dict[str, tuple[str, str]] = field(default_factory=dict)
    _driven: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _failed: dict[tuple[str, str], str] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def offer_posted(self, offer: Mapping[str, Any]) -> None:
        """A store has posted an offer."""
        self.events.append(("offer_posted", [offer]))
        self._posted(offer)

    def offer_amended(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """It says something else now: its lines are other lines."""
        self.events.append(("offer_amended", [before, after]))
        self._taken_back(before)
        self._posted(after)

    def offer_withdrawn(self, offer: Mapping[str, Any]) -> None:
        """It is taken back."""
        self.events.append(("offer_withdrawn", [offer]))
        self._taken_back(offer)

    def _posted(self, offer: Mapping[str, Any]) -> None:
        for line in offer["lines"]:
            self.posted[line["id"]] = grams(line["kg"])

    def _taken_back(self, offer: Mapping[str, Any]) -> None:
        self.taken_back |= {line["id"] for line in offer["lines"]}

    def plan_published(self, plan: Mapping[str, Any]) -> None:
        """A plan is driven from now on; what the one before promised and this one does not is given back."""
        self.events.append(("plan_published", [plan]))
        promised = set()
        for route in plan["routes"]:
            for stop in route["stops"]:
                visit = (route["shift_id"], stop["visit_id"])
                self._of_stop[stop["id"]] = visit
                for food in stop["allocations"]:
                    key = food["parcel_id"]
                    self._of_allocation[food["id"]] = key
                    if key not in self.parcels:
                        self.parcels[key] = Parcel(
                            key, food["offer_line_id"], grams(food["kg"]), visit, food["from_parcel_id"]
                        )
                    if stop["kind"] == "pickup" and food["from_parcel_id"] is None:
                        # A change may have put it with another visit at that store, and behind a door that the van was
                        # at already.
                        self.parcels[key].pickup = visit
                    promised.add(key)
        for dropped in self._driven[plan["service_date"]] - promised:
            self._release(self.parcels[dropped])
        self._driven[plan["service_date"]] = promised

    def _release(self, parcel: Parcel) -> None:
        """What was not loaded is on offer again, unless it is known never to have been there."""
        if parcel.parent is None and (not self._told(parcel) or self._reason(parcel) in STILL_AT_THE_STORE):
            parcel.released = max(0, parcel.grams - parcel.loaded())

    def reported(self, shift: str, reports: Sequence[Mapping[str, Any]]) -> None:
        """A driver's reports have arrived together; one that arrived before changes nothing."""
        self.events.append(("reported", [shift, list(reports)]))
        before: dict[str, int] = {}  # of each promise that something is said of, what was known to be loaded
        for report in reports:
            if (shift, report["id"]) in self._seen:
                continue
            self._seen.add((shift, report["id"]))
            if report["kind"] == "failed" and not report["lines"]:
                self._failed[self._of_stop[report["stop_id"]]] = report["reason"] or "other"
            for line in report["lines"]:
                parcel = self.parcel_of(line["allocation_id"])
                before.setdefault(parcel.key, parcel.loaded())
                if report["kind"] in ("collected", "delivered", "refused"):
                    parcel.report(report["kind"], self._of_stop[report["stop_id"]], grams(line["kg"]))
                if report["kind"] == "collected":
                    parcel.reason = report["reason"]
        for key, loaded in before.items():
            if self.parcels[key].loaded() != loaded:
                self._fetch_released(self.parcels[key])

    def _fetch_released(self, parcel: Parcel) -> None:
        """What was given back and loaded all the same is the food that was put on offer again, as far as nobody else
        has been promised it, or has loaded it, meanwhile."""
        beyond = max(0, parcel.loaded() - (parcel.grams - parcel.released))
        wanted = min(beyond, parcel.released) - parcel.fetched
        others = (each for each in self.parcels.values() if each.line == parcel.line and each.parent is None)
        free = self.posted[parcel.line] - sum(self._held(each) for each in others if each is not parcel)
        if wanted > 0:
            mine = min(parcel.loaded(), parcel.grams - parcel.released) + parcel.fetched
            parcel.fetched += min(wanted, max(0, free - mine))

    def _held(self, parcel: Parcel) -> int:
        """Grams of what was posted that are promised, or were loaded."""
        promised = parcel.grams - parcel.released
        return min(parcel.loaded(), promised) + parcel.fetched if self._told(parcel) else promised

    def parcel_of(self, allocation: str) -> Parcel:
        """The promise that an allocation of some plan stands for."""
        return self.parcels[self._of_allocation[allocation]]

    def decided(self, quarantine: Mapping[str, Any]) -> None:
        """Somebody has decided about food that was held back."""
        self.events.append(("decided", [quarantine]))
        if quarantine["state"] == "discarded":
            self.parcel_of(quarantine["allocation_id"]).discarded = True

    def settled(self, allocation: str, returned: int, wasted: int) -> None:
        """Somebody has said what became of food that was refused or left over."""
        self.events.append(("settled", [allocation, returned, wasted]))
        parcel = self.parcel_of(allocation)
        parcel.returned += returned
        parcel.wasted += wasted

    def left_at_the_store(self) -> dict[str, str]:
        """By line, why a driver left some of it at the store; "not reported" where nobody ever said."""
        reasons = (
            (each.line, self._reason(each) if self._told(each) else NOT_REPORTED) for each in self.parcels.values()
        )
        return {line: reason for line, reason in reasons if reason in {*STILL_AT_THE_STORE, NOT_REPORTED}}

    def told_of(self, line: str) -> tuple[str, ...]:
        """What was said of each promise of a line, in a sentence each, in the order of the promises."""
        return tuple(each.sentence for each in self.parcels.values() if each.line == line)

    def refused(self) -> tuple[int, int]:
        """Grams that were refused at a door, and how many of them nobody got in the end."""
        later: Counter[str] = Counter()
        for parcel in self.parcels.values():
            if parcel.parent is not None:
                later[parcel.parent] += parcel.delivered
        lost = [max(0, parcel.refused - later[key]) for key, parcel in self.parcels.items()]
        return sum(parcel.refused for parcel in self.parcels.values()), sum(lost)

    def _told(self, parcel: Parcel) -> bool:
        """Whether it is known what was loaded of it."""
        return parcel.collected is not None or parcel.pickup in self._failed

    def _reason(self, parcel: Parcel) -> str | None:
        return parcel.reason or (None if parcel.collected is not None else self._failed.get(parcel.pickup))

    def places(self) -> dict[str, Places]:
        """Grams of each line by where they are, now that nobody drives any more."""
        children: defaultdict[str, list[Parcel]] = defaultdict(list)
        for each in self.parcels.values():
            if each.parent is not None:
                children[each.parent].append(each)
        found = {line: self._line(line, amount) for line, amount in self.posted.items()}
        for key, parcel in self.parcels.items():
            if parcel.parent is None:
                found[parcel.line].update(self._of_parcel(parcel, list(_all_under(key, children))))
        for line, places in found.items():
            free = places.pop("free", 0)
            # What was given back and fetched all the same may have been taken to be gone, or never to have been there.
            back = min(max(0, -free), places["withdrawn"])
            places["withdrawn"] -= back
            free += back
            # Nobody may have promised more than there was: what is left over nobody fetched in time.
            places["expired" if free >= 0 else "promised twice"] += free
            if line in self.taken_back and places["expired"]:
                places["given away though taken back"] = places["expired"]
        return {line: {name: amount for name, amount in places.items() if amount} for line, places in found.items()}

    def _thrown_away(self, parcel: Parcel) -> bool:
        """Whether somebody has given it up, or the food that it was handed on from."""
        return parcel.discarded or (parcel.parent is not None and self._thrown_away(self.parcels[parcel.parent]))

    def _line(self, line: str, amount: int) -> Counter[str]:
        return Counter(withdrawn=amount) if line in self.taken_back else Counter(free=amount)

    def _of_parcel(self, parcel: Parcel, later: list[Parcel]) -> Counter[str]:
        """Where the food of one promise is, with whatever it was handed on to. It comes out of what is free."""
        places: Counter[str] = Counter()
        promised, everybody = parcel.grams - parcel.released, [parcel, *later]
        loaded = max(parcel.loaded(), sum(each.delivered for each in everybody))
        for each in everybody:
            gone = self._thrown_away(each)
            returned, wasted = each.settled_still(given_up=gone)
            places["returned"] += returned
            if not gone:
                places["delivered"] += each.delivered
                places["wasted"] += wasted
        for each in everybody:
            if each.discarded and not (each.parent and self._thrown_away(self.parcels[each.parent])):
                left = loaded - places["delivered"] - places["wasted"] - places["returned"]
                places["wasted"] += left if each is parcel else _given_up(each, later, left)
        places["collected"] = loaded - places["delivered"] - places["wasted"] - places["returned"]
        short = max(0, promised - loaded)
        if self._told(parcel) and self._reason(parcel) not in STILL_AT_THE_STORE:
            places["withdrawn"] += short
        else:  # left there, or nobody has said anything: the drivers' links have ended
            promised -= short
        # What was loaded beyond that came in beside what was posted.
        places["free"] = -promised - parcel.fetched
        return places


def _given_up(parcel: Parcel, later: Iterable[Parcel], left: int) -> int:
    """Grams of food that was handed on and thrown away: all that was promised, as far as so much is left, and at least
    what somebody has reported of it, here or where it was handed on to again; but for what is back at a store."""
    children: defaultdict[str, list[Parcel]] = defaultdict(list)
    for each in later:
        if each.parent is not None:
            children[each.parent].append(each)
    everybody = [parcel, *_all_under(parcel.key, children)]
    reported = max(parcel.delivered + parcel.refused, sum(each.delivered for each in everybody))
    back = sum(each.returned for each in everybody)
    return max(0, reported - back, min(max(parcel.grams, reported) - back, left))


def _all_under(key: str, children: Mapping[str, list[Parcel]]) -> Iterable[Parcel]:
    """What was handed on of a promise's food, and on again."""
    for parcel in children.get(key, ()):
        yield parcel
        yield from _all_under(parcel.key, children)


@dataclass(frozen=True)
class Difference:
    """One line of an offer of which the two accounts say something else, in grams."""

    line: str
    by_events: Mapping[str, int]
    by_ledger: Mapping[str, int]
    told: Sequence[str] = ()  # what was said of each promise of it

    @property
    def sentence(self) -> str:
        """What differs, in one line."""
        names = sorted({*self.by_events, *self.by_ledger})
        parts = [
            f"{name} {self.by_events.get(name, 0)} g by the events, {self.by_ledger.get(name, 0)} g by the ledger"
            for name in names
            if self.by_events.get(name, 0) != self.by_ledger.get(name, 0)
        ]
        return " ".join([f"Offer line {self.line}: {'; '.join(parts)}.", *self.told])


def differences(account: Account, by_ledger: Mapping[str, Places]) -> list[Difference]:
    """The lines of which the two do not say the same."""
    by_events = account.places()
    lines = sorted({*by_events, *by_ledger})
    pairs = ((line, by_events.get(line, {}), by_ledger.get(line, {})) for line in lines)
    return [Difference(*each, account.told_of(each[0])) for each in pairs if each[1] != each[2]]
