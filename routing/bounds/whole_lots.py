"""How much could be delivered at most where lots must stay whole: CP-SAT's proven bound, group by group of lots and
needs that have nothing to do with each other."""

from collections import defaultdict
from collections.abc import Sequence

from routing.bounds.trips import Pairs
from routing.cp_sat import Model, solve
from routing.problem import Problem

Pair = tuple[int, int]  # the numbers of a lot and of a need
SECONDS_PER_WORK = 4.0  # a slow machine may take so long; then the bound is that of what it has done


def most_with_whole_lots(problem: Problem, pairs: Pairs, work: float) -> int:
    """No plan that delivers along these pairs delivers more grams. `work` as in `routing.cp_sat.solve`, for all groups
    together."""
    groups = groups_of(problem, list(zip(pairs.lots.tolist(), pairs.needs.tolist(), strict=True)))
    return sum(_most(problem, group, work / len(groups)) for group in groups)


def groups_of(problem: Problem, pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs in groups that share no lot, no need and no limited storage."""
    parent: dict[object, object] = {}

    def root(name: object) -> object:
        while (above := parent.setdefault(name, name)) != name:
            parent[name] = parent[above]
            name = above
        return name

    for lot, need in pairs:
        parent[root(("lot", lot))] = root(("need", need))
        if (storage := _storage(problem, lot, need)) is not None:
            parent[root(("need", need))] = root(storage)
    found: defaultdict[object, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[root(("lot", pair[0]))].append(pair)
    return list(found.values())


def _storage(problem: Problem, lot: int, need: int) -> tuple[str, str] | None:
    """The storage that this pair uses, if it has a limit."""
    site, name = problem.needs[need].site, problem.lots[lot].temperature_class
    return None if problem.sites_by_id[site].storage.limit_for(name) is None else (site, name)


def _most(problem: Problem, pairs: Sequence[Pair], work: float) -> int:
    offered = sum(problem.lots[lot].grams for lot in {lot for lot, _ in pairs})
    wanted = sum(problem.needs[need].grams for need in {need for _, need in pairs})
    model, amounts = Model(), []
    of_lot, of_need = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    of_storage = defaultdict[tuple[str, str], list[int]](list)
    for number, (lot, need) in enumerate(pairs):
        whole = not problem.lots[lot].splittable
        model.variable(0, 1 if whole else min(problem.lots[lot].grams, problem.needs[need].grams))
        amounts.append(problem.lots[lot].grams if whole else 1)
        of_lot[lot].append(number)
        of_need[need].append(number)
        if (storage := _storage(problem, lot, need)) is not None:
            of_storage[storage].append(number)

    def limit(most: int, numbers: Sequence[int]) -> None:
        model.between(0, most, numbers, [amounts[number] for number in numbers])

    for lot, numbers in of_lot.items():
        limit(problem.lots[lot].grams, numbers)
    for need, numbers in of_need.items():
        limit(problem.needs[need].grams, numbers)
    for (site, name), numbers in of_storage.items():
        limit(problem.sites_by_id[site].storage.limit_for(name) or 0, numbers)
    model.maximise(range(len(pairs)), amounts)
    model.hint(_first_fit(problem, pairs))
    answer = solve(model, seconds=work * SECONDS_PER_WORK, seed=1, stopped=lambda: False, work=work)
    most = min(offered, wanted)
    return most if answer.bound is None else min(most, answer.bound)


def _first_fit(problem: Problem, pairs: Sequence[Pair]) -> list[int]:
    """A value for every pair that keeps all limits: the largest lots first, each to the need with the least room that
    still takes all of it, and what can be cut to wherever there is room."""
    wanted = {need: problem.needs[need].grams for _, need in pairs}
    stored = {
        storage: problem.sites_by_id[storage[0]].storage.limit_for(storage[1]) or 0
        for lot, need in pairs
        if (storage := _storage(problem, lot, need)) is not None
    }
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for number, (lot, _) in enumerate(pairs):
        numbers[lot].append(number)
    values = [0] * len(pairs)

    def room(number: int) -> int:
        lot, need = pairs[number]
        storage = _storage(problem, lot, need)
        return wanted[need] if storage is None else min(wanted[need], stored[storage])

    for lot in sorted(
        numbers, key=lambda each: (not problem.lots[each].splittable, problem.lots[each].grams), reverse=True
    ):
        left, whole = problem.lots[lot].grams, not problem.lots[lot].splittable
        for number in sorted(numbers[lot], key=lambda each: (room(each), each)):
            grams = min(left, room(number))
            if grams <= 0 or (whole and grams < left):
                continue
            values[number] = 1 if whole else grams
            left -= grams
            wanted[pairs[number][1]] -= grams
            if (storage := _storage(problem, lot, pairs[number][1])) is not None:
                stored[storage] -= grams
    return values
