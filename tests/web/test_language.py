"""Both languages say everything, in right plural forms, with names kept apart and nothing of theirs run as markup."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from jinja2 import nodes
from starlette.requests import Request

from app.domain import (
    additions,
    alarms,
    area_totals,
    areas,
    declines,
    escalation,
    foods,
    lifecycle,
    no_shows,
    notification_words,
    notifications,
    outcomes,
    reasons,
    receiving,
    van_page,
    volunteering,
    whys,
)
from app.domain import duplicates as duplicate_rules
from app.domain import funding as funding_rules
from app.domain import reliability as reliability_rules
from app.domain import together as together_rules
from app.domain.categories import WORDS
from app.domain.losses import LABELS
from app.issuing import kinds
from app.notifications import by_email, sending
from app.papers import delivery_note, funding_words, impact_words, share_words, words
from app.reports.together import figures as together_figures
from app.volunteering import signing_up
from app.web import all_pages
from app.web import notifications as notifications_page
from app.web.desk import compare, day_view, open_food, reliability, standing_alarms
from app.web.driver import drive
from app.web.language import Language, catalogue, language_of
from app.web.office import agreements, network, outlets, partners, people, regions
from app.web.public import card, cards
from app.web.receiver import arrivals, asked, needs
from app.web.rendering import environment
from app.web.reports import area, check, duplicates, impact, impact_charts, more_impact
from app.web.reports import funding as funding_pages

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "app" / "web" / "templates").glob("*.html"))
ARABIC = Language("ar")
COUNTED_IN_MESSAGES = set(notification_words.COUNTED.values()) | set(share_words.COUNTED)
COUNTED = ("n", "forms")  # what the templates call for a number of things
REFUSAL = re.compile(
    r"(?:refused|conflict|Refusal)\(\s*\"([a-z_]+)\"|WaslError\([^()]*?,\s*\"([a-z_]+)\",\s*\d{3}", re.DOTALL
)
NEVER_ON_A_PAGE = {
    # about one receiver: reasons of the plan, which have sentences of their own
    "category_differs", "temperature_class_not_accepted", "allergen_excluded", "dietary_flag_missing",
    "best_before_passed", "shelf_life_too_short",
}  # fmt: skip


def calls(name: str) -> Iterator[tuple[str, list[object]]]:
    """Every call of `t` or `n` in the templates with its constant arguments."""
    for path in TEMPLATES:
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == name:
                yield path.name, [each.value for each in call.args if isinstance(each, nodes.Const)]


def messages() -> set[str]:
    """Every sentence that a page may say in one number."""
    told = {str(constants[0]) for _, constants in calls("t") if constants}
    told |= {label for label, _, _ in day_view.COMPARED} | set(day_view.PHASES.values())
    told |= {label for label, _, _ in compare.FIGURES}
    told |= {*together_rules.ASSUMPTIONS, *together_rules.ASSUMPTIONS_OF_RECORDED}
    told |= set(together_figures.KIND_TITLES.values())
    told |= {
        *LABELS.values(),
        *impact_words.SENTENCES,
        impact_charts.LOWEST,
        impact_charts.MIDDLE,
        impact_charts.HIGHEST,
    }
    told |= {word for word, _, _ in impact.periods_of(date(2026, 11, 30))}
    told |= {area_totals.WITHHELD, area.MONTHS_NOTE, area.DRIVING_NOTE, area.REACHED_NOTE, area.OFFERED, area.REACHED}
    told |= {area.FACTORS_NOTE, areas.NOT_A_BOUNDARY, areas.TOO_MANY_POINTS}
    told |= {*together_rules.VARIANT_WORDS.values(), *(label for label, _ in together_figures.CHARTS.values())}
    told |= {word for claim, rows in together_figures.CLAIMS for word in (claim, *(label for label, _, _ in rows))}
    told |= {*duplicate_rules.ASSUMPTIONS, *duplicates.OUTCOME_WORDS.values(), *duplicates.MISFIT_WORDS.values()}
    told |= {*duplicates.NOT_READ.values(), *duplicates.GROUP_TITLES.values(), *duplicates.TITLES.values()}
    told |= {*additions.ASSUMPTIONS, *additions.WORDS.values(), *additions.KIND_WORDS.values()}
    told |= set(additions.CHART_WORDS.values())
    told |= {*additions.STANDING_WORDS.values(), *additions.LEFT_OUT_WORDS.values(), *more_impact.CHARTS.values()}
    told |= {*additions.PRICE_WORDS.values(), *more_impact.STATE_WORDS.values()}
    told |= {*alarms.SENTENCES.values(), *standing_alarms.SEVERITIES.values(), *standing_alarms.AUDIENCES.values()}
    told |= {*reliability_rules.SENTENCES.values(), *reliability.TROUBLES.values()}
    told |= set(agreements.PAYER_WORDS.values()) | set(partners.KIND_WORDS.values()) | set(people.ROLE_WORDS.values())
    told |= {*escalation.WORDS.values(), *asked.MARK_WORDS.values(), *asked.ASK_WORDS.values()}
    told |= {*open_food.OUTLET_WORDS.values(), *open_food.STATE_WORDS.values(), *open_food.ENDED_WORDS.values()}
    told |= set(open_food.HELD_WORDS.values())
    told |= {word for word, _ in arrivals.STANDING_WORDS.values()} | {needs.NOT_IN_THE_LIST}
    told |= {receiving.SAYS_OTHERWISE, receiving.SAYS_UNREPORTED, receiving.SAYS_CRATES}
    told |= set(outlets.KEPT_WORDS.values()) | set(all_pages.GROUPS) | share_words.SENTENCES
    told |= {words for group in all_pages.GROUPS.values() for each in group for words in (each.word, each.sentence)}
    told |= {each for words in network.LIMIT_WORDS.values() for each in words}
    told |= {*funding_rules.PURPOSE_WORDS.values(), *funding_rules.WHY_WORDS.values(), *funding_words.SENTENCES}
    told |= {words for _, words in funding_rules.DIVERSITY_WORDS} | set(funding_pages.DONE.values())
    told |= {*card.WISHES.values(), *cards.KINDS.values(), *cards.DONE.values()}
    told |= {no_shows.SENTENCE, drive.ONE_LANGUAGE}
    told |= {*van_page.SENTENCES.values(), *van_page.WORDS.values(), *van_page.KINDS.values()}
    told |= {words for words, _ in declines.REASONS.values()}
    told |= {*notification_words.SENTENCES.values(), *notification_words.TITLES.values()}
    told |= set(notification_words.SHORT.values())
    told |= {each.word for each in kinds.KINDS.values()} | {*check.WORDS.values(), check.NO_CODE, check.UNKNOWN}
    told |= {*delivery_note.HELD.values(), *delivery_note.HEADINGS, *words.REASONS.values()}
    told |= {each.words for each in notifications.SUBJECTS.values()} | set(notifications.CHANNEL_WORDS.values())
    told |= {*notifications_page.STATE_WORDS.values(), *notifications_page.TROUBLE_WORDS.values()}
    told |= set(notifications_page.DONE.values())
    told |= {by_email.GREETING, by_email.STOP, by_email.CHOOSE, sending.WHY}
    told |= {*regions.PHASES, *regions.PROFILE_WORDS.values(), "Waiting for its turn."}
    told |= {
        sentence
        for group in (
            reasons.UNSERVED,
            reasons.SAID_ON_THE_DAY,
            reasons.CHANGES,
            reasons.PROBLEMS,
            reasons.VIOLATIONS,
            reasons.EDITS,
            reasons.PRICES,
            whys.WHYS,
        )
        for each in group.values()
        for sentence in each
    }
    told |= {*volunteering.KIND_WORDS.values(), *volunteering.SKILL_WORDS.values(), signing_up.SPEAKS_FIRST}
    told |= {*volunteering.VEHICLE_WORDS.values(), *volunteering.PART_WORDS.values()}
    told |= set(WORDS.values()) | set(foods.TEMPERATURE_CLASSES) | set(foods.ALLERGENS)
    return told | {flag.replace("_", " ") for flag in foods.DIETARY_FLAGS}


def contradictions() -> set[str]:
    """What the fold of a driver's reports may object to, among themselves and with people's decisions."""
    text = Path(lifecycle.__file__).read_text() + Path(outcomes.__file__).read_text()
    found = set(re.findall(r"Contradiction\(\s*\"[a-z_]+\", \"([^\"]+)\"", text))
    return found | {f"Two different weights were reported as {kind}." for kind in ("collected", "delivered", "refused")}


def refusal_codes() -> set[str]:
    """The code of every refusal in the code."""
    sources = [path.read_text() for path in (ROOT / "app").rglob("*.py") if "demo" not in path.parts]
    found = {first or second for text in sources for first, second in REFUSAL.findall(text)}
    return found - NEVER_ON_A_PAGE


def arabic(text: str) -> str | None:
    found = catalogue("ar")
    assert found is not None
    message = found.get(text)
    return str(message.string) if message is not None and message.string else None


def gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("text", sorted(messages() | contradictions()))
def test_every_sentence_has_its_arabic_with_the_same_gaps(text: str) -> None:
    translated = arabic(text)
    assert translated is not None, f"no Arabic for: {text}"
    assert gaps(translated) == gaps(text)


@pytest.mark.parametrize("code", sorted(refusal_codes()))
def test_every_refusal_has_its_arabic(code: str) -> None:
    assert arabic(f"refusal:{code}") is not None


def test_every_phase_of_planning_has_its_words() -> None:
    sources = [*(ROOT / "routing").rglob("*.py"), ROOT / "app" / "planning" / "run.py"]
    said = re.compile(r"(?:report|Progress)\(\s*\"([a-z ,]+)\"|\"phase\": \"([a-z ]+)\"")
    phases = {first or second for path in sources for first, second in said.findall(path.read_text())}
    assert {"reading the day", "building routes", "comparing with the day alone"} <= phases
    assert {phase for phase in phases if phase.split()[0] not in day_view.PHASES} == {"waiting for the solver", "done"}


def test_a_change_is_told_in_the_readers_language_with_its_words() -> None:
    details = {"site": "Newport Food Bank", "kg": "40", "more": "11", "category": "bread_and_bakery"}
    told = ARABIC.reason("need", details)
    assert "<bdi>Newport Food Bank</bdi>" in told
    assert "الخبز والمخبوزات" in told
    times = ARABIC.reason("shift", {"vehicle": "White van", "kg": "40", "from": "06:30", "instead_of": "07:00"})
    assert not re.search("[a-z]{4,}", times.replace("bdi", "").replace("White van", ""))


def test_some_refusals_were_found_in_the_code() -> None:
    assert {"use_by_passed", "day_under_way", "no_route_yet", "window_inverted"} <= refusal_codes()


@pytest.mark.parametrize(
    "pair", sorted({tuple(map(str, told[:2])) for name in COUNTED for _, told in calls(name)} | COUNTED_IN_MESSAGES)
)
def test_every_number_of_things_has_all_six_arabic_forms(pair: tuple[str, str]) -> None:
    found = catalogue("ar")
    assert found is not None
    message = found.get(pair[0])
    assert message is not None, pair
    assert message.id == pair
    assert len(message.string) == 6
    assert all(message.string)


def constants_of_the_code() -> set[str]:
    """Every text that stands in the code as it is, such as the sentences of errors."""
    trees = (ast.parse(path.read_text()) for path in (ROOT / "app").rglob("*.py"))
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_nothing_in_the_catalogue_is_uncertain_or_left_over() -> None:
    found = catalogue("ar")
    assert found is not None
    said = (
        messages()
        | contradictions()
        | {str(told[0]) for name in COUNTED for _, told in calls(name)}
        | constants_of_the_code()
    )
    for message in found:
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[0]
            assert not message.fuzzy
            assert text in said or text.startswith("refusal:"), f"no page says: {text}"


@pytest.mark.parametrize(
    ("count", "spoken"),
    [(0, "لا محطات"), (1, "محطة واحدة"), (2, "محطتان"), (3, "3 محطات"), (10, "10 محطات"), (11, "11 محطة"),
     (99, "99 محطة"), (100, "100 محطة"), (103, "103 محطات")],
)  # fmt: skip
def test_arabic_counts_in_six_forms(count: int, spoken: str) -> None:
    assert ARABIC.n("{count} stop", "{count} stops", count) == spoken


@pytest.mark.parametrize(("count", "spoken"), [(0, "0 stops"), (1, "1 stop"), (2, "2 stops")])
def test_english_counts_in_two_forms(count: int, spoken: str) -> None:
    assert Language("en").n("{count} stop", "{count} stops", count) == spoken


@pytest.mark.parametrize(("grams", "shown"), [(62_500, "63"), (10_000, "10"), (9_940, "9.9"), (500, "0.5")])
def test_kilograms_have_no_decimals_from_ten_up_and_one_below(grams: int, shown: str) -> None:
    assert Language("en").kg(grams) == shown
    assert ARABIC.kg(grams) == shown


def test_the_digits_of_one_page_are_of_one_kind() -> None:
    from datetime import UTC, date, datetime
    from zoneinfo import ZoneInfo

    shown = [
        ARABIC.kg(1_234_500),
        ARABIC.km(12_345),
        ARABIC.day(date(2026, 11, 25)),
        ARABIC.clock(datetime(2026, 11, 25, 9, 5, tzinfo=UTC), ZoneInfo("Europe/London")),
        ARABIC.hours(12_345),
        str(ARABIC.n("{count} stop", "{count} stops", 15)),
    ]
    assert not re.search("[٠-٩۰-۹]", "".join(shown))
    assert all(re.search("[0-9]", each) for each in shown)


def test_a_name_is_isolated_and_never_markup() -> None:
    shown = ARABIC.t("{kg} kg for {name}, the van comes about {time}", kg="5", name="<script>x</script>", time="09:00")
    assert "<script>" not in shown
    assert "<bdi>&lt;script&gt;x&lt;/script&gt;</bdi>" in shown


def test_a_translation_is_text_and_never_markup() -> None:
    assert Language("en").t("<b>{name}</b>", name="Lidl") == "&lt;b&gt;<bdi>Lidl</bdi>&lt;/b&gt;"


def test_a_reason_is_told_in_the_readers_language_with_its_words() -> None:
    details = {"category": "frozen_food", "temperature_class": "frozen", "deliver_by": "17:00"}
    assert Language("en").reason("no_receiving_window_in_time", details) == (
        "No food bank can take <bdi>frozen food</bdi> before <bdi>17:00</bdi>."
    )
    told = ARABIC.reason("no_receiving_window_in_time", details)
    assert "الأطعمة المجمّدة" in told
    assert "<bdi>17:00</bdi>" in told
    assert not re.search("[a-z]{4,}", told.replace("bdi", ""))


def request(query: str = "", **headers: str) -> Request:
    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": raw})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (request(), "en"),
        (request(accept_language="ar-EG,ar;q=0.9,en;q=0.5"), "ar"),
        (request(accept_language="cy-GB,cy;q=0.9,ar;q=0.5"), "ar"),
        (request(accept_language="en;q=0.4, ar;q=0.8"), "ar"),
        (request(accept_language="ar;q=0, en;q=0.1"), "en"),
        (request(accept_language="ar;q=nonsense"), "ar"),
        (request(accept_language="fr-FR"), "en"),
        (request(cookie="wasl_language=ar", accept_language="en"), "ar"),
        (request("lang=en", cookie="wasl_language=ar", accept_language="ar"), "en"),
        (request("lang=xx", cookie="wasl_language=ar"), "ar"),
        (request("lang=../../etc"), "en"),
    ],
)
def test_the_language_is_what_was_asked_for_then_remembered_then_the_browsers(asked: Request, code: str) -> None:
    assert language_of(asked).code == code


def test_the_direction_follows_the_language() -> None:
    assert (Language("ar").direction, Language("en").direction) == ("rtl", "ltr")
