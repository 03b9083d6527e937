"""The form in which the public sets publish answers: five header lines, then `Route 1 : 3 1 4`, the depot left out."""

import re

from routing.instances.pair_files import lines_of, whole, wrong
from routing.instances.pairs import PairInstance, Routes

_ROUTE = re.compile(r"\s*route\s*#?\s*(\d+)\s*:(.*)", re.IGNORECASE)


def route_list(instance: PairInstance, routes: Routes, date: str, reference: str) -> str:
    """The answer as text. `date` and `reference` (how it was found) are written as given."""
    head = [
        f"Instance name : {instance.name}",
        "Authors       : Wasl",
        f"Date          : {date}",
        f"Reference     : {reference}",
        "Solution",
    ]
    driven = [route for route in routes if len(route)]
    lines = [f"Route {number} : {' '.join(map(str, route))}" for number, route in enumerate(driven, start=1)]
    return "\n".join([*head, *lines]) + "\n"


def routes_from_text(text: str) -> list[list[int]]:
    """The routes of an answer. Lines before the first route are read over; a depot at either end is left out.

    Raises ProblemError with the line: no route at all, a word that is no node, or something else between routes.
    """
    found: list[list[int]] = []
    number = 1
    for number, words in lines_of(text):
        line = _ROUTE.fullmatch(" ".join(words))
        if line is not None:
            nodes = [whole(number, word) for word in line[2].split()]
            found.append(nodes[nodes[:1] == [0] : len(nodes) - (nodes[-1:] == [0])])
        elif found:
            raise wrong(number, "After the first route every line should be a route: `Route 2 : 5 7 6 8`.")
    if not found:
        raise wrong(number, "There is no route: a route is a line like `Route 1 : 3 1 4 2`.")
    return found
