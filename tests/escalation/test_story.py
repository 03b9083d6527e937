"""Food that nobody takes climbs by itself on a hand-set clock: asked for, taken and planned; or nobody wants it."""

from typing import Any

from app.kit.clock import HandSetClock
from app.people.mail import compose
from tests.escalation.conftest import BreadDay, Outlets, receivers
from tests.service_client import DAY


def sentences(day: BreadDay) -> list[tuple[str, str | None]]:
    """The steps with the local times at which they were taken."""
    return [(each["step"], each["taken_at"] and each["taken_at"][11:16]) for each in day.ladder()["steps"]]


def test_a_food_bank_that_is_asked_says_yes_with_one_tap_and_the_day_brings_it(day: BreadDay) -> None:
    day.network.published(day.planned())
    assert day.at("07:59") == 0
    assert day.ladder()["state"] == "waiting"
    assert (day.ladder()["next_step"], day.ladder()["next_step_at"][11:16]) == ("ask_food_banks", "08:00")
    assert day.at("08:00") == 2
    assert sentences(day)[:3] == [("plan", "06:00"), ("ask_food_banks", "08:00"), ("ask_wider", None)]
    [ask] = day.asks(day.near)
    assert (ask["kg"], ask["kg_left"], ask["state"], ask["donor"]) == ("20", "20", "open", "Lidl")
    assert day.asks(day.far) == []

    yes = day.answer(day.near, takes=True).json()
    assert (yes["state"], yes["taken_kg"]) == ("yes", "20")
    change = day.planned_change()
    assert receivers(change)["Duffryn Centre"] == "30.0"
    day.network.published(change)
    assert day.at("09:30") == 1
    ladder = day.ladder()
    assert (ladder["state"], ladder["ended_as"], ladder["next_step"]) == ("over", "planned", None)


def test_what_nobody_wants_ends_with_animals_and_compost_and_the_dispatcher_is_told_at_the_hour(
    day: BreadDay, outlets: Outlets, clock: HandSetClock
) -> None:
    outlets("animal_feed", "compost")
    day.network.published(day.planned())
    hours = {each["step"]: each["at"][11:16] for each in day.ladder()["steps"]}
    assert hours == {
        "plan": "06:00", "ask_food_banks": "08:00", "ask_wider": "09:30", "animal_feed": "17:59", "compost": "20:59",
    }  # fmt: skip
    day.at("08:00")
    assert day.answer(day.near, takes=False).json()["state"] == "no"
    day.at("09:30")
    assert [ask["site_name"] for ask in day.asks(day.far)] == ["Newport Food Bank"]
    for time in ("12:00", "15:00", "17:58"):
        assert day.at(time) == 0
    assert day.mails("dispatcher") == []
    assert day.at("17:59") == 1
    assert day.at("18:00") == 0
    [mail] = day.mails("dispatcher")
    assert (mail.words["letter"], mail.words["step"], mail.words["kg"]) == ("left", "animal_feed", "20")
    step = day.ladder()["steps"][3]
    assert (step["step"], step["taken_at"][11:16], step["kg"]) == ("animal_feed", "17:59", "20")
    assert day.people["dispatcher"]["id"] in step["people"]
    assert day.at("20:59") == 1
    assert [each.words["step"] for each in day.mails("dispatcher")] == ["animal_feed", "compost"]
    [animals] = [each for each in day.ladder()["outlets"] if each["kind"] == "animal_feed"]
    day.network.ok(f"/outlets/{animals['id']}/handovers", {"offer_line_id": day.line, "kg": "20"})
    day.at("21:05")
    assert (day.ladder()["state"], day.ladder()["ended_as"]) == ("over", "handed_over")


def test_everybody_is_told_in_their_language_what_they_can_do(day: BreadDay, outlets: Outlets) -> None:
    outlets("compost")
    for time in ("08:00", "09:30", "20:59"):
        day.at(time)
    told = {who: _text(day, who) for who in ("near", "far", "dispatcher")}
    assert "40 kg of Loaves is left over at Lidl. A van can fetch it until 12:00." in told["near"]
    assert "/asked" in told["near"]
    assert "هل تأخذون 40 كغ من Loaves؟" in told["far"]
    assert "إلى السماد" in told["dispatcher"]
    assert f"/open-food?date={DAY}" in told["dispatcher"]
    asked, answered = day.messages("food.asked"), day.messages("food.escalated")
    assert [str(each) for message in asked for each in message.organisation_ids] == [
        day.near_site["organisation_id"], day.far_site["organisation_id"],
    ]  # fmt: skip
    assert [message.data["step"] for message in answered] == ["ask_food_banks", "ask_wider", "compost"]


def _text(day: BreadDay, who: str) -> str:
    class Reader:
        name, email, role = "Reader", "reader@example.org", day.people[who]["role"]
        language = day.people[who]["language"]

    [mail] = day.mails(who)
    person: Any = Reader()
    message = compose(mail, person, "wasl@example.org", "https://wasl.example", mail.created_at)
    return f"{message['Subject']}\n{message.get_content()}"
