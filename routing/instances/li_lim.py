"""Read instances of Li and Lim (2003): `vehicles capacity speed`, then a node a line; Euclidean, distance = time.

Haibing Li, Andrew Lim: A metaheuristic for the pickup and delivery problem with time windows, International Journal on
Artificial Intelligence Tools 12(2), 2003; the files and the best known answers are collected by SINTEF's TOP.
"""

from pathlib import Path

import numpy as np

from routing.instances.pair_files import Nodes, lines_of, text_of, whole, wrong
from routing.instances.pairs import PairInstance


def read_li_lim(path: Path) -> PairInstance:
    """The instance of a file, plain or packed with gzip, called as the file is. Raises ProblemError with the line."""
    return li_lim_from_text(text_of(path), name_of(path))


def name_of(path: Path) -> str:
    """The file's name without its endings."""
    return path.name.split(".")[0]


def li_lim_from_text(text: str, name: str) -> PairInstance:
    """The instance in this text. The speed in the first line is 1 or, in some of the files, 0: nobody uses it."""
    lines = lines_of(text)
    number, words = next(lines, (1, []))
    if len(words) != 3:
        raise wrong(number, "The first line should be three numbers: vehicles, capacity and speed.")
    vehicles, capacity = whole(number, words[0], 1), whole(number, words[1], 1)
    nodes = Nodes()
    for number, words in lines:
        nodes.add(number, words)
    if not len(nodes):
        raise wrong(number, "The nodes should follow, first of all the depot.")
    places = np.array(nodes.places)
    steps = places[:, None, :] - places[None, :, :]
    distance = np.sqrt((steps**2).sum(axis=2))
    return nodes.instance(name, vehicles, capacity, distance, distance)
