"""A problem remembers what was asked of it, and nothing of that goes with it to another process."""

import pickle
from functools import cached_property

from routing import Problem
from tests.routing.checked_day import the_day


def remembers() -> list[str]:
    return [name for name, value in vars(Problem).items() if isinstance(value, cached_property)]


def test_a_problem_goes_to_another_process_whatever_it_remembers() -> None:
    fresh, asked = the_day(), the_day()
    for name in remembers():
        getattr(asked, name)
    assert asked.digest() == fresh.digest()
    arrived = pickle.loads(pickle.dumps(asked))
    assert arrived == fresh
    assert not set(remembers()) & set(vars(arrived))
