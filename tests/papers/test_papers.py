"""Papers say what their pages say, in both languages, whole, small and the same each time."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.papers.certificate import certificate_paper
from app.papers.cost_statement import cost_statement_paper
from app.papers.delivery_note import delivery_note_paper
from app.papers.food_receipt import food_receipt_paper
from app.papers.more_impact import more_impact_paper
from app.papers.receipt import receipt_paper
from app.papers.route_sheet import route_paper
from app.papers.together_day import together_day_paper
from app.papers.words import Issuer
from app.papers.year_certificate import year_certificate_paper
from tests.papers import examples
from tests.papers.examples import BANK, BREAD, issuer
from tests.papers.reading import pictures, read, told, whole

VANS = [("The van has come, at {came}.", {"came": "14:10"})]
PAPERS: dict[str, Callable[[Issuer], bytes]] = {
    "receipt": lambda to: receipt_paper(to, examples.receipt(), "Tesco Spytty", VANS, examples.signatures()),
    "food": lambda to: food_receipt_paper(to, examples.food_receipt()),
    "certificate": lambda to: certificate_paper(to, examples.certificate(), None),
    "year": lambda to: year_certificate_paper(replace(to, check=examples.CHECK), examples.year_certificate(), None),
    "note": lambda to: delivery_note_paper(replace(to, check=examples.CHECK), examples.delivery_note()),
    "route": lambda to: route_paper(to, examples.route(), examples.route_day()),
    "costs": lambda to: cost_statement_paper(to, examples.statement(), None),
    "together": lambda to: together_day_paper(
        to, examples.DAY, [(kind, examples.together_kind(kind)) for kind in ("recorded", "planned")]
    ),
    "more": lambda to: more_impact_paper(to, examples.additions()),
}
FACTS = {
    ("receipt", "en"): (
        "Receipt: Tesco Spytty", "Friday 27 November 2026", "Posted with Gwent surplus food · 12345678", BREAD,
        "Chilled · Use by Sunday 29 November 2026", f"for Newport Food Bank, for {BANK}", "Refused at the door: 1 kg",
        "12.501 kg", "12 kg", "11 kg", "Together", "Signatures", "Collected Tesco Spytty, 15:00",
        "Signed by Rana Haddad", f"Delivered {BANK}, 16:00", "Signed by هدى", "14:10",
    ),
    ("receipt", "ar"): (
        "إيصال: Tesco Spytty", "الجمعة 27 نوفمبر 2026", BREAD, f"إلى Newport Food Bank، إلى {BANK}",
        "رُفض عند الباب: 1 كغ", "12.501 كغ", "معًا", "التواقيع", "الموقّع: Rana Haddad", "14:10",
    ),
    ("food", "en"): (
        f"Receipt: {BREAD}", f"from Tesco Spytty · for {BANK}", "Frozen", "Planned", "62.5 kg", "60.001 kg",
        "Signed by Rana Haddad",
    ),
    ("food", "ar"): (f"إيصال: {BREAD}", f"من Tesco Spytty · إلى {BANK}", "المخطَّط", "60.001 كغ"),
    ("certificate", "en"): (
        "Surplus food of Lidl", "October 2026", "Given through Gwent surplus food", "about 26 meals", "3 offers",
        "Bread and bakery", "12.501 kg", "What went elsewhere", "Who it was for", BANK,
        "420 g of food per meal (WRAP 2018, after discussion with Public Health England; no official value exists)",
        "FareShare and Carbon Trust 2021",
    ),
    ("certificate", "ar"): ("أكتوبر 2026", "12.501 كغ", BANK, "FareShare and Carbon Trust 2021"),
    ("year", "en"): (
        "Surplus food of Lidl", "Year 2025", "30 offers", "March 2025", "December 2025", "Bread and bakery",
        "12.501 kg", "Check code", examples.CODE, "https://wasl.example.org/check",
    ),
    ("year", "ar"): ("سنة 2025", "مارس 2025", "12.501 كغ", "رمز التحقق", examples.CODE),
    ("note", "en"): (
        f"Delivery note: {BANK}", "Friday 27 November 2026 · 15:00", "Route 3 · White van", "Handed over by",
        "Taken by", "Gwent Food Banks", "Corporation Road 12", "The food is from", "Tesco Spytty",
        "Spytty Road, Newport NP19 4TX", BREAD, "Chilled · Use by Sunday 29 November 2026", "Allergens: gluten, milk",
        "L2611-07", "4.6 °C", "11 kg", "Refused at the door: 1 kg · Too warm", "Held back for its temperature", "22 kg",
        "Signed by Rana Haddad", "أحمد العلي", "Reported on the driver's phone at 15:00.", examples.CODE,
    ),
    ("note", "ar"): (
        f"سند تسليم: {BANK}", "سلّمه", "تسلّمه", "الطعام من", "L2611-07", "4.6 °C", "رُفض عند الباب: 1 كغ", "رمز التحقق",
    ),
    ("route", "en"): (
        "Route 3: White van", "أحمد العلي", "45.2 km", "4:15", "Times and distances are estimated",
        f"Collect: {BANK} 1", f"Deliver: {BANK} 3", f"Break: {BANK} 2", "~ 15:05", "Spytty Rd, Newport", "Stairs",
        "Ring at the back.", "استخدم المدخل الخلفي (Gate 4)", f"{BREAD} <1.1>", "13 kg", "2 crates", "Chilled",
        f"for {BANK}", "from Tesco Spytty", "OpenStreetMap",
    ),
    ("costs", "en"): (
        "Shared costs", "November 2026", "Left to pay", "12.34 GBP", "-17.66 GBP", "Below zero: to receive.",
        "Friday 27 November 2026", "Of the groups of food banks that were tried, none would pay less by itself.",
        "give or take 0.45 GBP",
        "Pantry was brought nothing on this day and pays nothing.", "would pay 3.10 GBP more",
        "Alone, its own vehicles could not have fetched this food",
        "As recorded", "As planned, not as done", "Partly recorded", "1 vehicle reported nothing", "11.11 GBP",
        "was brought 30 kg; 40 kg were planned", "Duffryn Centre was brought nothing of the 40 kg", "1 of these days",
    ),
    ("costs", "ar"): (
        "مشاركة التكاليف", "نوفمبر 2026", "الحصة", "12.34 GBP", BANK,
        "لم يُجلب شيء إلى Pantry في هذا اليوم، فلا يدفع شيئًا.", "كما خُطط، لا كما نُفّذ", "مسجّل جزئيًا",
    ),
    ("together", "en"): (
        "Together and alone", "Friday 27 November 2026", "As recorded", "Reaches more people", "63 kg", "38 kg",
        "19 kg to 38 kg", "723.2 km", "4:15", "42 %", "Every store on offer", "Partner by partner", BANK,
    ),
    ("together", "ar"): ("معًا وكلٌّ وحده", "الجمعة 27 نوفمبر 2026", BANK, "من 19 كغ إلى 38 كغ", "42 %"),
    ("more", "en"): (
        "More impact together", "From Monday 23 November 2026 to Friday 27 November 2026", "2 days were solved again.",
        f"A chilled box in {BANK}", "0.25 GBP", "Rescues nothing more", "Not more than the search itself varies",
        "The ledger and the reports do not say the same", "1 shift has no rate", "What is assumed",
        "Stated, a day: A chilled box 1.50 GBP.",
    ),
    ("more", "ar"): (
        "تأثير أكبر معًا", f"صندوق تبريد في {BANK}", "0.25 GBP", "لا ينقذ شيئًا إضافيًا", "أُعيد حل يومين.", "ما يُفترض",
    ),
    ("route", "ar"): (
        "المسار 3: White van", f"جمع: {BANK} 1", "صندوقان", "من Tesco Spytty", "درج", "استخدم المدخل الخلفي (Gate 4)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "language"), FACTS)
def test_a_paper_says_each_fact_in_the_readers_language(
    name: str, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        document = PAPERS[name](issuer(language))
    assert caplog.records == []
    text = whole(document).replace("\n", " ")
    for fact in FACTS[name, language]:
        assert fact in text, fact
    assert len(document) < 100_000


@pytest.mark.parametrize("name", PAPERS)
def test_english_can_be_copied_out_of_what_is_painted(name: str) -> None:
    painted = " ".join(read(PAPERS[name](issuer("en"))).pages[0].extract_text().split())
    for fact in FACTS[name, "en"]:
        if fact.isascii():
            assert fact in painted, fact


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("name", PAPERS)
def test_the_same_content_is_the_same_bytes_with_its_own_date_title_and_language(name: str, language: str) -> None:
    document = PAPERS[name](issuer(language))
    assert document == PAPERS[name](issuer(language))
    reader = read(document)
    about = reader.metadata
    assert about is not None
    assert (about.producer, about.creation_date) == ("Wasl", examples.THEN)
    assert about.title == told(document)[0][0]
    assert reader.root_object["/Lang"] == language
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_arabic_begins_at_the_right_and_english_at_the_left() -> None:
    for language, side in (("en", slice(40, 140)), ("ar", slice(455, 555))):
        [page] = pictures(PAPERS["food"](issuer(language)))
        title = page.crop((0, 76, page.width, 104))
        dark = [x for x in range(title.width) if title.getpixel((x, 14)) < 128]
        assert any(x in range(side.start, side.stop) for x in dark)
        middle = (min(dark) + max(dark)) / 2
        assert (middle < page.width / 2) == (language == "en")


def test_a_signature_is_drawn_and_has_words_instead() -> None:
    document = PAPERS["receipt"](issuer("en"))
    tree = read(document).root_object["/StructTreeRoot"]["/K"][0].get_object()["/K"]
    figures = [each.get_object() for each in tree if each.get_object()["/S"] == "/Figure"]
    assert [each["/Alt"] for each in figures] == ["Drawn signature"]


def test_a_month_that_is_not_over_and_one_without_food_say_so() -> None:
    empty = examples.certificate(by_category={}, receivers=[])
    text = whole(certificate_paper(issuer("en"), empty, date(2026, 10, 9))).replace("\n", " ")
    assert "This month is not over: these are the figures of Friday 9 October 2026." in text
    assert "Nothing was posted in this month." in text


def test_a_draft_and_an_offer_that_was_taken_back_say_so() -> None:
    draft = route_paper(issuer("en"), examples.route(estimated=False), examples.route_day(published=False))
    assert "Draft, not published" in whole(draft)
    assert "~" not in whole(draft)
    taken = examples.receipt()
    taken.offer.state = "withdrawn"
    assert "Taken back" in whole(receipt_paper(issuer("en"), taken, "Tesco", [], []))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_demonstration_says_so_at_the_foot_of_each_page(language: str) -> None:
    stops = [examples.stop(number, "pickup", 12) for number in range(6)]
    shown = route_paper(issuer(language, demonstration=True), examples.route(stops), examples.route_day())
    real = route_paper(issuer(language), examples.route(stops), examples.route_day())
    for page, plain in zip(pictures(shown), pictures(real), strict=True):
        foot = (0, 785, page.width, 810)
        assert page.crop(foot).getextrema()[0] < 160
        assert page.crop(foot).tobytes() != plain.crop(foot).tobytes()


@settings(deadline=None, max_examples=8)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.sampled_from(["en", "ar"]), st.integers(1, 12))
def test_every_food_of_a_route_is_on_its_sheet_once_wherever_pages_end(
    foods: list[int], language: str, long: int
) -> None:
    stops = [examples.stop(number, "pickup", many, BREAD * long) for number, many in enumerate(foods)]
    document = route_paper(issuer(language), examples.route(stops), examples.route_day())
    text = whole(document)
    for number, many in enumerate(foods):
        for index in range(many):
            assert text.count(f"<{number}.{index}>") == 1
    pages = told(document)
    heading = issuer(language).t("Weight")
    assert all(heading in page for page in pages if any("<" in part for part in page))
    for page, picture in zip(pages, pictures(document), strict=True):
        assert page
        below = picture.crop((0, picture.height - 70, picture.width, picture.height - 60))
        assert below.getextrema() == (255, 255)  # nothing runs into the foot


def test_sixty_stops_with_forty_foods_are_numbered_pages_that_name_the_stop_again() -> None:
    stops = [examples.stop(number, ("pickup", "drop_off")[number % 2], 40) for number in range(60)]
    document = route_paper(issuer("en"), examples.route(stops), examples.route_day())
    pages = told(document)
    assert whole(document).count(f"{BREAD} <") == 60 * 40
    assert any(f"{BANK} 7, continued" in page for page in pages)
    last = read(document).pages[-1].extract_text()
    assert f"Page {len(pages)} of {len(pages)}" in last


def test_a_text_that_is_longer_than_a_page_goes_on() -> None:
    words = " ".join(f"word{number}" for number in range(1500))
    document = receipt_paper(issuer("en"), examples.receipt(examples.line(words)), words, [], [])
    text = Counter(whole(document).split())
    assert all(text[f"word{number}"] == 2 for number in range(1500))  # as the title and as the food


def test_a_paper_without_a_code_says_nothing_of_one() -> None:
    document = delivery_note_paper(issuer("en"), examples.delivery_note())
    assert "Check code" not in whole(document)


@pytest.mark.parametrize(
    ("signed", "told_of_it"),
    [
        ("none", "Not signed."),
        ("kept", "Only the store and the food bank"),
        ("gone", "Signatures are kept for 90 days."),
    ],
)
def test_a_note_says_plainly_that_nobody_signed_or_that_it_is_not_kept(signed: str, told_of_it: str) -> None:
    text = whole(delivery_note_paper(issuer("en"), examples.delivery_note(signed=signed, signatures=[])))
    assert told_of_it in text.replace("\n", " ")
    assert "Signed by" not in text


def test_a_day_stands_on_what_is_assumed_and_on_a_version_of_the_plan() -> None:
    text = whole(PAPERS["together"](issuer("en"))).replace("\n", " ")
    assert text.index("As recorded") < text.index("As planned") < text.index("Kilograms are the ledger's")
    assert "Worked out Friday 27 November 2026 at 15:00, report 2; version 3 of the plan. Travel times are" in text
    assert "420 g of food per meal" in text


def test_a_day_that_was_only_planned_or_moved_no_food_or_is_not_worked_out_says_so() -> None:
    planned = whole(together_day_paper(issuer("en"), examples.DAY, [("planned", examples.together_kind("planned", 0))]))
    assert "this is what was planned, and not what was done" in planned.replace("\n", " ")
    assert "No food moved, so that nothing is counted per tonne." in planned
    assert "As recorded" not in planned
    assert "There is nothing to compare" in whole(together_day_paper(issuer("en"), examples.DAY, []))
