"""The page of a public body's area, in both languages, its file and picture, and the form that names the area."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.reports.area.conftest import ALL_OF_IT, MONTH, WEST, City, config, driven_city, name_area, planned
from tests.service_client import ServiceClient
from tests.web.reports.test_impact_page import read
from tests.web.test_pages import Reader, person

__all__ = ["config", "driven_city", "planned"]
PAGE = "/area?from=2026-11-01&until=2026-11-30"


@pytest.fixture
def mayor(network: ServiceClient, driven_city: City) -> Iterator[Reader]:
    """Somebody of the city, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, driven_city.city, "organisation_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def administrator(network: ServiceClient, driven_city: City) -> Iterator[Reader]:
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


def test_a_city_reads_its_totals_with_what_they_are_counted_with(
    network: ServiceClient, driven_city: City, mayor: Reader
) -> None:
    assert "Ask the network's office." in read(mayor.http.get(PAGE).text)
    name_area(network, driven_city.city, site_ids=driven_city.everywhere)
    page = mayor.http.get("/area")  # the month before this one
    said = read(page.text)
    for part in (
        "Food for people 120 kg", "Offered by stores 120 kg", "Waste avoided 120 kg", "Meals 285 191 to 285",
        "People reached 120", "Stores that gave 3 of 3 partners", "Food banks that received 3",
        "420 g of food per meal", "Whole months that are over alone",
    ):  # fmt: skip
        assert part in said, part
    assert "Withheld, wholly or in part" not in said
    assert not any(name in said for name in driven_city.organisations)
    arabic = mayor.http.get(f"{PAGE}&lang=ar").text
    assert "طعام وصل إلى الناس" in arabic
    assert "هدر جرى تجنبه" in arabic
    assert "نوفمبر" in arabic
    picture = mayor.http.get("/area/chart.svg?from=2026-11-01&until=2026-11-30&lang=ar")
    drawn = "".join(ET.fromstring(picture.content).itertext())
    assert "نوفمبر" in drawn
    [whole] = [
        row for row in rows(mayor.http.get(f"{PAGE.replace('/area', '/area.csv')}").content) if row[1] == "meals"
    ]
    assert whole[2:6] == ["285", "meals", "191", "285"]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_what_would_give_a_partner_away_is_withheld_on_the_page_and_in_the_file(
    network: ServiceClient, driven_city: City, mayor: Reader
) -> None:
    name_area(network, driven_city.city, boundary=WEST)
    said = read(mayor.http.get(PAGE).text)
    assert "Food for people withheld" in said
    assert "at least 3 partners have a part in it" in said
    assert "50 kg" not in said
    assert "محجوب" in mayor.http.get(f"{PAGE}&lang=ar").text
    table = rows(mayor.http.get(f"/area.csv?from={MONTH['from']}&until={MONTH['until']}").content)
    assert {row[2] for row in table if row[3] in ("kg", "meals", "kg CO2e")} == {"withheld"}


def test_what_is_no_range_of_months_is_said_at_the_choice(
    network: ServiceClient, driven_city: City, mayor: Reader
) -> None:
    name_area(network, driven_city.city, site_ids=driven_city.everywhere)
    wrong = mayor.http.get("/area?from=2026-11-30&until=2026-10-31")
    assert (wrong.status_code, 'id="fault"' in wrong.text) == (422, True)
    assert mayor.http.get("/area?from=soon&until=later").status_code == 200


def test_an_administrator_names_an_area_by_its_places_or_its_boundary(driven_city: City, administrator: Reader) -> None:
    form = f"/area/{driven_city.city['id']}"
    assert f'href="{form}"' in administrator.http.get("/area").text
    empty = administrator.http.post(form, data={"kind": "places", "version": ""})
    assert (empty.status_code, "Choose at least one place." in empty.text) == (422, True)
    wrong = administrator.http.post(form, data={"kind": "boundary", "version": "", "boundary": "[[[ my city"})
    assert (wrong.status_code, "[[[ my city" in wrong.text, "Give a GeoJSON Polygon" in wrong.text) == (422, True, True)
    named = administrator.http.post(
        form, data={"kind": "places", "version": "", "site_ids": driven_city.everywhere, "boundary": "not sent on"}
    )
    assert (named.status_code, "Saved." in named.text) == (200, True)
    shown = administrator.http.get(form).text
    assert shown.count(" checked") == 1 + len(driven_city.everywhere)
    stale = administrator.http.post(form, data={"kind": "places", "version": "9", "site_ids": driven_city.everywhere})
    assert stale.status_code == 412
    changed = administrator.http.post(
        form, data={"kind": "boundary", "version": "1", "boundary": json.dumps(ALL_OF_IT)}
    )
    assert (changed.status_code, "120 kg" in read(changed.text)) == (200, True)


@pytest.mark.parametrize(("of", "role"), [("Lidl", "organisation_admin"), ("Lidl", "donor_staff")])
def test_other_partners_have_no_such_page(network: ServiceClient, driven_city: City, of: str, role: str) -> None:
    reader = Reader(network.address)
    reader.sign_in(person(network, driven_city.organisations[of], role))
    for page in ("/area", "/area.csv"):
        assert reader.http.get(page).status_code == 404
    form: dict[str, Any] = {"kind": "places", "site_ids": driven_city.everywhere}
    assert reader.http.post(f"/area/{driven_city.city['id']}", data=form).status_code == 403
    assert 'href="/area"' not in reader.http.get("/pages").text
    reader.http.close()
