"""How people write the columns and codes of a file of offers, in English and in Arabic."""

import re
import unicodedata

from app.domain import arabic_words, categories, foods
from app.domain.units import latin_digits
from app.kit.errors import Spoken

COLUMNS: tuple[str, ...] = (
    "offer", "site", "day", "pickup_from", "pickup_until", "category", "description", "kg", "crates",
    "temperature_class", "date_mark", "mark_date", "allergens", "dietary_flags", "splittable", "gtin", "note",
    "offer_note", "lot",
)  # fmt: skip
REQUIRED: tuple[str, ...] = ("pickup_from", "pickup_until", "category", "description", "kg")
TEXT_COLUMNS = frozenset({"offer", "site", "description", "note", "offer_note", "lot"})

# The first Arabic name of each column is the one in the template.
ARABIC_COLUMNS: dict[str, tuple[str, ...]] = {
    "offer": ("العرض", "رقم العرض"),
    "site": ("الموقع", "المتجر", "الفرع"),
    "day": ("اليوم", "التاريخ", "تاريخ الجمع"),
    "pickup_from": ("الجمع من", "بداية الجمع", "من"),
    "pickup_until": ("الجمع حتى", "نهاية الجمع", "الجمع إلى", "إلى", "حتى"),
    "category": ("الفئة", "الصنف", "النوع"),
    "description": ("الوصف", "البيان"),
    "kg": ("الوزن كغ", "الوزن", "كغ", "كجم", "الكيلوغرامات", "الوزن كجم", "الوزن بالكيلوغرام"),
    "crates": ("الصناديق", "عدد الصناديق"),
    "temperature_class": ("طريقة الحفظ", "الحفظ", "درجة الحرارة"),
    "date_mark": ("نوع التاريخ",),
    "mark_date": ("تاريخ الصلاحية", "الصلاحية", "تاريخ الانتهاء"),
    "allergens": ("مسببات الحساسية", "الحساسية"),
    "dietary_flags": ("النظام الغذائي",),
    "splittable": ("قابل للتقسيم",),
    "gtin": ("الباركود", "رقم الباركود"),
    "note": ("ملاحظة الصنف", "ملاحظة", "ملاحظات"),
    "offer_note": ("ملاحظة العرض",),
    "lot": ("رقم التشغيلة", "التشغيلة", "رقم الدفعة", "الدفعة"),
}
_ENGLISH_COLUMNS: dict[str, tuple[str, ...]] = {
    "offer": ("offer_reference", "reference"),
    "site": ("store", "site_id", "site_name"),
    "day": ("date", "pickup_day", "pickup_date"),
    "pickup_from": ("from", "collect_from"),
    "pickup_until": ("until", "to", "pickup_to", "collect_until"),
    "category": ("food_category",),
    "description": ("food", "product"),
    "kg": ("kilograms", "weight_kg", "weight"),
    "crates": ("boxes",),
    "temperature_class": ("temperature", "kept"),
    "date_mark": ("mark",),
    "mark_date": ("date_on_pack", "expiry_date"),
    "dietary_flags": ("diet", "dietary"),
    "gtin": ("barcode", "ean"),
    "note": ("line_note",),
    "lot": ("batch", "lot_number", "batch_number"),
}
_MARKS_OF_DIRECTION = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"))
_ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_BETWEEN_WORDS = re.compile(r"[\s_\-()\[\]:.،/]+")


def plain(text: str) -> str:
    """The words without what people write differently: case, vowel signs, forms of alif, signs between words."""
    text = unicodedata.normalize("NFKD", text.translate(_MARKS_OF_DIRECTION)).casefold()
    bare = "".join(sign for sign in text if not unicodedata.combining(sign))
    return _BETWEEN_WORDS.sub(" ", latin_digits(bare.translate(_ARABIC_LETTERS))).strip()


def tidy(cell: str) -> str:
    """A cell without marks of direction and the space around it."""
    return cell.translate(_MARKS_OF_DIRECTION).strip()


def _named(*tables: dict[str, tuple[str, ...]]) -> dict[str, str]:
    found = {plain(name): name for name in COLUMNS}
    for table in tables:
        found |= {plain(each): name for name, others in table.items() for each in others}
    return found


_COLUMN_OF = _named(_ENGLISH_COLUMNS, ARABIC_COLUMNS)


def column_of(header: str) -> str | None:
    """The column that a header names; None for one that nobody knows."""
    return _COLUMN_OF.get(plain(header))


def _codes(codes: tuple[str, ...], arabic: dict[str, str], **more: str) -> dict[str, str]:
    found = {plain(code): code for code in codes}
    found |= {plain(word): code for code, word in arabic.items()}
    return found | {plain(word): code for word, code in more.items()}


CODES: dict[str, dict[str, str]] = {
    "category": _codes(categories.CATEGORIES, arabic_words.CATEGORIES)
    | {plain(word): code for code, word in categories.WORDS.items()},
    "temperature_class": _codes(
        foods.TEMPERATURE_CLASSES, arabic_words.TEMPERATURE_CLASSES,
        مبرد="chilled", مجمد="frozen", ساخن="hot", عادي="ambient",
    ),
    "date_mark": _codes(foods.DATE_MARKS, arabic_words.DATE_MARKS),
    "allergens": _codes(foods.ALLERGENS, arabic_words.ALLERGENS),
    "dietary_flags": _codes(foods.DIETARY_FLAGS, arabic_words.DIETARY_FLAGS),
    "splittable": {plain(word): "yes" for word in ("yes", "y", "true", "1", "نعم")}
    | {plain(word): "no" for word in ("no", "n", "false", "0", "لا")},
}  # fmt: skip
_ARABIC_CODES: dict[str, dict[str, str]] = {
    "category": arabic_words.CATEGORIES,
    "temperature_class": arabic_words.TEMPERATURE_CLASSES,
    "date_mark": arabic_words.DATE_MARKS,
    "allergens": arabic_words.ALLERGENS,
    "dietary_flags": arabic_words.DIETARY_FLAGS,
    "splittable": {"yes": "نعم", "no": "لا"},
}
LIST_COLUMNS = frozenset({"allergens", "dietary_flags"})
_BETWEEN_CODES = re.compile(r"[|;,،؛/+]")


def code_of(column: str, cell: str) -> str | None:
    """The code that a cell of a column of codes names; None for a word that nobody knows."""
    return CODES[column].get(plain(cell))


def known_words(column: str) -> Spoken:
    """What may stand in a column of codes, as each language writes it."""
    codes = list(dict.fromkeys(CODES[column].values()))
    return Spoken(", ".join(codes), "، ".join(_ARABIC_CODES[column][code] for code in codes))


def items_of(cell: str) -> list[str]:
    """The items of a cell that lists several."""
    return [item for item in (part.strip() for part in _BETWEEN_CODES.split(cell)) if item]
