"""The sites' pages over real HTTP, without a script: found by search, placed by numbers, taken over from the map."""

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient
from tests.web.test_pages import Reader, person

HOSTILE = '<img src=x onerror="alert(1)">'
FAR = (51.546398, -2.968119)
SKINNER_STREET = "node/10937165747"  # Newport Food Bank


def fields_of(page: str) -> dict[str, Any]:
    """What a browser sends of the site's form as it stands."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or (re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag):
            continue
        text = html.unescape(value[1]) if value else ""
        found[name[1]] = [*found[name[1]], text] if isinstance(found.get(name[1]), list) else text
        if 'type="checkbox"' in tag and not isinstance(found[name[1]], list):
            found[name[1]] = [text]
    selects = re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL)
    chosen = {name: re.search(r'<option value="([^"]*)" selected', options) for name, options in selects}
    return found | {name: option[1] for name, option in chosen.items() if option}


@pytest.fixture
def admin(network: ServiceClient) -> Iterator[Reader]:
    """The network's administrator, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def lidls(network: ServiceClient, lidl: dict[str, Any]) -> Iterator[Reader]:
    """The supermarket's own administrator, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, lidl, "organisation_admin"))
    yield reader
    reader.http.close()


def faults(answer: httpx.Response) -> list[str]:
    return [html.unescape(text) for text in re.findall(r'class="fault"[^>]*>([^<]*)<', answer.text)]


def test_a_site_is_found_by_its_address_and_saved(network: ServiceClient, admin: Reader, lidl: dict[str, Any]) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    page = admin.http.post("/sites/new", data={**form, "q": "lidl granville", "find": "1"}).text
    answers = [html.unescape(each) for each in re.findall(r'name="pick" value="([^"]*)"', page)]
    picked = admin.http.post("/sites/new", data={**fields_of(page), "pick": answers[0]}).text
    form = fields_of(picked)
    assert (form["name"], form["address"]) == ("Lidl", "Granville Street, Newport NP20 2AE")
    assert form["organisation_id"] == lidl["id"]
    done = admin.http.post("/sites/new", data={**form, "temperature_classes": ["ambient", "chilled"]})
    assert done.url.path == "/sites"
    (site,) = network.get("/sites").json()["items"]
    assert (site["name"], site["organisation_id"], site["kind"]) == ("Lidl", lidl["id"], "store")
    assert (site["latitude"], site["longitude"]) == pytest.approx((51.584229, -2.989184))
    assert site["windows"] == [{"weekdays": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"}]


def test_how_food_gets_in_is_said_in_the_form_and_kept(network: ServiceClient, admin: Reader) -> None:
    site = network.site(FOOD_BANK, "Bank", access="stairs", exceptions=[{"date": "2026-12-25", "closed": True}])
    form = fields_of(admin.http.get(f"/sites/{site['id']}").text)
    assert form["access"] == "stairs"
    assert admin.http.post(f"/sites/{site['id']}", data={**form, "access": "lift"}).url.path == "/sites"
    saved = network.get(f"/sites/{site['id']}").json()
    assert (saved["access"], saved["exceptions"]) == ("lift", site["exceptions"])
    assert "مصعد" in admin.http.get(f"/sites/{site['id']}", params={"lang": "ar"}).text


def test_other_days_receiving_hours_times_and_storage_are_said_in_the_form(
    network: ServiceClient, admin: Reader
) -> None:
    over, coming = {"date": "2026-11-02", "closed": True, "note": "stocktaking"}, {"date": "2026-12-25", "closed": True}
    site = network.site(FOOD_BANK, "Bank", kind="distribution_point", exceptions=[over, coming], setup_seconds=100)
    address = f"/sites/{site['id']}"
    form = fields_of(admin.http.get(address).text)
    assert (form["setup_minutes"], form["service_minutes"]) == ("1.67", "1")
    assert (form["day-0-date"], form["day_count"]) == ("2026-12-25", "2")
    assert admin.http.post(address, data=form).url.path == "/sites"
    saved = network.get(address).json()
    names = ("setup_seconds", "service_seconds", "receiving_windows", "storage_kg")
    assert {name: saved[name] for name in names} == {name: site[name] for name in names}  # saved as it stands
    assert sorted(each["date"] for each in saved["exceptions"]) == ["2026-11-02", "2026-12-25"]
    sent = {
        **fields_of(admin.http.get(address).text),
        "setup_minutes": "٧٫٥", "storage-chilled": "0", "storage-ambient": "250",
        "receiving-0-weekdays": ["2"], "receiving-0-opens": "09:00", "receiving-0-closes": "12:00",
        "day-1-date": "2026-12-31", "day-1-opens": "09:00", "day-1-closes": "11:00",
    }  # fmt: skip
    assert admin.http.post(address, data=sent).url.path == "/sites"
    saved = network.get(address).json()
    assert (saved["setup_seconds"], saved["service_seconds"]) == (450, 60)
    assert saved["storage_kg"] == {"ambient": "250", "chilled": "0", "frozen": None, "hot": None}
    assert saved["receiving_windows"] == [{"weekdays": [2], "opens": "09:00", "closes": "12:00"}]
    assert {each["date"]: each["windows"] for each in saved["exceptions"]} == {
        "2026-11-02": [], "2026-12-25": [], "2026-12-31": [{"opens": "09:00", "closes": "11:00"}],
    }  # fmt: skip
    emptied = {**fields_of(admin.http.get(address).text), "day-0-date": "", "day-1-date": "", "storage-chilled": ""}
    emptied |= dict.fromkeys(("receiving-0-opens", "receiving-0-closes", "day-1-opens", "day-1-closes"), "")
    assert admin.http.post(address, data={**emptied, "receiving-0-weekdays": []}).url.path == "/sites"
    saved = network.get(address).json()
    assert [each["date"] for each in saved["exceptions"]] == ["2026-11-02"]
    assert saved["receiving_windows"] == site["receiving_windows"]


@pytest.mark.parametrize(
    ("sent", "at", "sentence"),
    [
        ({"setup_minutes": "soon"}, "/setup_minutes", "A number belongs here."),
        ({"service_minutes": "61"}, "/service_minutes", "It must be at most 60."),
        ({"storage-frozen": "much"}, "/storage_kg/frozen", "kilograms"),
        ({"receiving-0-opens": "09:00", "receiving-0-closes": "10:00"}, "/receiving_windows/0/weekdays", "weekday"),
        ({"day-0-opens": "09:00", "day-0-closes": "10:00"}, "/exceptions/0/date", "date"),
        ({"day-0-date": "2026-12-25", "day-0-opens": "12:00", "day-0-closes": "09:00"}, "/exceptions/0", "closes"),
    ],
    ids=["setup", "service", "storage", "weekdays", "date", "hours"],
)
def test_what_does_not_fit_there_is_said_at_its_field_and_the_fold_is_open(
    network: ServiceClient, admin: Reader, sent: dict[str, str], at: str, sentence: str
) -> None:
    address = f"/sites/{network.site(FOOD_BANK, 'Bank')['id']}"
    answer = admin.http.post(address, data={**fields_of(admin.http.get(address).text), **sent})
    assert answer.status_code == 422
    said = dict(re.findall(r'id="fault-([^"]*)">([^<]*)<', html.unescape(answer.text)))
    assert sentence in next(text for pointer, text in said.items() if pointer.startswith(at))
    assert '<details class="card" id="more" open>' in answer.text
    assert (
        sent.items()
        <= {name: value for name, value in fields_of(answer.text).items() if isinstance(value, str)}.items()
    )


def test_rows_are_added_without_a_script(network: ServiceClient, admin: Reader) -> None:
    address = f"/sites/{network.site(FOOD_BANK, 'Bank')['id']}"
    form = {**fields_of(admin.http.get(address).text), "day-0-date": "2026-12-25"}
    page = admin.http.post(address, data={**form, "add_day": "1"}).text
    assert '<details class="card" id="more" open>' in page
    assert (fields_of(page)["day-0-date"], fields_of(page)["day_count"]) == ("2026-12-25", "2")
    page = admin.http.post(address, data={**fields_of(page), "receiving-0-opens": "09:00", "add_receiving": "1"}).text
    assert fields_of(page)["receiving_count"] == "2"


def test_enter_in_the_search_field_searches_and_elsewhere_saves(network: ServiceClient, admin: Reader) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    page = admin.http.post("/sites/new", data={**form, "q": "lidl", "enter": "1"})
    assert (page.status_code, 'name="pick"' in page.text) == (200, True)
    again = admin.http.post("/sites/new", data={**fields_of(page.text), "enter": "1"})
    assert again.status_code == 422


def test_what_is_pressed_twice_makes_one_site(network: ServiceClient, admin: Reader) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    sent = {**form, "name": "Bank", "latitude": "٥١٫٥٨٨٠٢٨", "longitude": "−2.995053"}
    for _ in range(2):
        assert admin.http.post("/sites/new", data=sent).url.path == "/sites"
    (site,) = network.get("/sites").json()["items"]
    assert (site["latitude"], site["longitude"]) == (51.588028, -2.995053)


def test_an_empty_form_says_at_each_field_what_is_missing_and_keeps_what_was_typed(
    network: ServiceClient, admin: Reader
) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    sent = {**form, "access_notes": HOSTILE, "window-0-weekdays": []}
    answer = admin.http.post("/sites/new", data=sent)
    assert answer.status_code == 422
    assert len(faults(answer)) == 3
    assert "Put the pin on the map, or write its latitude and longitude." in faults(answer)
    assert "Say on which days and when it is open." in faults(answer)
    assert HOSTILE not in answer.text
    assert fields_of(answer.text)["access_notes"] == HOSTILE
    assert network.get("/sites").json()["items"] == []


def test_swapped_coordinates_are_swapped_back_with_one_press(network: ServiceClient, admin: Reader) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    swapped = {**form, "name": "Bank", "latitude": str(FOOD_BANK[1]), "longitude": str(FOOD_BANK[0])}
    answer = admin.http.post("/sites/new", data=swapped)
    assert answer.status_code == 422
    assert 'name="swap"' in answer.text
    right = fields_of(admin.http.post("/sites/new", data={**fields_of(answer.text), "swap": "1"}).text)
    assert (right["latitude"], right["longitude"]) == (str(FOOD_BANK[0]), str(FOOD_BANK[1]))
    assert admin.http.post("/sites/new", data=right).url.path == "/sites"


@pytest.mark.parametrize(
    ("place", "said"),
    [((51.545, -2.99), "in the water"), ((51.537865, -2.957746), "from the nearest street"), ((48.1, 11.5), "outside")],
)
def test_a_pin_that_no_vehicle_can_reach_is_refused_at_its_field(
    admin: Reader, place: tuple[float, float], said: str
) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    answer = admin.http.post(
        "/sites/new", data={**form, "name": "Ship", "latitude": str(place[0]), "longitude": str(place[1])}
    )
    assert answer.status_code == 422
    assert any(said in sentence and "Ship" in sentence for sentence in faults(answer))


def test_a_place_of_the_map_fills_the_form_with_its_hours(network: ServiceClient, admin: Reader) -> None:
    page = admin.http.get("/sites/new", params={"osm_id": SKINNER_STREET}).text
    form = fields_of(page)
    assert (form["name"], form["kind"]) == ("Newport Food Bank", "distribution_point")
    assert form["window-0-weekdays"] == ["2", "3", "5"]
    assert (form["window-0-opens"], form["window-0-closes"]) == ("12:00", "14:00")
    assert "From the opening hours on the map" in page
    admin.http.post("/sites/new", data=form)
    (site,) = network.get("/sites").json()["items"]
    assert (site["osm_id"], site["address"]) == (SKINNER_STREET, "Skinner Street, Newport NP20 1DJ")
    assert admin.http.get("/sites/new", params={"osm_id": "node/1"}).status_code == 404


def test_several_places_are_taken_over_at_once_and_only_once(
    network: ServiceClient, admin: Reader, lidl: dict[str, Any]
) -> None:
    page = admin.http.get("/sites/proposals").text
    shops = re.findall(r'name="osm_id" value="([^"]*)"', page)
    assert len(shops) == 23
    places = {
        place["osm_id"]: place for place in network.get("/regions/newport/places", kind="supermarket").json()["items"]
    }
    chosen = [osm_id for osm_id, place in places.items() if place["name"] == "Lidl"]
    sent = {"group": "shops", "osm_id": chosen, "organisation_id": lidl["id"]}
    for _ in range(2):
        answer = admin.http.post("/sites/proposals", data=sent)
        assert answer.status_code == 200
    assert "2 of these are sites already" in html.unescape(re.sub("<[^>]*>", "", answer.text))
    sites = network.get("/sites").json()["items"]
    assert sorted(site["osm_id"] for site in sites) == sorted(chosen)
    assert {site["organisation_id"] for site in sites} == {lidl["id"]}
    assert sites[0]["temperature_classes"] == ["ambient", "chilled", "frozen"]
    assert len(re.findall(r'name="osm_id"', answer.text)) == 21


def test_without_a_partner_or_a_place_nothing_is_taken_over(network: ServiceClient, admin: Reader) -> None:
    network.organisation("supermarket", "Lidl")
    answer = admin.http.post("/sites/proposals", data={"group": "receivers", "osm_id": SKINNER_STREET})
    assert answer.status_code == 422
    assert "Choose places and the partner" in answer.text
    assert f'value="{SKINNER_STREET}" checked' in answer.text
    assert network.get("/sites").json()["items"] == []


def test_a_site_is_changed_and_its_pin_moved_from_the_version_that_was_shown(
    network: ServiceClient, admin: Reader
) -> None:
    site = network.site(LIDL_CARDIFF_ROAD, "Lidl", osm_id="node/9863606376")
    path = f"/sites/{site['id']}"
    form = fields_of(admin.http.get(path).text)
    assert (form["latitude"], form["name"], form["version"]) == ("51.5713465", "Lidl", "1")
    moved = {**form, "latitude": str(FAR[0]), "longitude": str(FAR[1]), "name": "Moved"}
    page = admin.http.post(path, data=moved)
    assert page.url.path == "/sites"
    assert "from the nearest street: check the pin" in page.text
    changed = network.get(path).json()
    assert (changed["latitude"], changed["name"], changed["osm_id"]) == (FAR[0], "Moved", "node/9863606376")
    assert changed["warnings"][0]["code"] == "pin_far_from_street"
    stale = admin.http.post(path, data={**form, "name": "Late"})
    assert stale.status_code == 412
    assert fields_of(stale.text)["name"] == "Late"
    assert network.get(path).json()["name"] == "Moved"


def test_hours_are_added_line_by_line_and_an_empty_line_counts_for_nothing(
    network: ServiceClient, admin: Reader
) -> None:
    form = fields_of(admin.http.get("/sites/new", params={"osm_id": SKINNER_STREET}).text)
    form = fields_of(admin.http.post("/sites/new", data={**form, "add_window": "1"}).text)
    assert form["window_count"] == "2"
    form = {**form, "window-1-weekdays": ["6"], "window-1-opens": "09:00", "window-1-closes": "10:30"}
    form = fields_of(admin.http.post("/sites/new", data={**form, "add_window": "1"}).text)
    admin.http.post("/sites/new", data=form)
    (site,) = network.get("/sites").json()["items"]
    assert [window["weekdays"] for window in site["windows"]] == [[2, 3, 5], [6]]


def test_the_address_of_the_pin_is_filled_in_on_wish(admin: Reader) -> None:
    form = fields_of(admin.http.get("/sites/new").text)
    sent = {**form, "latitude": "51.5815468", "longitude": "-2.9918477", "name_pin": "1"}
    assert "Commercial Road, Newport NP20 2PP" in fields_of(admin.http.post("/sites/new", data=sent).text)["address"]


def test_a_partners_administrator_edits_their_own_sites_and_no_others(
    network: ServiceClient, lidls: Reader, lidl: dict[str, Any]
) -> None:
    own = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    other = network.site(FOOD_BANK, "Newport Food Bank")
    page = lidls.http.get("/sites").text
    assert f"/sites/{own['id']}" in page
    assert f"/sites/{other['id']}" not in page
    assert lidls.http.get(f"/sites/{other['id']}").status_code == 404
    form = fields_of(lidls.http.get(f"/sites/{own['id']}").text)
    assert lidls.http.post(f"/sites/{other['id']}", data=form).status_code == 404
    stolen = {**form, "name": "Ours", "organisation_id": network.get("/me").json()["organisation"]["id"]}
    assert lidls.http.post(f"/sites/{own['id']}", data=stolen).url.path == "/sites"
    assert network.get(f"/sites/{own['id']}").json()["organisation_id"] == lidl["id"]


@pytest.mark.parametrize(("role", "listed"), [("dispatcher", 200), ("donor_staff", 200)])
def test_who_may_not_edit_sites_sees_the_list_without_ways_to_change_it(
    network: ServiceClient, role: str, listed: int
) -> None:
    site = network.site(FOOD_BANK, HOSTILE)
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], role))
    page = reader.http.get("/sites")
    assert page.status_code == listed
    assert HOSTILE not in page.text
    assert "/sites/new" not in page.text
    for path in ("/sites/new", "/sites/proposals", f"/sites/{site['id']}"):
        assert reader.http.get(path).status_code == 403
    reader.http.close()


def test_all_pages_lead_to_the_sites_and_they_to_the_day(network: ServiceClient, admin: Reader) -> None:
    assert 'href="/sites"' in admin.http.get("/pages").text
    assert 'href="/day"' in admin.http.get("/sites").text
