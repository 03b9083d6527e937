"""Addresses, places and streets are found as people ask for them, in English and Arabic, forwards and backwards."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.roads.addresses import AddressHit, AddressIndex
from app.roads.addresses.index import MOST_HITS

CITY_CENTRE = (-2.9956, 51.5870)


def first(index: AddressIndex, text: str, **options: object) -> AddressHit:
    hits = index.search(text, **options)  # type: ignore[arg-type]
    assert hits, text
    return hits[0]


def test_a_house_is_found_by_number_and_street(newport_index: AddressIndex) -> None:
    hits = newport_index.search("192 commercial road")
    assert all(hit.address == "192 Commercial Road, Newport NP20 2PP" for hit in hits)
    assert "Feed Newport Soup Kitchen" in [hit.name for hit in hits]
    assert {hit.match for hit in hits} == {"whole"}


@pytest.mark.parametrize("text", ["192 Commercial Rd", "commercial road 192", "192, Commercial Road, Newport"])
def test_the_order_and_the_abbreviation_do_not_matter(newport_index: AddressIndex, text: str) -> None:
    assert first(newport_index, text).address == "192 Commercial Road, Newport NP20 2PP"


def test_a_house_that_the_map_does_not_have_is_answered_by_its_street_and_said_to_be(
    newport_index: AddressIndex,
) -> None:
    hit = first(newport_index, "999 Commercial Road")
    assert (hit.kind, hit.name, hit.match) == ("street", "Commercial Road", "street_only")


def test_a_postcode_is_found(newport_index: AddressIndex) -> None:
    hit = first(newport_index, "NP20 2PP")
    assert (hit.kind, hit.name, hit.address) == ("postcode", "NP20 2PP", "Newport")
    assert (hit.latitude, hit.longitude) == pytest.approx((51.5814, -2.9918), abs=0.003)


@pytest.mark.parametrize(("text", "name"), [("tesco", "Tesco"), ("lidl", "Lidl"), ("sainsbury's", "Sainsbury's")])
def test_a_chain_is_found_while_it_is_typed(newport_index: AddressIndex, text: str, name: str) -> None:
    for cut in (3, len(text)):
        hits = newport_index.search(text[:cut], near=CITY_CENTRE, limit=50)
        assert any(hit.name.startswith(name) for hit in hits), text[:cut]
    assert first(newport_index, text, near=CITY_CENTRE).name.startswith(name)


def test_a_town_comes_before_what_is_only_named_after_it(newport_index: AddressIndex) -> None:
    assert first(newport_index, "Newport").kind == "locality"


def test_a_street_comes_before_what_stands_on_it(newport_index: AddressIndex) -> None:
    hit = first(newport_index, "commercial road")
    assert (hit.kind, hit.name) == ("street", "Commercial Road")


def test_of_equal_names_the_one_near_the_networks_centre_comes_first(newport_index: AddressIndex) -> None:
    lidls = [hit for hit in newport_index.search("lidl", limit=50) if hit.category == "supermarket"]
    assert len(lidls) == 2
    for wanted in lidls:
        near = newport_index.search("lidl", near=(wanted.longitude, wanted.latitude), limit=50)
        assert next(hit for hit in near if hit.category == "supermarket").osm_id == wanted.osm_id


def test_words_that_fit_only_in_part_still_find_something_and_it_is_said(newport_index: AddressIndex) -> None:
    hit = first(newport_index, "tesco extra spytty road wales zzzz")
    assert (hit.name, hit.match) == ("Tesco Extra", "partly")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("شارع الهاتف", "شارع الهاتف"),
        ("هاتف", "شارع الهاتف"),
        ("الهاتف", "شارع الهاتف"),
        ("النبك", "النبك"),
        ("نبك", "النبك"),
        ("النب", "النبك"),
        ("an nabk", "النبك"),
        ("سوبر ماركت", "سوبر ماركت المهند"),
        ("almohanad", "سوبر ماركت المهند"),
    ],
)
def test_arabic_names_are_found_with_and_without_the_article(nabk_index: AddressIndex, text: str, name: str) -> None:
    assert first(nabk_index, text, language="ar").name == name


@pytest.mark.parametrize("text", ["مسجد", "mosque", "مسجد طيبه"])
def test_mosques_are_found_by_what_they_are_called(nabk_index: AddressIndex, text: str) -> None:
    hits = nabk_index.search(text, language="ar")
    assert {hit.category for hit in hits} == {"place_of_worship"}


def test_a_name_is_shown_in_the_readers_language(nabk_index: AddressIndex, monaco_index: AddressIndex) -> None:
    assert first(nabk_index, "النبك", language="en").name == "An-Nabk"
    assert first(monaco_index, "monaco", language="ar").name == "موناكو"


def test_typed_coordinates_answer_that_point_with_what_is_there(newport_index: AddressIndex) -> None:
    for text in ("51.5815468, -2.9918477", "٥١٫٥٨١٥٤٦٨، -٢٫٩٩١٨٤٧٧"):
        hit = first(newport_index, text)
        assert (hit.kind, hit.match) == ("point", "point")
        assert (hit.latitude, hit.longitude) == (51.5815468, -2.9918477)
        assert "192 Commercial Road" in hit.address


def test_swapped_coordinates_are_proposed_back(newport_index: AddressIndex) -> None:
    hit = first(newport_index, "-2.9918477, 51.5815468")
    assert (hit.match, hit.latitude, hit.longitude) == ("swapped_point", 51.5815468, -2.9918477)


@settings(max_examples=60)
@given(st.text(max_size=60))
@example('"')
@example("*")
@example('" OR ""')
@example("name : x")
@example("a* AND (b NEAR c")
@example("NOT x")
@example("\0\x01\x1b")
@example("\ud800")
@example("x" * 10_000)
@example("شارع " * 2_000)
@example("½ ² ٠ 🏠 1️⃣")
def test_any_text_may_be_asked(newport_index: AddressIndex, text: str) -> None:
    hits = newport_index.search(text, limit=1000)
    assert len(hits) <= MOST_HITS
    assert all(-90 <= hit.latitude <= 90 for hit in hits)


def test_a_pin_is_named_by_the_address_that_is_nearest(newport_index: AddressIndex) -> None:
    hit = newport_index.reverse(-2.99185, 51.58155)
    assert hit is not None
    assert "192 Commercial Road" in hit.address
    assert hit.metres is not None
    assert hit.metres < 20


def test_far_from_addresses_the_nearest_street_names_a_pin_and_beyond_that_the_town(nabk_index: AddressIndex) -> None:
    street = nabk_index.reverse(36.7274, 34.0324, "ar")
    assert street is not None
    assert (street.kind, street.name, street.address) == ("street", "شارع الهاتف", "النبك")
    assert street.metres is not None
    assert street.metres < 30
    town = nabk_index.reverse(36.80, 34.05)
    assert town is not None
    assert (town.kind, town.name) == ("locality", "An-Nabk")
    assert nabk_index.reverse(10.0, 50.0) is None


@settings(max_examples=60)
@given(st.floats(-3.08, -2.92), st.floats(51.53, 51.62))
def test_an_address_that_names_a_pin_is_within_reach_of_it(
    newport_index: AddressIndex, longitude: float, latitude: float
) -> None:
    hit = newport_index.reverse(longitude, latitude)
    assert hit is not None
    assert hit.metres is not None
    assert hit.metres <= {"address": 150, "place": 150, "street": 2000, "locality": 20_000}[hit.kind]
