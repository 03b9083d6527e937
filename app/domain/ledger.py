"""The ledger: every gram of every offer line is in exactly one account at every moment.

An entry moves grams from one account to the next; moving them back along the same way corrects it. Every line
starts with supply -> offered. What a pickup falls short of goes back to "offered" when the food still stands
at the store, and to "withdrawn" when it was never there. More than was allocated comes in as extra supply.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

ACCOUNTS: tuple[str, ...] = (
    "supply",
    "offered",
    "allocated",
    "collected",
    "delivered",
    "refused",
    "returned",
    "wasted",
    "expired",
    "withdrawn",
    "community_fridge",
    "animal_feed",
    "compost",
)
OPEN_ACCOUNTS: tuple[str, ...] = ("offered", "allocated", "collected")
# Which account food may move on to; the way back is a correction.
MOVES: dict[str, tuple[str, ...]] = {
    "supply": ("offered",),
    "offered": ("allocated", "expired", "withdrawn", "community_fridge", "animal_feed", "compost"),
    "allocated": ("collected",),
    "collected": ("delivered", "refused", "returned", "wasted"),
    "refused": ("returned", "wasted"),
    "returned": ("community_fridge", "animal_feed", "compost"),
}
OUTLETS = frozenset(MOVES["returned"])
# Where food is that was allocated and not collected, by the driver's reason. Without one there was less.
SHORTFALL_ACCOUNT: dict[str | None, str] = {
    None: "withdrawn",
    "nothing_there": "withdrawn",
    "too_warm": "withdrawn",
    "closed": "offered",
    "van_full": "offered",
    "other": "offered",
}
# The accounts that late reports take from, and where the food of each may have been booked meanwhile.
COVERED_FROM: dict[str, tuple[str, ...]] = {"offered": ("expired", "withdrawn"), "returned": ()}
_PASSED_THE_DOOR_OF_THE_STORE = frozenset({"collected", "delivered", "refused", "returned", "wasted"})

Balances = dict[str, dict[str, int]]


class LedgerError(ValueError):
    """An entry that would create, lose or teleport food."""


@dataclass(frozen=True)
class Entry:
    """Grams of one offer line that move from one account to a neighbouring one."""

    line: str
    from_account: str
    to_account: str
    grams: int

    def __post_init__(self) -> None:
        if self.grams <= 0:
            raise LedgerError("an entry moves more than 0 g")
        onward = self.to_account in MOVES.get(self.from_account, ())
        back = self.from_account in MOVES.get(self.to_account, ())
        if not onward and not back:
            raise LedgerError(f"food does not move from {self.from_account} to {self.to_account}")


@dataclass(frozen=True)
class MassBalance:
    """Where all is: offered = delivered + refused + returned + wasted + expired + withdrawn + still open, and what went
    to community fridges, to animals and to compost.

    `collected` and `refused_at_the_door` are what passed there, wherever it went then.
    """

    offered: int = 0
    collected: int = 0
    delivered: int = 0
    refused_at_the_door: int = 0
    refused: int = 0
    returned: int = 0
    wasted: int = 0
    expired: int = 0
    withdrawn: int = 0
    community_fridge: int = 0
    animal_feed: int = 0
    compost: int = 0
    still_open: int = 0
    unaccounted: int = 0

    @property
    def for_people(self) -> int:
        """Grams that people get: brought to food banks, or put in a community fridge. Meals are these alone."""
        return self.delivered + self.community_fridge


def entries_for_posting(line: str, grams: int) -> tuple[Entry, ...]:
    """A line is posted, or grows by an amendment."""
    return entries_along(line, grams, "supply", "offered")


def entries_for_allocation(line: str, grams: int) -> tuple[Entry, ...]:
    """A published plan promises grams to a need."""
    return entries_along(line, grams, "offered", "allocated")


def entries_for_release(line: str, grams: int) -> tuple[Entry, ...]:
    """A superseded plan no longer promises them."""
    return entries_along(line, grams, "allocated", "offered")


def entries_for_collection(
    line: str, allocated_grams: int, collected_grams: int, reason: str | None = None
) -> tuple[Entry, ...]:
    """The driver has loaded some, all or more of what was allocated."""
    outcome = Outcome(allocated_grams, collected_grams, shortfall_reason=reason)
    return entries_between(line, Outcome(allocated_grams), outcome)


def entries_for_delivery(line: str, grams: int) -> tuple[Entry, ...]:
    """A receiver has taken them in."""
    return entries_along(line, grams, "collected", "delivered")


def entries_for_refusal(line: str, grams: int) -> tuple[Entry, ...]:
    """A receiver has refused them at the door; they are still on the vehicle."""
    return entries_along(line, grams, "collected", "refused")


def entries_for_return(line: str, grams: int, from_account: str = "refused") -> tuple[Entry, ...]:
    """What was refused, or could not be delivered, is back at the store or the depot."""
    return entries_along(line, grams, from_account, "returned")


def entries_for_waste(line: str, grams: int, from_account: str = "refused") -> tuple[Entry, ...]:
    """What was refused, or went out of its temperature, is thrown away."""
    return entries_along(line, grams, from_account, "wasted")


def entries_for_withdrawal(line: str, grams: int) -> tuple[Entry, ...]:
    """The store takes back what is offered and not allocated."""
    return entries_along(line, grams, "offered", "withdrawn")


def entries_for_expiry(line: str, grams: int) -> tuple[Entry, ...]:
    """Nobody fetched it in time."""
    return entries_along(line, grams, "offered", "expired")


def entries_for_leftovers(line: str, grams: int, taken_from_withdrawn: int) -> tuple[Entry, ...]:
    """Nobody fetched it in time, and nobody else can. taken_from_withdrawn: grams that late reports took from what was
    booked as never there, since the rest was promised then: what has become free of that rest since is what they
    took, and as much was never there after all."""
    never_there = min(grams, max(0, taken_from_withdrawn))
    entries = entries_for_withdrawal(line, never_there) if never_there else ()
    return (*entries, *(entries_for_expiry(line, grams - never_there) if grams > never_there else ()))


@dataclass(frozen=True)
class Outcome:
    """What is known of one allocation: promised grams, and what was reported so far (None: nothing yet)."""

    allocated_grams: int
    collected_grams: int | None = None
    delivered_grams: int | None = None
    refused_grams: int | None = None
    shortfall_reason: str | None = None
    held: bool = False  # quarantined: what was reported as delivered counts as still collected
    discarded: bool = False  # quarantined and given up: nothing of it was delivered, all of it is wasted
    returned_grams: int = 0  # what a dispatcher settled of the refused and the left
    wasted_grams: int = 0
    released_grams: int = 0  # what a later plan gave back of the promise
    handed_on_grams: int = 0  # what a later plan promised anew of the refused and the left, with the same vehicle
    on_board_grams: int = 0  # what was on the vehicle already when this was promised: another allocation's, handed on

    @property
    def promised_grams(self) -> int:
        """Grams that are still promised."""
        return self.allocated_grams - self.released_grams

    @property
    def booked_as_delivered(self) -> int:
        """What people received, as far as that is allowed to count."""
        return 0 if self.held or self.discarded else self.delivered_grams or 0

    @property
    def at_hand(self) -> int:
        """Grams that were collected and not delivered: refused, or still on the vehicle."""
        handed_over = (self.delivered_grams or 0) + (self.refused_grams or 0)
        collected = max(self.collected_grams or 0, self.on_board_grams, handed_over)
        return max(0, collected - self.booked_as_delivered - self.handed_on_grams)

    @property
    def unsettled(self) -> tuple[int, int]:
        """Grams of which nobody has said what became of them: refused at the door, and still on the vehicle."""
        places = self.places()
        return places.get("refused", 0), places.get("collected", 0)

    def places(self) -> dict[str, int]:
        """Grams per account. Whoever hands over more than was reported collected did collect it.

        What is settled or handed on is taken from the refused first, then from what is left; never more than is there.
        Below 0 stands what it took from there: "supply" for more than anybody knew of, "offered" for food that a later
        plan had given back.
        """
        delivered, refused = self.delivered_grams or 0, self.refused_grams or 0
        collected = max(self.collected_grams or 0, self.on_board_grams, delivered + refused)
        missing = max(0, self.promised_grams - collected)
        places: defaultdict[str, int] = defaultdict(int)
        places["delivered"] = self.booked_as_delivered
        places["returned"] = min(self.returned_grams, self.at_hand)
        left = self.at_hand - places["returned"]
        places["wasted"] = left if self.discarded else min(self.wasted_grams, left)
        settled = places["returned"] + places["wasted"]
        places["refused"] = min(max(0, refused - settled - self.handed_on_grams), self.at_hand - settled)
        places["collected"] = self.at_hand - settled - places["refused"]
        known = self.collected_grams is not None
        places[SHORTFALL_ACCOUNT.get(self.shortfall_reason, "offered") if known else "allocated"] += missing
        beyond = max(0, collected - self.promised_grams - self.on_board_grams)
        # What a later plan had given back, and was collected all the same, is the food that it put on offer again.
        fetched = min(beyond, self.released_grams)
        places["offered"] -= fetched
        places["supply"] = fetched - beyond
        return {account: grams for account, grams in places.items() if grams}


def entries_between(line: str, before: Outcome, after: Outcome) -> tuple[Entry, ...]:
    """The entries that lead from what was known of an allocation to what is known now."""
    if before.allocated_grams != after.allocated_grams:
        raise LedgerError("an allocation keeps its grams")
    return entries_of_change(line, [before], [after])


def entries_of_change(line: str, before: Iterable[Outcome], after: Iterable[Outcome]) -> tuple[Entry, ...]:
    """The entries that lead from what was known of a line's allocations together to what is known now: what one hands
    on to another stays where it is. Raises LedgerError where the allocations are not of the same grams."""
    was, becomes = _places_together(before), _places_together(after)
    if was.total() != becomes.total():
        raise LedgerError("allocations keep their grams")
    change = {a: becomes[a] - was[a] for a in ACCOUNTS}
    sources = deque((a, -grams) for a, grams in change.items() if grams < 0)
    entries: list[Entry] = []
    for target in (a for a in ACCOUNTS if change[a] > 0):
        wanted = change[target]
        while wanted:
            source, there = sources.popleft()
            moved = min(wanted, there)
            entries.extend(entries_along(line, moved, source, target))
            wanted -= moved
            if there > moved:
                sources.appendleft((source, there - moved))
    return tuple(entries)


def _places_together(outcomes: Iterable[Outcome]) -> Counter[str]:
    found: Counter[str] = Counter()
    for outcome in outcomes:
        for account, grams in outcome.places().items():
            found[account] += grams
    return found


def entries_to_cover(line: str, account: str, grams: int, balance: Mapping[str, int]) -> tuple[Entry, ...]:
    """What brings grams back to an account that a late report takes from there, though they have left it meanwhile.

    `balance`: grams of the line by account. What was booked as left at the store, or as never there, was fetched after
    all, in that order; beyond it, and where an outlet has what came back, there was more food than anybody knew.
    """
    missing = max(0, grams - balance.get(account, 0))
    entries: list[Entry] = []
    for source in COVERED_FROM[account]:
        found = min(missing, balance.get(source, 0))
        entries += entries_along(line, found, source, account) if found else ()
        missing -= found
    entries += entries_along(line, missing, "supply", account) if missing else ()
    return tuple(entries)


def entries_along(line: str, grams: int, from_account: str, to_account: str) -> tuple[Entry, ...]:
    """Entries that take grams to another account over all the accounts between."""
    way = _way(from_account, to_account)
    return tuple(Entry(line, here, there, grams) for here, there in pairwise(way))


def balances(entries: Iterable[Entry]) -> Balances:
    """Grams per line and account; "supply" is minus what was ever offered."""
    found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ACCOUNTS, 0))
    for entry in entries:
        found[entry.line][entry.from_account] -= entry.grams
        found[entry.line][entry.to_account] += entry.grams
    return dict(found)


def is_balanced(entries: Iterable[Entry]) -> bool:
    """Every line's accounts add up to nothing, and none but supply owes food that it never had."""
    return all(
        sum(accounts.values()) == 0 and all(grams >= 0 for account, grams in accounts.items() if account != "supply")
        for accounts in balances(entries).values()
    )


def mass_balance(entries: Iterable[Entry], posted: Mapping[str, int] | None = None) -> MassBalance:
    """Where everything is that was offered. `posted`, grams per line as the offers say, checks the ledger.

    Unaccounted is what the ledger cannot explain: food in an account that never came in, or a posted line
    that is not booked.
    """
    booked = list(entries)
    by_line = balances(booked)
    there = {a: sum(max(0, line[a]) for line in by_line.values()) for a in ACCOUNTS if a != "supply"}
    offered = -sum(line["supply"] for line in by_line.values())
    unbooked = sum(max(0, grams + by_line.get(line, {}).get("supply", 0)) for line, grams in (posted or {}).items())
    return MassBalance(
        offered=offered + unbooked,
        collected=_net_flow(booked, _PASSED_THE_DOOR_OF_THE_STORE),
        delivered=there["delivered"],
        refused_at_the_door=_net_flow(booked, frozenset({"refused"}), only_from=frozenset({"collected"})),
        refused=there["refused"],
        returned=there["returned"],
        wasted=there["wasted"],
        expired=there["expired"],
        withdrawn=there["withdrawn"],
        community_fridge=there["community_fridge"],
        animal_feed=there["animal_feed"],
        compost=there["compost"],
        still_open=sum(there[account] for account in OPEN_ACCOUNTS),
        unaccounted=offered + unbooked - sum(there.values()),
    )


def _net_flow(entries: Iterable[Entry], into: frozenset[str], only_from: frozenset[str] | None = None) -> int:
    """Grams that went into a group of accounts, less what a correction took out of it again; an outlet that takes what
    was returned takes nothing out of it."""
    total = 0
    for entry in entries:
        if {entry.from_account, entry.to_account} & OUTLETS and "returned" in (entry.from_account, entry.to_account):
            continue
        onward, back = entry.to_account in into, entry.from_account in into
        outside = entry.from_account if onward else entry.to_account
        if onward != back and (only_from is None or outside in only_from):
            total += entry.grams if onward else -entry.grams
    return total


def _way(start: str, goal: str) -> tuple[str, ...]:
    """The shortest chain of neighbouring accounts."""
    queue: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while queue:
        way = queue.popleft()
        if way[-1] == goal:
            return way
        if way[-1] in OUTLETS and len(way) > 1:  # where food ends, and no way to somewhere else
            continue
        for account in _neighbours(way[-1]):
            if account not in seen:
                seen.add(account)
                queue.append((*way, account))
    raise LedgerError(f"food does not move from {start} to {goal}")


def _neighbours(account: str) -> list[str]:
    back = [origin for origin, targets in MOVES.items() if account in targets]
    return [*MOVES.get(account, ()), *back]
