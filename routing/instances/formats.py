"""Which public set a file belongs to, and its reader."""

from collections.abc import Callable, Mapping
from pathlib import Path

from routing.instances.li_lim import li_lim_from_text, name_of
from routing.instances.pair_files import text_of
from routing.instances.pairs import PairInstance
from routing.instances.sartori_buriol import sartori_buriol_from_text
from routing.plain import ProblemError

FROM_TEXT: Mapping[str, Callable[[str, str], PairInstance]] = {
    "li-lim": li_lim_from_text,
    "sartori-buriol": sartori_buriol_from_text,
}


def read_pairs(path: Path, form: str | None = None) -> PairInstance:
    """The instance of a file, plain or packed with gzip. `form` is a key of FROM_TEXT; None looks at the file.

    Raises ProblemError with the line that does not fit.
    """
    text = text_of(path)
    return FROM_TEXT[form or form_of(text)](text, name_of(path))


def form_of(text: str) -> str:
    """Only the header of Sartori and Buriol has colons; Li and Lim begin with three numbers. Raises ProblemError."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if ":" in first:
        return "sartori-buriol"
    if len(first.split()) == 3:
        return "li-lim"
    raise ProblemError("", "This is neither a file of Li and Lim nor one of Sartori and Buriol.", "unknown_format")
