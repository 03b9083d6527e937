"""How long a text message is: 160 letters of the GSM alphabet in one segment, or 70 of any other, Arabic among them."""

from collections.abc import Callable

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # an escape goes before them
ONE_GSM, EACH_GSM = 160, 153  # several segments each spend some on their number
ONE_OTHER, EACH_OTHER = 70, 67


def segments(text: str) -> int:
    """How many segments the text takes (3GPP TS 23.038)."""
    if all(letter in _GSM or letter in _TWICE for letter in text):
        length, one, each = sum(1 + (letter in _TWICE) for letter in text), ONE_GSM, EACH_GSM
    else:
        length, one, each = len(text.encode("utf-16-be")) // 2, ONE_OTHER, EACH_OTHER
    return 1 if length <= one else -(-length // each)


def shortest(say: Callable[[int], str], longest: int = 40, least: int = 8) -> str:
    """What `say` makes of names cut to so many letters, with as many as one segment allows; uncut where even the least
    does not help, since a name that is cut to no use is worse than a second segment."""
    for letters in range(longest, least - 1, -1):
        said = say(letters)
        if segments(said) == 1:
            return said
    return say(longest)


def cut(name: str, letters: int) -> str:
    """A name with at most so many letters; three dots of the GSM alphabet say that there was more."""
    return name if len(name) <= letters else name[: letters - 2].rstrip() + ".."
