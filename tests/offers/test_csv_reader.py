"""Files of offers are read whatever they were written with, or refused with the row and the reason."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import foods
from app.domain.categories import CATEGORIES
from app.offers.csv_bytes import MOST_ROWS
from app.offers.csv_reader import KnownSite, Reading, read_offers, write_offers
from app.offers.csv_words import ARABIC_COLUMNS, COLUMNS, column_of
from app.offers.schemas import OfferIn
from tests.conftest import ROOT

LONDON = ZoneInfo("Europe/London")
STORE = KnownSite(UUID("00000000-0000-4000-8000-000000000001"), "Lidl, Cardiff Road")
OTHER = KnownSite(UUID("00000000-0000-4000-8000-000000000002"), "Lidl, Spytty")
HEADER = ["day", "pickup_from", "pickup_until", "category", "description", "kg"]


def read(body: bytes | str, sites: tuple[KnownSite, ...] = (STORE, OTHER), default: UUID | None = STORE.id) -> Reading:
    return read_offers(body.encode() if isinstance(body, str) else body, LONDON, sites, default)


def a_file(*rows: dict[str, str], header: list[str] | None = None, separator: str = ",") -> str:
    """A file of rows of bread, each changed as said."""
    columns = header or list(dict.fromkeys([*HEADER, *(name for row in rows for name in row)]))
    usual = {
        "day": "2026-11-28", "pickup_from": "08:00", "pickup_until": "12:00",
        "category": "bread_and_bakery", "description": "Loaves", "kg": "10",
    }  # fmt: skip
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[{**usual, **row}.get(name, "") for name in columns] for row in rows])
    return written.getvalue()


def faults(reading: Reading) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in reading.faults]


def only_line(reading: Reading) -> Any:
    assert reading.faults == []
    assert len(reading.offers) == 1
    return reading.offers[0].offer.lines[0]


def test_rows_of_one_site_and_pickup_make_one_offer() -> None:
    reading = read(a_file({}, {"kg": "12,5"}, {"pickup_until": "13:00"}))
    assert reading.faults == []
    assert [(each.rows, [line.kg for line in each.offer.lines]) for each in reading.offers] == [
        ([2, 3], [10_000, 12_500]),
        ([4], [10_000]),
    ]
    assert reading.offers[0].offer.pickup_from == datetime(2026, 11, 28, 8, tzinfo=UTC)


def test_rows_of_one_reference_make_one_offer_and_need_not_repeat_where_and_when() -> None:
    blank = dict.fromkeys(("site", "day", "pickup_from", "pickup_until"), "")
    reading = read(
        a_file(
            {"offer": "A", "site": "Lidl, Spytty", "offer_note": "Back door"},
            {"offer": "B", "site": "lidl, spytty"},
            {"offer": "A", "description": "Rolls", **blank},
        )
    )
    assert reading.faults == []
    assert [(each.rows, each.offer.site_id, each.offer.note) for each in reading.offers] == [
        ([2, 4], OTHER.id, "Back door"),
        ([3], OTHER.id, ""),
    ]


def test_a_reference_with_two_pickups_is_refused() -> None:
    assert faults(read(a_file({"offer": "A"}, {"offer": "A", "pickup_from": "09:00"}))) == [
        ("/rows/3/pickup_from", "csv_offer_differs")
    ]


ARABIC = "اليوم;الجمع من;الجمع حتى;الفئة;الوصف;الوزن\n28/11/2026;8:00;12:00;الخبز والمخبوزات;خبز طازج;12,5\n"
WESTERN = "day;pickup_from;pickup_until;category;description;kg\n28/11/2026;8:00;12:00;drinks;Café crème;12,5\n"


@pytest.mark.parametrize(
    ("text", "encoding", "told", "assumed"),
    [
        (ARABIC, "utf-8", "utf-8", False),
        (ARABIC, "utf-8-sig", "utf-8", False),
        (ARABIC, "utf-16", "utf-16-le", False),
        ("\ufeff" + ARABIC, "utf-16-be", "utf-16-be", False),
        (WESTERN, "utf-16-le", "utf-16-le", True),
        (ARABIC, "windows-1256", "windows-1256", True),
        (WESTERN, "windows-1252", "windows-1252", True),
        (WESTERN.replace("Café crème", "خبز طازج"), "windows-1256", "windows-1256", True),
    ],
)
def test_each_encoding_is_read_and_told(text: str, encoding: str, told: str, assumed: bool) -> None:
    reading = read(text.encode(encoding))
    line = only_line(reading)
    assert (reading.encoding, reading.encoding_assumed) == (told, assumed)
    assert line.kg == 12_500
    assert line.description in text
    assert reading.separator == ";"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_each_separator_and_end_of_line_is_read(separator: str, end: str) -> None:
    text = a_file({"description": 'Bread, "fresh"; soft\tand warm'}, separator=separator).replace("\r\n", end)
    reading = read(text)
    assert reading.separator == separator
    assert "Bread" in reading.rows[0].values["description"]


def test_a_separator_that_a_spreadsheet_declares_is_taken() -> None:
    assert only_line(read("sep=;\r\n" + a_file({}, separator=";"))).kg == 10_000


@pytest.mark.parametrize(
    ("written", "grams"),
    [("12.5", 12_500), ("12,5", 12_500), ("١٢٫٥", 12_500), ("۱۲,۵", 12_500), ("0,125", 125), ("١٬٢٣٤٫٥", 1_234_500),
     ("12.5 kg", 12_500), ("\u200f12\u200f", 12_000)],
)  # fmt: skip
def test_weights_are_read_in_both_digits_and_with_a_decimal_comma(written: str, grams: int) -> None:
    assert only_line(read(a_file({"kg": written}))).kg == grams


@pytest.mark.parametrize("written", ["-3", "NaN", "Infinity", "1e3", "=2+3", "0", "ten", "1,2,3", "1.2.3", "99999999"])
def test_what_is_no_weight_is_refused_at_its_cell(written: str) -> None:
    reading = read(a_file({}, {"kg": written}))
    assert [fault.pointer for fault in reading.faults] == ["/rows/3/kg"]
    assert reading.faults[0].sentence.endswith(".")


def test_a_weight_that_could_be_two_is_refused() -> None:
    reading = read(a_file({"kg": "1,250"}))
    assert faults(reading) == [("/rows/2/kg", "csv_weight_ambiguous")]
    assert "1.250 kg or 1250 kg" in reading.faults[0].sentence


def days(*cells: str) -> Reading:
    return read(a_file(*({"day": cell} for cell in cells)))


def read_days(reading: Reading) -> list[date]:
    assert reading.faults == []
    return sorted(each.offer.pickup_from.date() for each in reading.offers)


@pytest.mark.parametrize(
    ("cells", "order", "read_as"),
    [
        (["2026-11-28"], {}, ["2026-11-28"]),
        (["2026/11/28"], {}, ["2026-11-28"]),
        (["28/11/2026"], {"day": "day_first"}, ["2026-11-28"]),
        (["11/28/2026"], {"day": "month_first"}, ["2026-11-28"]),
        (["05/06/2027"], {"day": "day_first"}, ["2027-06-05"]),
        (["28.11.2026"], {}, ["2026-11-28"]),
        (["28-11-2026", "2026-11-29"], {"day": "day_first"}, ["2026-11-28", "2026-11-29"]),
        (["28/11/2026", "05/12/2026"], {"day": "day_first"}, ["2026-11-28", "2026-12-05"]),
        (["11/28/2026", "12/25/2026"], {"day": "month_first"}, ["2026-11-28", "2026-12-25"]),
        (["٢٨/١١/٢٠٢٦"], {"day": "day_first"}, ["2026-11-28"]),
        (["۱۱/۲۸/۲۰۲۶"], {"day": "month_first"}, ["2026-11-28"]),
    ],
)
def test_dates_are_read_in_three_orders(cells: list[str], order: dict[str, str], read_as: list[str]) -> None:
    reading = days(*cells)
    assert [day.isoformat() for day in read_days(reading)] == read_as
    if order:
        assert reading.date_orders == order


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["28/11/2026", "11/28/2026"], [("/rows/2/day", "csv_dates_mixed"), ("/rows/3/day", "csv_dates_mixed")]),
        (["11/28/2026", "05/06/2027"], [("/rows/2/day", "csv_dates_mixed"), ("/rows/3/day", "csv_date_ambiguous")]),
        (["2026-11-28", "31/02/2026"], [("/rows/3/day", "csv_date")]),
        (["28/11/26"], [("/rows/2/day", "csv_date")]),
        (["soon"], [("/rows/2/day", "csv_date")]),
        (["40/40/2026"], [("/rows/2/day", "csv_date")]),
        (["0001-01-01"], [("/rows/2/day", "csv_date")]),
    ],
)
def test_dates_that_could_be_two_days_or_none_are_refused_with_the_row_and_the_reason(
    cells: list[str], expected: list[tuple[str, str]]
) -> None:
    reading = days(*cells)
    assert faults(reading) == expected
    assert "2026-11-28" in reading.faults[0].sentence


def test_a_date_that_could_be_two_days_is_refused_where_another_column_puts_the_month_first() -> None:
    row = {"day": "11/28/2026", "date_mark": "best_before", "mark_date": "12/01/2026"}
    assert faults(read(a_file(row))) == [("/rows/2/mark_date", "csv_date_ambiguous")]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-11-28 08:30", "2026-11-28 17:00"),
        ("28/11/2026 8:30", "17:00"),
        ("2026-11-28T08:30:00Z", "2026-11-28T18:00:00+01:00"),
        ("8:30 AM", "5:00 pm"),
        ("٠٨:٣٠", "٥:٠٠ م"),
    ],
)
def test_times_are_read_with_or_without_their_day(begin: str, end: str) -> None:
    reading = read(a_file({"pickup_from": begin, "pickup_until": end}))
    assert reading.faults == []
    offer = reading.offers[0].offer
    assert (offer.pickup_from, offer.pickup_until) == (
        datetime(2026, 11, 28, 8, 30, tzinfo=UTC),
        datetime(2026, 11, 28, 17, 0, tzinfo=UTC),
    )


def test_a_pickup_in_the_hour_that_the_clock_change_skips_begins_after_it() -> None:
    reading = read(a_file({"day": "28/03/2027", "pickup_from": "01:30", "pickup_until": "03:00"}))
    offer = reading.offers[0].offer
    assert (offer.pickup_from.hour, offer.pickup_until.hour) == (1, 2)  # UTC: 02:00 and 03:00 summer time


@pytest.mark.parametrize("bad", ["25:00", "8", "noon", "13:00 PM", "08:61"])
def test_what_is_no_time_is_refused(bad: str) -> None:
    assert faults(read(a_file({"pickup_from": bad}))) == [("/rows/2/pickup_from", "csv_time")]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "-2+3", "\t=1", "＝1"])
@pytest.mark.parametrize("column", ["description", "note", "offer", "offer_note"])
def test_a_formula_is_refused_with_its_row_and_column(cell: str, column: str) -> None:
    assert faults(read(a_file({}, {column: cell}))) == [(f"/rows/3/{column}", "csv_formula")]


def test_each_fault_of_a_header_is_named() -> None:
    assert faults(read("day,pickup_from,pickup_until,category,description\n")) == [("/rows/1/kg", "csv_missing_column")]
    assert ("/rows/1", "csv_unknown_column") in faults(read(a_file({"colour": "red"})))
    assert faults(read(a_file({}, header=[*HEADER, "weight"]))) == [("/rows/1/kg", "csv_duplicate_column")]
    mixed = "day,pickup_from,pickup_until;category,description,kg\n"
    assert ("/rows/1", "csv_mixed_separators") in faults(read(mixed))


def test_a_row_of_other_length_or_separator_is_refused_and_trailing_blanks_are_not() -> None:
    text = a_file({}) + "2026-11-28,08:00,12:00,drinks,Tea\r\n2026-11-28;08:00;12:00;drinks;Tea;5\r\n"
    text += "2026-11-28,08:00,12:00,drinks,Tea,5,,\r\n,,,,,\r\n\r\n"
    reading = read(text)
    assert faults(reading) == [("/rows/3", "csv_unequal_columns"), ("/rows/4", "csv_mixed_separators")]
    assert [row.number for row in reading.rows] == [2, 5]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", [("", "csv_empty")]),
        (b"\xef\xbb\xbf \r\n", [("", "csv_empty")]),
        (",".join(HEADER).encode(), [("", "csv_no_rows")]),
        (a_file({}).encode() + b'2026-11-28,"08:00,12:00', [("/rows/3", "csv_quotes")]),
        (b"\xef\xbb\xbf" + a_file({}).encode() + b"\xff\xfe", [("/rows/3", "csv_encoding")]),
        (a_file({"description": "Café"}).encode() + b"\xed\xa0\x80", [("/rows/3", "csv_encoding")]),
        (a_file({"description": "XX"}).encode().replace(b"XX", b"\xed\xa0\x80"), [("/rows/2", "csv_encoding")]),
        (b"\xff\xfe" + a_file({}).encode("utf-16-le") + b"\x00\xd8\n\x00", [("/rows/3", "csv_encoding")]),
        (a_file({"description": "Lo\x00aves"}).encode(), [("/rows/2/description", "unreadable_text")]),
        (a_file({"description": "x" * 5000}).encode(), [("/rows/2/description", "csv_cell_too_long")]),
        (a_file({"note": "x" * 301}).encode(), [("/rows/2/note", "string_too_long")]),
        (a_file({"description": "x" * 200_000}).encode(), [("/rows/2", "csv_quotes")]),
        (a_file({"gtin": "123"}).encode(), [("/rows/2/gtin", "gtin_invalid")]),
        (a_file({"allergens": "milk|dust"}).encode(), [("/rows/2/allergens", "csv_unknown_word")]),
        (a_file({"site": "Aldi"}).encode(), [("/rows/2/site", "csv_site_unknown")]),
        (a_file({"crates": "1.5"}).encode(), [("/rows/2/crates", "int_parsing")]),
        (a_file({"day": ""}).encode(), [("/rows/2/pickup_from", "csv_day_missing")]),
        (a_file({"pickup_from": "2026-11-28"}).encode(), [("/rows/2/pickup_from", "csv_time")]),
    ],
)
def test_a_hostile_file_is_refused_with_the_row_and_the_reason(body: bytes, expected: list[tuple[str, str]]) -> None:
    reading = read(body)
    assert faults(reading) == expected
    assert all(fault.sentence.endswith(".") and "\x00" not in fault.sentence for fault in reading.faults)


def test_a_hundred_thousand_rows_are_refused_by_a_limit_and_soon() -> None:
    reading = read("\n".join([",".join(HEADER), *["2026-11-28,08:00,12:00,drinks,Tea,1"] * 100_000]))
    assert ("", "csv_too_long") in faults(reading)
    assert str(MOST_ROWS) in reading.faults[0].sentence


def test_too_many_lines_of_one_offer_and_too_many_offers_are_refused() -> None:
    assert faults(read(a_file(*[{}] * 41))) == [("/rows/42/offer", "csv_too_many_lines")]
    many = [{"offer": str(number)} for number in range(201)]
    assert faults(read(a_file(*many))) == [("", "csv_too_many_offers")]


def test_two_sites_of_one_name_are_told_apart_by_their_id() -> None:
    twin = KnownSite(uuid4(), STORE.name)
    text = a_file({"site": STORE.name}, {"site": str(twin.id)})
    reading = read(text, (STORE, twin))
    assert faults(reading) == [("/rows/2/site", "csv_site_unclear")]
    assert reading.offers[0].offer.site_id == twin.id


def test_a_file_without_a_site_needs_one_for_the_whole() -> None:
    assert faults(read(a_file({}), default=None)) == [("/rows/2/site", "missing")]


def test_codes_are_read_as_words_of_both_languages() -> None:
    row = {
        "category": "الألبان والبيض", "temperature_class": "مبرّد", "date_mark": "يُستهلك حتى", "mark_date": "2026-12-01",
        "allergens": "الحليب، eggs", "dietary_flags": "نباتي|Halal", "splittable": "لا", "crates": "٣",
    }  # fmt: skip
    line = only_line(read(a_file(row)))
    assert line.model_dump(include=set(row)) == {
        "category": "dairy_and_eggs", "temperature_class": "chilled", "date_mark": "use_by",
        "mark_date": date(2026, 12, 1), "allergens": ["milk", "eggs"], "dietary_flags": ["vegetarian", "halal"],
        "splittable": False, "crates": 3,
    }  # fmt: skip


def test_every_column_has_its_arabic_and_no_name_means_two() -> None:
    assert list(ARABIC_COLUMNS) == list(COLUMNS)
    for name, arabic in ARABIC_COLUMNS.items():
        assert column_of(name) == column_of(name.upper().replace("_", " ")) == name
        assert {column_of(each) for each in arabic} == {name}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_template_has_all_columns_and_no_food(language: Any) -> None:
    reading = read(write_offers([], language=language))
    assert set(reading.columns) == set(COLUMNS)
    assert faults(reading) == [("", "csv_no_rows")]


def test_every_column_and_code_of_a_fault_is_explained() -> None:
    told = (ROOT / "docs" / "csv.md").read_text()
    assert [name for name in COLUMNS if f"`{name}`" not in told] == []
    sources = "".join((ROOT / "app" / "offers" / name).read_text() for name in SOURCES)
    codes = set(re.findall(r"\"(csv_[a-z_]+)\"", sources))
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in told] == []


SOURCES = ("csv_bytes.py", "csv_dates.py", "csv_reader.py")


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_whatever_bytes_come_the_answer_is_rows_or_faults(body: bytes) -> None:
    reading = read(body)
    assert reading.faults or reading.offers


PIECES = st.one_of(
    st.sampled_from([*HEADER, ",", ";", "\t", '"', "\n", "\r\n", "08:00", "2026-11-28", "11/28/2026", "drinks", "=1",
                     "10", "١٢", "\x00", "sep=;", "24:00", "9999-12-31", "0001-01-01T00:00+23:59", "Lidl, Spytty"]),
    st.text(max_size=5),
)  # fmt: skip


@given(st.lists(PIECES, max_size=40), st.sampled_from(["utf-8", "utf-16", "windows-1256", "windows-1252"]))
@settings(max_examples=300)
def test_whatever_text_comes_the_answer_is_rows_or_faults(pieces: list[str], encoding: str) -> None:
    head = a_file({}) if len(pieces) % 2 else ""
    read((head + "".join(pieces)).encode(encoding, "ignore"))


@given(st.lists(st.lists(PIECES, max_size=3).map("".join), min_size=6, max_size=6))
@settings(max_examples=300)
def test_whatever_cells_come_the_answer_is_rows_or_faults(cells: list[str]) -> None:
    reading = read(a_file(dict(zip(HEADER, cells, strict=True))))
    assert reading.faults or reading.offers


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
    lambda text: text == text.strip() and not text.startswith(tuple("=+-@＝＋－＠")) and not text.isspace()
)


@st.composite
def offers(draw: st.DrawFn) -> OfferIn:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 100_000_000)))
    return OfferIn.model_validate(
        {
            "site_id": draw(st.sampled_from([STORE.id, OTHER.id])),
            "pickup_from": begin,
            "pickup_until": begin + timedelta(minutes=draw(st.integers(1, 1000))),
            "note": draw(WORDS),
            "lines": draw(st.lists(lines(), min_size=1, max_size=3)),
        }
    )


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    mark = draw(st.sampled_from(foods.DATE_MARKS))
    grams = draw(st.integers(1, 30_000_000))
    return {
        "category": draw(st.sampled_from(CATEGORIES)),
        "description": draw(WORDS),
        "kg": f"{grams // 1000}.{grams % 1000:03d}",
        "crates": draw(st.integers(0, 2000)),
        "temperature_class": draw(st.sampled_from(foods.TEMPERATURE_CLASSES)),
        "date_mark": mark,
        "mark_date": None if mark == "none" else draw(st.dates(date(2026, 1, 1), date(2031, 1, 1))),
        "allergens": draw(st.lists(st.sampled_from(foods.ALLERGENS), unique=True)),
        "dietary_flags": draw(st.lists(st.sampled_from(foods.DIETARY_FLAGS), unique=True)),
        "splittable": draw(st.booleans()),
        "gtin": draw(st.sampled_from([None, "04006381333931"])),
        "note": draw(WORDS),
        "lot": draw(st.sampled_from(["", "L-77/B", "0012", "تشغيلة ٧"])),
    }


@given(st.lists(offers(), min_size=1, max_size=4), st.sampled_from(["en", "ar"]))
def test_a_file_that_was_written_is_read_back_equal(wished: list[OfferIn], language: Any) -> None:
    reading = read(write_offers(wished, language=language))
    assert reading.faults == []
    assert [each.offer for each in reading.offers] == wished
