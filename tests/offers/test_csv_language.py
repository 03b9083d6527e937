"""What does not fit a file of offers is said in the language of whoever sent it, every sentence of it."""

import ast
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.kit.language import PlainLanguage, catalogue
from app.offers.csv_reader import KnownSite, Reading
from app.offers.csv_words import CODES, code_of, known_words
from tests.conftest import ROOT
from tests.offers.test_csv import send
from tests.offers.test_csv_reader import HEADER, SOURCES, STORE, a_file, read
from tests.service_client import ServiceClient

ARABIC = PlainLanguage("ar")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE_OF = {"unfit": 3, "_Unfit": 2, "Unreadable": 1}


def sentences() -> Iterator[str]:
    """Every sentence that stands in the reader of files: given to a fault, or kept in `sentence` until then."""
    for path in (ROOT / "app" / "offers" / name for name in SOURCES):
        for node in ast.walk(ast.parse(path.read_text())):
            said: ast.AST | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SENTENCE_OF:
                place = SENTENCE_OF[node.func.id]
                said = node.args[place] if len(node.args) > place else None
            elif isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["sentence"]:
                said = node.value
            assert not isinstance(said, ast.JoinedStr), ast.unparse(said)  # nobody could translate it
            if isinstance(said, ast.Constant):
                yield str(said.value)


def gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_sentence_has_its_arabic_with_the_same_gaps(sentence: str) -> None:
    found = catalogue("ar")
    assert found is not None
    message = found.get(sentence)
    assert message is not None, f"no Arabic for: {sentence}"
    assert gaps(str(message.string)) == gaps(sentence)


def test_many_sentences_were_found() -> None:
    assert len(set(sentences())) > 30


def told(reading: Reading) -> list[str]:
    return [ARABIC.refusal(fault.error) for fault in reading.faults]


HEAD = ",".join(HEADER)
TWIN = (STORE, KnownSite(UUID("00000000-0000-4000-8000-000000000003"), STORE.name))
MARKED = {"day": "11/28/2026", "date_mark": "best_before", "mark_date": "12/01/2026"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HEAD.encode(),
        "\n".join([HEAD, *["2026-11-28,08:00,12:00,drinks,Tea,1"] * 2001]),
        a_file(*[{}] * 41),
        a_file(*({"offer": str(number)} for number in range(201))),
        a_file({}).encode() + b'2026-11-28,"08:00,12:00',
        "day,pickup_from,pickup_until;category,description,kg\n",
        "day,pickup_from,pickup_until,category,description\n",
        a_file({}, header=[*HEADER, "kg"]).replace("kg\r", "الوزن\r"),
        a_file({}) + "2026-11-28,08:00,12:00,drinks,Tea\r\n2026-11-28;08:00;12:00;drinks;Tea;5\r\n",
        a_file({"description": "x" * 3000}),
        a_file({"description": "a\x00b"}),
        a_file({"description": "=1"}),
        *(a_file({column: "dust"}) for column in CODES),
        a_file({"offer": "A"}, {"offer": "A", "pickup_from": "09:00"}),
        a_file({"site": "Aldi"}),
        a_file({"day": ""}),
        *(a_file({"pickup_from": time}) for time in ("", "2026-11-28", "noon", "13:00 PM", "25:00")),
        *(a_file({"day": day}) for day in ("soon", "28/11/26", "31/02/2026", "0001-01-01")),
        a_file({"day": "28/11/2026"}, {"day": "11/28/2026"}),
        a_file({"day": "11/28/2026"}, {"day": "05/06/2027"}),
        a_file(MARKED),
        *(a_file({"kg": kg}) for kg in ("1,250", "ten", "0", "")),
        a_file({"crates": "1.5"}),
        a_file({"crates": "3000"}),
        a_file({"note": "x" * 301}),
        a_file({"gtin": "123"}),
    ],
)
def test_every_fault_of_a_file_is_said_in_arabic(body: bytes | str) -> None:
    said = told(read(body))
    assert said
    for sentence in said:
        assert LATIN_WORD.search(sentence.replace("CSV UTF-8", "")) is None, sentence
        assert "{" not in sentence


def test_what_stands_in_the_gaps_keeps_its_own_direction() -> None:
    assert "\u20681.250\u2069" in told(read(a_file({"kg": "1,250"})))[0]
    assert "\u20682026-11-28\u2069" in told(read(a_file({"day": "soon"})))[0]
    [unknown] = told(read(a_file({"milk": "x"})))  # as the file has it, though there is a word for milk
    assert "«\u2068milk\u2069»" in unknown
    [missing] = told(read("day,pickup_from,pickup_until,category,description\n"))
    assert "«\u2068الوزن كغ\u2069»" in missing


def test_a_row_that_could_mean_two_sites_is_said_in_arabic() -> None:
    reading = read(a_file({"site": STORE.name}), TWIN)
    assert [fault.code for fault in reading.faults] == ["csv_site_unclear"]
    assert LATIN_WORD.search(told(reading)[0]) is None


@pytest.mark.parametrize("column", CODES)
def test_every_word_that_is_proposed_is_one_that_is_read(column: str) -> None:
    known = known_words(column)
    proposed = [*str(known).split(", "), *known.in_language("ar").split("، ")]
    assert {code_of(column, word) for word in proposed} == set(CODES[column].values())


def test_a_preview_and_a_refusal_speak_the_language_that_was_asked_for(
    till: ServiceClient, store: dict[str, Any]
) -> None:
    text = a_file({"site": "Lidl, Cardiff Road", "kg": "1,250"}, {"site": "Aldi"})
    arabic = {"Accept-Language": "ar-EG,en;q=0.5"}
    seen, refused = (send(till, text, path, **arabic) for path in ("/offers/csv/preview", "/offers/csv"))
    assert [each.headers["Content-Language"] for each in (seen, refused)] == ["ar", "ar"]
    said = [error["detail"] for error in seen.json()["errors"]]
    assert said == [error["detail"] for error in refused.json()["errors"]]
    assert "\u20682\u2069" in refused.json()["detail"]  # so many places
    for sentence in (*said, refused.json()["title"], refused.json()["detail"]):
        assert LATIN_WORD.search(sentence) is None, sentence
    plain = send(till, text, "/offers/csv/preview")
    assert plain.headers["Content-Language"] == "en"
    assert plain.json()["errors"][0]["detail"] == (
        "This could be 1.250 kg or 1250 kg. Write it with a point, or without a sign."
    )
    same = ("row", "column", "pointer", "code")
    assert [[error[name] for name in same] for error in plain.json()["errors"]] == [
        [error[name] for name in same] for error in seen.json()["errors"]
    ]


def test_the_rule_books_refusals_of_a_row_are_said_in_arabic_too(till: ServiceClient, store: dict[str, Any]) -> None:
    text = a_file({"site": store["name"], "category": "frozen_food"})
    [error] = send(till, text, "/offers/csv/preview", **{"Accept-Language": "ar"}).json()["errors"]
    assert (error["pointer"], error["code"]) == ("/rows/2/temperature_class", "temperature_class_unfit")
    assert LATIN_WORD.search(error["detail"]) is None
