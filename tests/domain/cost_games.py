"""Cost games for tests: drawn by hypothesis, and known from books."""

from collections.abc import Callable

from hypothesis import strategies as st

from app.domain.cost_games import CostGame, Group, all_groups

NAMES = ("Alif", "Ba", "Ta", "Tha", "Jim", "Ha", "Kha", "Dal")


def a_game(cost: Callable[[Group], int], count: int = 3) -> CostGame:
    partners = NAMES[:count]
    return CostGame(partners, {group: cost(group) for group in all_groups(partners)})


def airport(lengths: dict[str, int]) -> CostGame:
    """A runway as long as its longest user needs it (Littlechild and Owen 1973)."""
    partners = tuple(lengths)
    return CostGame(partners, {group: max(lengths[each] for each in group) for group in all_groups(partners)})


@st.composite
def any_games(draw: st.DrawFn, least: int = 1, most: int = 5) -> CostGame:
    """Any cost for any group: many have no core, some cost more together than alone."""
    count = draw(st.integers(least, most))
    groups = all_groups(NAMES[:count])
    costs = draw(st.lists(st.integers(0, 5_000), min_size=len(groups), max_size=len(groups)))
    return CostGame(NAMES[:count], dict(zip(groups, costs, strict=True)))


@st.composite
def driving_games(draw: st.DrawFn, least: int = 2, most: int = 6) -> CostGame:
    """Partners with a way of their own each, who share what they pass on it: costs grow more slowly the more come along
    (submodular), so there is a core."""
    count = draw(st.integers(least, most))
    names = NAMES[:count]
    own = {name: draw(st.integers(0, 3_000)) for name in names}
    some = st.frozensets(st.sampled_from(names), min_size=1)
    shared = draw(st.lists(st.tuples(some, st.integers(1, 4_000)), max_size=6))

    def cost(group: Group) -> int:
        return sum(own[each] for each in group) + sum(cents for users, cents in shared if users & group)

    return CostGame(names, {group: cost(group) for group in all_groups(names)})
