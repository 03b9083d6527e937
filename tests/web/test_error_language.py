"""Errors of the API speak the language that was asked for: every misfit, every refusal, every noun."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.units import UnitError, grams_from_kg
from app.kit.bulk import prefixed
from app.kit.errors import invalid_request
from app.kit.misfits import SENTENCES, field_error
from app.web.language import Language, catalogue
from tests.conftest import ROOT
from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer

ARABIC = {"Accept-Language": "ar"}
LATIN_WORD = re.compile(r"[A-Za-z]{3,}")


def arabic(text: str) -> str | None:
    found = catalogue("ar")
    assert found is not None
    message = found.get(text)
    return str(message.string) if message is not None and message.string else None


def calls_of(name: str, argument: int, *files: Path) -> Iterator[str]:
    """The constant text at a place of every call of a function in the code."""
    for path in files or tuple((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                given = node.args[argument] if len(node.args) > argument else None
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield given.value


@pytest.mark.parametrize("sentence", sorted(set(SENTENCES.values())))
def test_every_misfit_has_its_arabic_with_the_same_gaps(sentence: str) -> None:
    said = arabic(sentence)
    assert said is not None
    assert sorted(re.findall(r"\{(\w+)\}", said)) == sorted(re.findall(r"\{(\w+)\}", sentence))


def test_every_noun_that_may_be_missing_has_its_arabic() -> None:
    nouns = set(calls_of("not_found", 0))
    assert {"offer", "site", "plan"} <= nouns
    assert [noun for noun in sorted(nouns) if arabic(noun) is None] == []


def test_every_sentence_of_a_validator_has_its_arabic() -> None:
    files = [
        *(ROOT / "app").rglob("*schemas.py"),
        ROOT / "app" / "kit" / "wire.py",
        ROOT / "app" / "offers" / "text.py",
    ]
    said = set(calls_of("ValueError", 0, *files)) | set(calls_of("UnitError", 0))
    said |= set(calls_of("PydanticCustomError", 1, *files))
    assert len(said) > 5
    spoken = {sentence for sentence in said if "{" not in sentence}
    assert [sentence for sentence in sorted(spoken) if arabic(sentence) is None] == []


def test_every_sentence_about_who_may_has_its_arabic() -> None:
    said = set(calls_of("forbidden", 0)) | set(calls_of("not_signed_in", 0))
    assert [sentence for sentence in sorted(said) if arabic(sentence) is None] == []


def test_every_title_has_its_arabic() -> None:
    titles = set(calls_of("WaslError", 3)) | {"Something went wrong"}
    assert [title for title in sorted(titles) if arabic(title) is None] == []


@pytest.fixture
def store(network: ServiceClient) -> dict[str, Any]:
    return network.site(LIDL_CARDIFF_ROAD, "Lidl")


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"kg": "0"}, "/lines/0/kg"),
        ({"kg": 3}, "/lines/0/kg"),
        ({"crates": -1}, "/lines/0/crates"),
        ({"description": ""}, "/lines/0/description"),
        ({"colour": "green"}, "/lines/0/colour"),
        ({"date_mark": "use_by"}, "/lines/0/mark_date"),
    ],
)
def test_what_does_not_fit_is_said_in_arabic(
    network: ServiceClient, store: dict[str, Any], line: dict[str, Any], pointer: str
) -> None:
    answer = network.post("/offers", an_offer(store, a_line(**line)), **ARABIC)
    problem = answer.json()
    assert (answer.status_code, answer.headers["Content-Language"]) == (422, "ar")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    for text in (problem["title"], problem["detail"], problem["errors"][0]["detail"]):
        assert LATIN_WORD.search(text) is None, text
    english = network.post("/offers", an_offer(store, a_line(**line)))
    assert english.headers["Content-Language"] == "en"
    assert english.json()["code"] == problem["code"]
    assert LATIN_WORD.search(english.json()["detail"])


def test_a_name_within_an_arabic_sentence_keeps_its_own_direction(network: ServiceClient) -> None:
    missing = network.http.get("/offers/00000000-0000-4000-8000-000000000000", headers=ARABIC).json()
    assert missing["detail"] == "لا وجود لما طلبته: \u2068عرض\u2069."


def test_an_error_of_one_item_among_many_is_said_in_arabic_too() -> None:
    misfit = field_error({"type": "greater_than", "loc": ("crates",), "msg": "", "ctx": {"gt": 0}})
    told = Language("ar").told(prefixed(invalid_request([misfit]), "/offers/3"))
    assert [(each.pointer, each.detail) for each in told.errors] == [("/offers/3/crates", told.detail)]
    assert "\u20680\u2069" in told.detail
    assert LATIN_WORD.search(told.detail) is None


def test_an_address_without_anything_and_a_wrong_method_speak_arabic_too(network: ServiceClient) -> None:
    for method, path in (("GET", "/nothing"), ("DELETE", "/offers")):
        problem = network.http.request(method, path, headers=ARABIC).json()
        assert LATIN_WORD.search(problem["detail"]) is None


def test_words_that_a_sentence_lacks_leave_no_braces() -> None:
    assert "{" not in Language("ar")._with_words("وقت ({time}) آخر", {})


@pytest.mark.parametrize("written", ["", "ten", "1.2345", "0", "900000", "-3", "NaN"])
def test_every_way_to_write_a_weight_wrongly_has_its_arabic(written: str) -> None:
    with pytest.raises(UnitError) as refusal:
        grams_from_kg(written)
    assert arabic(refusal.value.sentence) is not None
