"""The page for everybody over real HTTP, without a script; and the pages where it is named and places are put on it."""

import html
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.domain.counting import Reach, counted_food
from app.kit.clock import HandSetClock
from app.public import figures
from app.public.figures import Figures
from app.settings import Settings
from tests.arrivals.conftest import the_hour
from tests.feeds.test_api import Partners, partners
from tests.public.conftest import SLUG, WEEKDAYS, a_point, config, named, page, put
from tests.service_client import NO_CERTIFICATES, ServiceClient
from tests.web.office.test_sites import faults, fields_of
from tests.web.test_pages import Reader, person

__all__ = ["config", "page", "partners"]

HOSTILE = '<script>alert("bag")</script>'


def look(network: ServiceClient, address: str = f"/n/{SLUG}", **headers: str) -> httpx.Response:
    """What a browser without cookies, that follows nothing, is answered."""
    wanted = {"Accept": "text/html", "Accept-Language": "en", **headers}
    return httpx.get(f"{network.address}{address}", headers=wanted, timeout=60, verify=NO_CERTIFICATES)


def words(answer: httpx.Response) -> str:
    """The page in words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|[\u2068\u2069]", " ", answer.text.partition("<main")[2])).split())


@pytest.fixture
def office(network: ServiceClient, partners: Partners) -> Iterator[Reader]:
    """The food bank's own administrator, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, {"id": partners.bank["organisation_id"]}, "organisation_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def admin(network: ServiceClient) -> Iterator[Reader]:
    """The network's administrator, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


# ---- what everybody sees -------------------------------------------------------------------------------------------


def test_it_says_what_is_open_until_when_and_when_the_others_open_in_both_languages(
    network: ServiceClient, page: dict[str, Any], clock: HandSetClock
) -> None:
    clock.set(the_hour("11:00"))
    said = words(look(network))
    assert "Open now Pantry Open until 12:30" in said
    assert "Bring a bag" in said
    clock.set(the_hour("13:00"))
    assert "No place is open just now. Opens later Pantry Opens tomorrow at 10:00" in words(look(network))
    clock.set(the_hour("13:00").replace(day=27))
    assert "Opens on Monday at 10:00" in words(look(network))
    arabic = look(network, f"/n/{SLUG}?lang=ar")
    assert 'dir="rtl"' in arabic.text
    assert "يفتح يوم الاثنين الساعة 10:00" in words(arabic)
    assert "أحضر كيسًا" in words(arabic)
    assert "طعام نيوبورت" in words(arabic)


def test_a_day_is_chosen_and_shows_the_hours_of_that_day(
    network: ServiceClient, partners: Partners, page: dict[str, Any]
) -> None:
    thursday = words(look(network, f"/n/{SLUG}?day=2026-11-26"))
    assert "Thursday 26 November 2026 Pantry" in thursday
    assert "10:00–12:30" in thursday
    assert "No place gives out food on this day." in words(look(network, f"/n/{SLUG}?day=2026-11-28"))
    for nonsense in ("2026-13-01", "2036-11-26", "%00", "x" * 2000):
        assert "Opens today at 10:00" in words(look(network, f"/n/{SLUG}?day={nonsense}"))
    links = re.findall(r'href="(/n/[^"]*day=[^"]*)"', look(network, f"/n/{SLUG}?lang=ar").text)
    assert len(links) == 7
    assert all("lang=ar" in each for each in links)


def test_it_gives_no_cookie_heeds_none_and_sends_nobody_anywhere(network: ServiceClient, page: dict[str, Any]) -> None:
    for answer in (
        look(network, f"/n/{SLUG}?lang=ar"),
        look(network, "/n/nobody-there?lang=ar"),
        look(network, Cookie="wasl_language=ar; wasl_session=mine"),
    ):
        assert "set-cookie" not in answer.headers
    answer = look(network, Cookie="wasl_language=ar")
    assert 'lang="en"' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Vary"] == "Accept-Language"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    loaded = re.findall(r'<(?:link rel="stylesheet" href|script[^>]* src|img src|iframe src)="([^"]*)"', answer.text)
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)


def test_not_even_a_tile_server_of_the_settings_hears_of_its_readers(
    network: ServiceClient, page: dict[str, Any], config: Settings
) -> None:
    config.tile_url = "https://tiles.example/{z}/{x}/{y}.png"
    assert "https://tiles.example" in look(network, "/sign-in").headers["Content-Security-Policy"]
    assert "tiles.example" not in look(network).headers["Content-Security-Policy"]


def test_whoever_has_it_already_is_told_so(network: ServiceClient, page: dict[str, Any]) -> None:
    first = look(network)
    again = look(network, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    assert look(network, f"/n/{SLUG}?lang=ar", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_off_and_never_there_are_one_page(network: ServiceClient, page: dict[str, Any]) -> None:
    put(network, "/network/public-page", named(is_on=False), page["version"])
    off, never = look(network), look(network, f"/n/{SLUG[:-1]}x")
    assert (off.status_code, never.status_code) == (404, 404)
    assert off.text.replace(SLUG, "") == never.text.replace(f"{SLUG[:-1]}x", "")


def test_shared_it_says_what_it_is_in_the_pages_language(network: ServiceClient, page: dict[str, Any]) -> None:
    shared = look(network, f"/n/{SLUG}?lang=ar").text
    found = dict(re.findall(r'<meta property="(og:[a-z_:]+)" content="([^"]*)"', shared))
    assert found["og:title"] == "أين تستلم الطعام: طعام نيوبورت"
    assert found["og:url"] == f"{network.address}/n/{SLUG}?lang=ar"
    assert found["og:locale"] == "ar_AR"
    assert "أماكن يُوزَّع فيها الطعام" in found["og:description"]
    assert '<meta name="description"' in shared


def test_nothing_recorded_is_no_figure(network: ServiceClient, page: dict[str, Any]) -> None:
    said = words(look(network))
    assert said.count("No food has been recorded yet.") == 2
    assert "CO₂e avoided" not in said


@pytest.mark.parametrize(
    ("driving", "avoided", "sources"),
    [
        (10_000, "150 kg", "Others would count from 41 to 356 kg."),
        (60_000, "100 kg", "Others would count up to 306 kg, or that driving cost more than the food avoids."),
        (200_000, "none: driving cost more than the food avoids", "Others would count up to 166 kg"),
        (900_000, "none: driving cost more than the food avoids", "caused 900 kg, which is more than the food avoids"),
    ],
)
def test_what_driving_cost_is_never_shown_as_avoided(
    network: ServiceClient, page: dict[str, Any], clock: HandSetClock, driving: int, avoided: str, sources: str
) -> None:
    found = Reach(counted_food({clock().date(): 100_000}), driving_co2e_grams=driving)
    figures._kept.put(network.network_id(), Figures(clock().date().replace(day=1), found, found, clock()))
    shown = words(look(network))
    assert f"CO₂e avoided, after driving {avoided}" in shown
    assert sources in shown
    arabic = words(look(network, f"/n/{SLUG}?lang=ar"))
    assert ("driving" in arabic, "-" in arabic.partition("CO₂")[2].partition("وجبة")[0]) == (False, False)


def test_what_a_partner_writes_is_shown_as_text(
    network: ServiceClient, partners: Partners, page: dict[str, Any]
) -> None:
    put(partners.of_bank, f"/sites/{partners.bank['id']}/distribution-point", a_point(note_en=HOSTILE), 1)
    shown = look(network)
    assert HOSTILE not in shown.text
    assert HOSTILE in words(shown) or html.escape(HOSTILE) in shown.text


# ---- naming the page -----------------------------------------------------------------------------------------------


def test_the_administrator_names_the_page_and_switches_it_on(network: ServiceClient, admin: Reader) -> None:
    form = fields_of(admin.http.get("/public-page").text)
    assert (form["slug"], form["name_en"], "is_on" in form) == ("newport", "Newport", False)
    wrong = admin.http.post("/public-page", data={**form, "slug": "New Port", "name_ar": "نيوبورت", "is_on": "on"})
    assert (wrong.status_code, len(faults(wrong))) == (422, 1)
    assert fields_of(wrong.text)["name_ar"] == "نيوبورت"
    done = admin.http.post("/public-page", data={**fields_of(wrong.text), "is_on": "on", "slug": "newport"})
    assert "Saved." in done.text
    assert f"{network.address}/n/newport" in done.text
    assert look(network, "/n/newport").status_code == 200
    again = {name: value for name, value in fields_of(done.text).items() if name != "is_on"}
    admin.http.post("/public-page", data=again)
    assert look(network, "/n/newport").status_code == 404


def test_nobody_else_names_it(office: Reader) -> None:
    assert office.http.get("/public-page").status_code == 403
    assert office.http.post("/public-page", data=named()).status_code == 403


# ---- putting a place on it -----------------------------------------------------------------------------------------


def test_a_food_bank_puts_its_place_on_the_page_without_a_script(
    network: ServiceClient, partners: Partners, office: Reader
) -> None:
    path = f"/sites/{partners.bank['id']}/public"
    assert "The network's public page is off: nobody sees this yet." in words(office.http.get(path))
    put(network, "/network/public-page", named())
    assert f'href="/n/{SLUG}"' in office.http.get(path).text
    assert path in office.http.get("/sites").text
    form = fields_of(office.http.get(path).text)
    typed = {
        **form, "is_public": "on", "window-0-weekdays": ["1", "3"], "window-0-opens": "10:00",
        "window-0-closes": "12:00", "day-0-date": "2026-12-25", "note_en": "Bring a bag", "phone": "٠١٦٣٣ ١٢٣٤٥٦",
    }  # fmt: skip
    more = office.http.post(path, data={**typed, "add_window": "1"})
    assert 'name="window-1-opens"' in more.text
    done = office.http.post(path, data=fields_of(more.text))
    assert "Saved." in done.text, faults(done)
    kept = network.get(f"/sites/{partners.bank['id']}/distribution-point").json()
    assert kept["windows"] == [{"weekdays": [1, 3], "opens": "10:00", "closes": "12:00"}]
    assert kept["exceptions"] == [{"date": "2026-12-25", "closed": True, "windows": [], "note": ""}]
    assert (kept["is_public"], kept["phone"]) == (True, "01633 123456")
    assert "Pantry" in words(look(network))


def test_every_field_that_does_not_fit_has_its_sentence_and_nothing_typed_is_lost(
    partners: Partners, office: Reader
) -> None:
    path = f"/sites/{partners.bank['id']}/public"
    typed = {
        "window_count": "2", "window-0-weekdays": ["2"], "window-0-opens": "12:00", "window-0-closes": "10:00",
        "window-1-opens": "14:00", "window-1-closes": "", "day_count": "3", "day-0-date": "2026-12-25",
        "day-0-opens": "10:00", "day-0-closes": "11:00", "day-1-date": "2026-12-25", "day-1-opens": "12:00",
        "day-1-closes": "soon", "day-2-opens": "09:00", "day-2-closes": "10:00", "note_en": "x" * 201,
        "phone": "ask Mary",
    }  # fmt: skip
    answer = office.http.post(path, data=typed)
    assert answer.status_code == 422
    at = re.findall(r'class="fault" id="fault-([^"]*)"', answer.text)
    assert sorted(at) == [
        "/exceptions/1/closes", "/exceptions/2/date", "/note_en", "/phone", "/windows/0", "/windows/1/closes",
        "/windows/1/weekdays",
    ]  # fmt: skip
    kept = fields_of(answer.text)
    assert {name: kept[name] for name in typed} == typed
    assert len(faults(office.http.post(path, data=typed, headers={"Accept-Language": "ar"}))) == len(at)


def test_two_rows_of_a_day_are_two_openings_and_come_back_as_two_rows(
    network: ServiceClient, partners: Partners, office: Reader
) -> None:
    hours = [{"opens": "09:00", "closes": "10:00"}, {"opens": "15:00", "closes": "16:00"}]
    other = [{"date": "2026-12-24", "windows": hours, "note": "in the hall"}, {"date": "2026-11-20", "closed": True}]
    path = f"/sites/{partners.bank['id']}"
    put(partners.of_bank, f"{path}/distribution-point", a_point(exceptions=other))
    form = fields_of(office.http.get(f"{path}/public").text)
    assert [form[f"day-{row}-opens"] for row in range(3)] == ["09:00", "15:00", ""]
    assert "Saved." in office.http.post(f"{path}/public", data=form).text
    kept = network.get(f"{path}/distribution-point").json()
    assert kept["exceptions"] == [{"date": "2026-12-24", "closed": False, "windows": hours, "note": "in the hall"}]
    assert (kept["windows"], kept["is_public"], kept["version"]) == (WEEKDAYS, True, 2)


def test_who_changes_what_somebody_else_has_changed_is_told(partners: Partners, office: Reader) -> None:
    path = f"/sites/{partners.bank['id']}"
    put(partners.of_bank, f"{path}/distribution-point", a_point())
    form = fields_of(office.http.get(f"{path}/public").text)
    put(partners.of_bank, f"{path}/distribution-point", a_point(note_en="Ring"), 1)
    answer = office.http.post(f"{path}/public", data={**form, "note_en": "Knock"})
    assert answer.status_code == 412
    assert "It was changed since you read it." in words(answer)
    assert fields_of(answer.text)["note_en"] == "Knock"


def test_the_networks_staff_cannot_put_it_there_and_another_partner_finds_nothing(
    network: ServiceClient, partners: Partners, admin: Reader
) -> None:
    path = f"/sites/{partners.bank['id']}/public"
    assert "Only the organisation itself puts its place on the public page." in admin.http.get(path).text
    with_hours = {**fields_of(admin.http.get(path).text), "window-0-weekdays": ["1"], "window-0-opens": "10:00"}
    forced = admin.http.post(path, data={**with_hours, "window-0-closes": "12:00", "is_public": "on"})
    assert forced.status_code == 403
    tesco = Reader(network.address)
    tesco.sign_in(person(network, {"id": partners.tesco["organisation_id"]}, "organisation_admin"))
    assert tesco.http.get(path).status_code == 404
    tesco.http.close()
