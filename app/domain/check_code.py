"""The code on a paper by which anybody can look it up: sixteen letters and digits in groups of four.

Crockford's base 32: no I, L, O or U, read whatever the case. Fifteen are random, which is 75 bits; the last checks
them (Luhn's rule for a base of 32), so that a slip of the pen is told from a code that nobody issued, without asking
anywhere.
"""

import unicodedata

from app.domain.units import latin_digits

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BASE = len(LETTERS)
LENGTH = 16
GROUP = 4
RANDOM_BITS = 5 * (LENGTH - 1)
LONGEST_TYPED = 100
_TAKEN_FOR = str.maketrans("OIL", "011")


def code_of(number: int) -> str:
    """The code of a number of RANDOM_BITS bits."""
    body = "".join(LETTERS[number >> 5 * place & BASE - 1] for place in reversed(range(LENGTH - 1)))
    return body + LETTERS[-_sum(body + "0") % BASE]


def shown(code: str) -> str:
    """As it is printed and read aloud: groups of four with hyphens."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str | None:
    """The code that somebody typed, with whatever signs between and in whatever digits; None where it can be none."""
    if len(typed) > LONGEST_TYPED:
        return None
    letters = "".join(sign for sign in latin_digits(typed).upper() if unicodedata.category(sign)[0] in "LN")
    code = letters.translate(_TAKEN_FOR)
    if len(code) != LENGTH or set(code) - set(LETTERS) or _sum(code) % BASE:
        return None
    return code


def _sum(code: str) -> int:
    """Every second value from the end doubled, as its digits to the base add up."""
    total = 0
    for place, letter in enumerate(reversed(code)):
        value = LETTERS.index(letter) << place % 2
        total += value // BASE + value % BASE
    return total
