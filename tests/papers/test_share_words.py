"""Why a partner pays what it pays: a group that would leave is named, and where it is large, counted."""

from datetime import date
from uuid import uuid4

import pytest

from app.papers.share_words import MOST_NAMED, why_of
from app.sharing.schemas import CostShareOut, NearestOut


def a_share(partners: int, saves_by_staying: int) -> CostShareOut:
    names = ["Pantry", *(f"Bank {number}" for number in range(1, partners))]
    return CostShareOut(
        service_date=date(2026, 6, 1), kind="planned", number=1, organisation_id=uuid4(), organisation="Pantry",
        left_out=None, standing="core",
        share=400, alone=700, alone_vans="own", saved=300, adds=410, adds_error=None, own_vans=0, balance=400,
        kg=12_000, planned_kg=None, vans_not_reported=0,
        nearest=NearestOut(partners=names, saves_by_staying=saves_by_staying),
    )  # fmt: skip


@pytest.mark.parametrize(("saves", "says"), [(120, "more"), (-120, "less")])
def test_a_small_group_is_named_and_a_large_one_counted(saves: int, says: str) -> None:
    def last(partners: int) -> str:
        text, words = why_of(a_share(partners, saves), lambda cents: f"{cents / 100:.2f} GBP", ", ".join)[-1]
        return text.format(**words)

    assert f"Pantry, Bank 1 would pay 1.20 GBP {says}" in last(2)
    assert f"Bank {MOST_NAMED - 1}" in last(MOST_NAMED)
    many = last(MOST_NAMED + 8)
    assert f"Pantry and {MOST_NAMED + 7} others" in many
    assert f"1.20 GBP {says} together" in many
    assert "Bank 2" not in many
