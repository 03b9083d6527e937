"""Every kind of message that the code announces is registered with its data, and the docs show that very table."""

import ast
import re
from collections.abc import Iterator

from app.domain.outbox_kinds import KINDS, known, table, wanted
from app.domain.permissions import Action
from tests.conftest import ROOT

# The kinds that one call announces in a loop, by name of its variable.
LOOPED = {"app/driving/telling.py": {"food.collected", "food.delivered", "food.refused"}}


def announcements() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `announce` in the service, with its file."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "announce":
                yield str(path.relative_to(ROOT)), node


def kinds_of(file: str, call: ast.Call) -> set[str]:
    kind = call.args[3]
    if isinstance(kind, ast.Constant):
        return {str(kind.value)}
    if isinstance(kind, ast.IfExp):
        return {str(each.value) for each in (kind.body, kind.orelse) if isinstance(each, ast.Constant)}
    return LOOPED.get(file, set())


FAMILIES = "|".join(sorted({kind.partition(".")[0] for kind in KINDS}))
WRITTEN = re.compile(rf"(?:{FAMILIES})\.(?!(?:js|html|css|json|md|py|svg|npy|csv)$)[a-z_]+")


def test_what_is_announced_is_registered() -> None:
    found = [(file, kind) for file, call in announcements() for kind in kinds_of(file, call)]
    assert len(found) > 10
    assert [(file, kind) for file, kind in found if kind not in KINDS] == []


def test_every_text_in_the_code_that_reads_like_a_kind_is_one() -> None:
    """What is handed on to `announce` by another function is found here, wherever it is written down."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) else None
            a_column = isinstance(text, str) and text.endswith(".id")
            if isinstance(text, str) and WRITTEN.fullmatch(text) and not a_column and text not in set(Action):
                assert text in KINDS, (path, text)


def test_no_announcement_has_data_or_a_subject_that_the_registry_does_not_know() -> None:
    for file, call in announcements():
        given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        for kind in kinds_of(file, call):
            assert given <= set(KINDS[kind].data), (file, kind, given - set(KINDS[kind].data))
            subject = call.args[4]
            if isinstance(subject, ast.Tuple) and isinstance(subject.elts[0], ast.Constant):
                assert subject.elts[0].value == KINDS[kind].subject, (file, kind)


def test_the_docs_show_the_registry() -> None:
    told = (ROOT / "docs" / "webhooks.md").read_text()
    shown = re.search(r"<!-- kinds -->\n(.*)\n<!-- /kinds -->", told, re.DOTALL)
    assert shown is not None
    assert shown[1] == table(), "write app.domain.outbox_kinds.table() between the two comments"


def test_a_family_is_wanted_and_known_as_a_whole() -> None:
    assert wanted([], "food.delivered")
    assert wanted(["food.*"], "food.delivered")
    assert not wanted(["food.*"], "stop.arrived")
    assert known("food.*")
    assert not known("foo.*")
    assert not known("food.eaten")
