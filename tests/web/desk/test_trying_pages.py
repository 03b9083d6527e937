"""What stays is tried and brought on pages in both languages that need no script; two versions stand side by side."""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from app.planning.schemas import ChangeOut
from app.web.desk.trying import site_of_change
from tests.people.builders import entered, own
from tests.planning.test_edits import Desk, Plan, config, day, desk, planning, vans  # noqa: F401
from tests.service_client import DAY
from tests.web.test_pages import Reader

Day = dict[str, Any]


@pytest.fixture
def reader(desk: Desk) -> Iterator[Reader]:  # noqa: F811
    """The dispatcher before a browser."""
    found = Reader(desk.network.address)
    found.sign_in(entered(desk.network, own(desk.network), "dispatcher")["email"])
    yield found
    found.http.close()


def words(page: str) -> str:
    """What stands on it, without markup and the marks around names."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", page)).split())


def of_the_day(reader: Reader, desk: Desk, **query: str) -> str:  # noqa: F811
    return reader.http.get("/day", params={"date": DAY, "plan": desk.id, **query}).text


def lines_to_try(page: str) -> list[str]:
    return re.findall(r'href="/day/try\?plan=[0-9a-f-]+&amp;line=([0-9a-f-]+)"', page)


def tried(reader: Reader, desk: Desk, line: str, **query: str) -> str:  # noqa: F811
    answer = reader.http.get("/day/try", params={"plan": desk.id, "line": line, **query})
    assert answer.status_code == 200, answer.text
    return answer.text


def sent(page: str) -> dict[str, str]:
    """What the button that does it sends."""
    form = re.search(r'<form class="actions" method="post" action="/day/try">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form[1]))


def test_only_a_line_that_could_be_brought_has_a_button(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    assert lines_to_try(of_the_day(reader, desk)) == [day["lines"]["25"]]  # nobody asks for frozen food


def test_a_trial_says_what_it_costs_and_breaks_and_changes_nothing(
    reader: Reader,
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
) -> None:
    before = desk.plan
    page = words(tried(reader, desk, day["lines"]["25"]))
    assert desk.read() == before
    assert re.search(r"van brings 25 kg of bread and bakery from Tesco to (Food Bank|Duffryn)\.", page)
    assert re.search(r"Difference: [+±−][\d.]+ km, [+±−]\d+ min", page)
    assert re.search(r"This would break: .* would get \d+ kg more of bread and bakery than it asked for\.", page)
    assert "Until that is put right, the plan is not published." in page
    assert re.search(r"The route of (White|Blue) van as it would be \d\d:\d\d Collect", page)


def test_a_trial_speaks_the_readers_language(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    page = tried(reader, desk, day["lines"]["25"], lang="ar")
    assert '<html lang="ar" dir="rtl">' in page
    section = words(page[page.index("data-tried") :])
    assert "سيخالف هذا:" in section
    left_over = re.sub(r"(White|Blue) van|Food Bank|Duffryn|Tesco|Lidl", "", section.partition(">")[2])
    assert not re.search("[A-Za-z]{3,}", left_over)


def test_what_was_tried_is_done_by_a_button(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    done = reader.http.post("/day/try", data=sent(tried(reader, desk, day["lines"]["25"])))
    assert (done.status_code, done.url.path, done.url.params["plan"]) == (200, "/day", desk.id)
    assert "This plan breaks rules and is not published so." in words(done.text)
    desk.read()
    assert desk.plan["edits"] == 1
    assert [each["line_id"] for each in desk.plan["unserved"]] == [day["lines"]["12"]]


def test_what_was_tried_on_an_older_version_is_not_done(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    form = sent(tried(reader, desk, day["lines"]["25"]))
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["30"])
    refused = reader.http.post("/day/try", data=form)
    assert refused.status_code == 412
    assert desk.read()["edits"] == 1


def test_a_line_that_was_left_out_by_hand_is_brought_back_without_breaking_anything(
    reader: Reader,
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
) -> None:
    desk.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    assert day["lines"]["38"] in lines_to_try(of_the_day(reader, desk))
    page = tried(reader, desk, day["lines"]["38"])
    assert "This breaks nothing." in words(page)
    assert "new stop" in words(page)
    reader.http.post("/day/try", data=sent(page))
    assert desk.read()["violations"] == []


def test_a_line_without_a_place_says_so_where_the_outcome_would_stand(
    reader: Reader,
    desk: Desk,  # noqa: F811
    day: Day,  # noqa: F811
) -> None:
    answer = reader.http.get("/day/try", params={"plan": desk.id, "line": day["lines"]["12"]})
    assert answer.status_code == 409
    assert "No food bank and no van of this plan could take this food." in words(answer.text)
    assert "/day/try" not in re.findall(r'action="([^"]*)"', answer.text)


def test_a_published_plan_offers_a_copy_and_the_mending_instead(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    assert desk.ask("publish").status_code == 200
    page = of_the_day(reader, desk)
    assert lines_to_try(page) == []
    stays = page[page.index('id="stays"') :].partition("</section>")[0]
    assert "try such a change on a copy" in words(stays)
    assert re.findall(r'action="([^"]*)"', stays) == ["/day/copy", "/day/change"]
    copied = reader.http.post("/day/copy", data={"day": DAY, "plan_id": desk.id})
    assert lines_to_try(copied.text) == [day["lines"]["25"]]


def test_somebody_who_edits_no_plans_tries_nothing(desk: Desk, day: Day) -> None:  # noqa: F811
    lidl = desk.network.organisation("supermarket", "Another")
    shop = Reader(desk.network.address)
    shop.sign_in(entered(desk.network, lidl, "organisation_admin")["email"])
    answer = shop.http.get("/day/try", params={"plan": desk.id, "line": day["lines"]["25"]})
    assert answer.status_code == 403
    shop.http.close()


@pytest.mark.parametrize("code", ["receiving_window", "storage", "need", "vehicle"])
def test_a_change_that_is_made_on_a_places_page_leads_there(code: str) -> None:
    here, there = uuid4(), uuid4()
    change = ChangeOut(code=code, details={"site": "Duffryn"}, sentence="")
    found = here if code in ("receiving_window", "storage") else None
    assert site_of_change(change, {here: "Duffryn", there: "Bank"}) == found
    assert site_of_change(change, {here: "Duffryn", there: "Duffryn"}) is None  # nobody can tell which
    assert site_of_change(None, {here: "Duffryn"}) is None


# ---- two versions --------------------------------------------------------------------------------------------------


def compared(reader: Reader, **query: str) -> str:
    return words(reader.http.get("/day/compare", params={"date": DAY, **query}).text)


def test_a_day_with_one_version_compares_nothing(reader: Reader, desk: Desk) -> None:  # noqa: F811
    assert "/day/compare" not in of_the_day(reader, desk)
    assert "There are no two versions of this day's plan yet." in compared(reader)


def test_the_published_plan_stands_beside_the_newest_draft(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    desk.ask("publish")
    copy = Desk(desk.network, desk.network.ok(f"/plans/{desk.id}/copy"))
    assert f"/day/compare?date={DAY}" in of_the_day(reader, desk)
    assert "Both bring the same food." in compared(reader)
    assert compared(reader).count("the same in both") == 1

    copy.edit("drop_offer_line", offer_line_id=day["lines"]["38"])
    page = compared(reader)
    assert "Version 1 , Published" in page
    assert "Version 2 , Draft" in page
    assert "Planned 68 kg 30 kg" in page
    assert "Lidl : Loaves Only the version before brings it: 38 kg. A dispatcher has left it out of the plan." in page
    assert re.search(r"Collect Lidl 38 kg dropped", page)


def test_a_stop_of_another_van_says_whose_it_was(reader: Reader, desk: Desk, day: Day) -> None:  # noqa: F811
    desk.ask("publish")
    van, other, shift = vans(desk, day)
    copy = Desk(desk.network, desk.network.ok(f"/plans/{desk.id}/copy"))
    copy.edit("move_stop", stop_id=copy.stop("pickup", "Lidl")["id"], shift_id=shift)
    page = compared(reader)
    assert f"Collect Lidl 38 kg moves to {other}" in page
    assert f"Collect Lidl 38 kg from {van}" in page
    assert "Both bring the same food." in page
    arabic = compared(reader, lang="ar")
    assert f"تنتقل إلى مسار {other}" in arabic


def test_the_versions_are_chosen_and_what_is_none_of_the_days_is_passed_over(
    reader: Reader,
    desk: Desk,  # noqa: F811
    planning: Callable[..., Plan],  # noqa: F811
) -> None:
    second, third = planning(), planning()
    address = {"date": DAY, "lang": "en"}
    for pair, shown in (
        ({"a": desk.id, "b": second["id"]}, ["1", "2"]),
        ({"a": third["id"], "b": desk.id}, ["3", "1"]),
        ({"a": "nonsense", "b": desk.id}, ["2", "3"]),
        ({}, ["2", "3"]),
    ):
        page = reader.http.get("/day/compare", params={**address, **pair}).text
        chosen = re.findall(r'<option value="[^"]*" selected>Version (\d)', page)
        assert chosen == shown
