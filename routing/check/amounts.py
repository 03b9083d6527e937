"""Rules about grams: all of them accounted for, to those who may and can take them."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from routing.check.case import Case, Violation, crates_of
from routing.plan import CHANGES, REASONS


def every_gram_is_accounted(case: Case) -> Iterator[Violation]:
    rule = "every_gram_is_accounted"
    grams: dict[str, int] = defaultdict(int)
    for where, allocation in case.allocations():
        grams[allocation.lot] += allocation.grams
        if allocation.grams <= 0:
            yield Violation(rule, "An allocation should be more than nothing.", where)
    for number, unserved in enumerate(case.plan.unserved):
        grams[unserved.lot] += unserved.grams
        if unserved.grams <= 0:
            yield Violation(rule, "What stays unserved should be more than nothing.", f"unserved[{number}]")
    for lot in case.problem.lots:
        if grams[lot.id] != lot.grams:
            sentence = f"Of {lot.grams} g, the plan accounts for {grams[lot.id]} g."
            yield Violation(rule, sentence, lot.id)


def unserved_has_one_reason(case: Case) -> Iterator[Violation]:
    rule = "unserved_has_one_reason"
    for lot, times in Counter(unserved.lot for unserved in case.plan.unserved).items():
        if times > 1:
            yield Violation(rule, f"The lot {lot} is listed as unserved {times} times.", lot)
    for number, unserved in enumerate(case.plan.unserved):
        if unserved.reason not in REASONS:
            yield Violation(rule, f"There is no reason {unserved.reason}.", f"unserved[{number}]")
        if unserved.change is not None and unserved.change.kind not in CHANGES:
            yield Violation(rule, f"There is no change {unserved.change.kind}.", f"unserved[{number}].change")


def only_suitable_food(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        if case.problem.deadline(allocation.lot, allocation.need) is None:
            sentence = f"The lot {allocation.lot} may not go to the need {allocation.need}."
            yield Violation("only_suitable_food", sentence, where)


def no_more_than_needed(case: Case) -> Iterator[Violation]:
    grams: dict[str, int] = defaultdict(int)
    for _, allocation in case.allocations():
        grams[allocation.need] += allocation.grams
    for need, total in grams.items():
        wanted = case.problem.needs_by_id[need].grams
        if total > wanted:
            sentence = f"The need {need} can take {wanted} g and would get {total} g."
            yield Violation("no_more_than_needed", sentence, need)


def no_more_than_can_be_stored(case: Case) -> Iterator[Violation]:
    """All that a plan delivers to a site, of one temperature class, fits its storage."""
    grams: dict[tuple[str, str], int] = defaultdict(int)
    for _, allocation in case.allocations():
        site = case.problem.needs_by_id[allocation.need].site
        grams[site, case.lot_of(allocation).temperature_class] += allocation.grams
    for (site, temperature_class), total in grams.items():
        most = case.problem.sites_by_id[site].storage.limit_for(temperature_class)
        if most is not None and total > most:
            sentence = f"The site {site} can store {most} g of {temperature_class} food and would get {total} g."
            yield Violation("no_more_than_can_be_stored", sentence, site)


def whole_lots_stay_whole(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        lot = case.lot_of(allocation)
        if not lot.splittable and allocation.grams != lot.grams:
            yield Violation("whole_lots_stay_whole", f"The lot {lot.id} must stay whole.", where)


def crates_follow_the_weight(case: Case) -> Iterator[Violation]:
    for where, allocation in case.allocations():
        crates = crates_of(case.lot_of(allocation), allocation.grams)
        if allocation.crates != crates:
            sentence = (
                f"{allocation.grams} g of the lot {allocation.lot} fill {crates} crates, not {allocation.crates}."
            )
            yield Violation("crates_follow_the_weight", sentence, where)
