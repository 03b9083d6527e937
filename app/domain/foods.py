"""Temperature classes, date marks, allergens and dietary flags: the codes that every layer shares."""

from enum import StrEnum


class TemperatureClass(StrEnum):
    """How food has to be kept on its way."""

    AMBIENT = "ambient"
    CHILLED = "chilled"
    FROZEN = "frozen"
    HOT = "hot"


class DateMark(StrEnum):
    """What the date on the pack means: safety (use-by), quality (best-before), or there is none."""

    USE_BY = "use_by"
    BEST_BEFORE = "best_before"
    NONE = "none"


class Allergen(StrEnum):
    """The 14 of Regulation (EU) 1169/2011, Annex II."""

    GLUTEN = "gluten"
    CRUSTACEANS = "crustaceans"
    EGGS = "eggs"
    FISH = "fish"
    PEANUTS = "peanuts"
    SOYBEANS = "soybeans"
    MILK = "milk"
    NUTS = "nuts"
    CELERY = "celery"
    MUSTARD = "mustard"
    SESAME = "sesame"
    SULPHITES = "sulphites"
    LUPIN = "lupin"
    MOLLUSCS = "molluscs"


class DietaryFlag(StrEnum):
    """What a line is, or contains, as far as faith and diet ask."""

    HALAL = "halal"
    KOSHER = "kosher"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"
    CONTAINS_PORK = "contains_pork"
    CONTAINS_ALCOHOL = "contains_alcohol"


TEMPERATURE_CLASSES: tuple[str, ...] = tuple(member.value for member in TemperatureClass)
DATE_MARKS: tuple[str, ...] = tuple(member.value for member in DateMark)
ALLERGENS: tuple[str, ...] = tuple(member.value for member in Allergen)
DIETARY_FLAGS: tuple[str, ...] = tuple(member.value for member in DietaryFlag)

IMPLIED_FLAGS: dict[str, frozenset[str]] = {"vegan": frozenset({"vegetarian"})}
CONTRADICTING_FLAGS: tuple[tuple[str, str], ...] = (
    ("halal", "contains_pork"),
    ("halal", "contains_alcohol"),
    ("kosher", "contains_pork"),
    ("vegetarian", "contains_pork"),
    ("vegan", "contains_pork"),
)


def with_implied(flags: frozenset[str]) -> frozenset[str]:
    """The flags and what they include: vegan food is vegetarian."""
    return flags.union(*(IMPLIED_FLAGS.get(flag, frozenset()) for flag in flags))
