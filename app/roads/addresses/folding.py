"""One spelling for what people type and what the map says: the same folding for the index and for every question.

Pure. Arabic letters fold as search engines for Arabic do (hamza seats, teh marbuta, alef maksura, Persian kaf and yeh,
tatweel and vowel signs go); the article is kept and the word without it stands beside it, so that either finds both.
"""

import re
import unicodedata
from functools import lru_cache

ARTICLE = "ال"
SHORTEST_AFTER_ARTICLE = 3
_LETTERS = str.maketrans(
    {
        "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ە": "ه", "ہ": "ه", "ھ": "ه", "ء": "", "ـ": "",
        "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
    }
)  # fmt: skip
# l'Hermitage and d'Ostende are two words; Sainsbury's is one.
_ELISION = re.compile(r"\b([cdjlmnst]|qu)'(?=\w\w)")

# Written out on one sign and cut short on the next: the map's word is indexed in both forms.
SHORT_FORMS = {
    "street": ("st",),
    "saint": ("st",),
    "sainte": ("ste",),
    "road": ("rd",),
    "avenue": ("ave", "av"),
    "boulevard": ("bd", "blvd"),
    "lane": ("ln",),
    "drive": ("dr",),
    "close": ("cl",),
    "court": ("ct",),
    "crescent": ("cres",),
    "gardens": ("gdns",),
    "place": ("pl",),
    "square": ("sq",),
    "terrace": ("ter", "terr"),
    "شارع": ("ش",),
}
LONG_FORMS = {"rd": "road", "ave": "avenue", "av": "avenue", "bd": "boulevard", "blvd": "boulevard", "sq": "square"}


def fold(text: str) -> str:
    """The text in small letters and Latin digits, words apart by one space, nothing else in it."""
    lowered = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    parted = _ELISION.sub(r"\1 ", lowered).replace("'", "")
    return " ".join("".join(map(_letter, parted)).split())


def _letter(character: str) -> str:
    """A letter as it is, a digit of any script as a Latin one, a mark as nothing, all else as a gap."""
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character if category[0] == "L" or category in ("Nl", "No", "Mc") else " "


def words(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return fold(text).split()


def without_article(word: str) -> str:
    """A folded Arabic word without ال; any other word, and one that would be too short, as it is."""
    stripped = word.removeprefix(ARTICLE)
    return stripped if len(stripped) >= SHORTEST_AFTER_ARTICLE else word


@lru_cache(maxsize=50_000)
def forms(word: str) -> frozenset[str]:
    """A folded word of the map and the other forms of it that people type."""
    return frozenset((word, without_article(word), *SHORT_FORMS.get(word, ()), LONG_FORMS.get(word, word)))


def indexed(text: str) -> str:
    """The text as the index keeps it: every folded word in all its forms."""
    found = words(text)
    if len(found) > 1 and found[-1] == "st":  # at the end it is no saint
        found.append("street")
    return " ".join(form for word in found for form in sorted(forms(word)))


def asked(text: str) -> list[tuple[str, ...]]:
    """The words of a question, each with the forms that answer it."""
    return [tuple(dict.fromkeys((word, without_article(word)))) for word in words(text)]
