"""The page about partners shows the field table that the code has."""

from app.domain.lifecycle import PARTNERSHIP_MOVES
from app.domain.opening import ACCESS
from app.domain.partnerships import COST_SHARING, SIDES
from app.domain.permissions import Relation
from app.partners.field_page import BEGIN, END, PAGE, with_table
from tests.conftest import ROOT


def test_the_field_table_in_the_documents_is_the_one_in_the_code() -> None:
    page = PAGE.read_text()
    assert BEGIN in page
    assert END in page
    assert page == with_table(page), "write it again: python -m app.partners.field_page"


def test_the_words_of_partnerships_and_sites_are_in_the_glossary() -> None:
    told = (ROOT / "docs" / "glossary.md").read_text()
    words = (*PARTNERSHIP_MOVES, *SIDES, *COST_SHARING, *ACCESS, *Relation)
    assert [word for word in words if f"`{word}`" not in told] == []
