"""What the office looks at in the evening."""

from datetime import date

from app.simulation.dispatcher import otherwise_on_the_vans

DAY = date(2026, 6, 1)


def test_what_is_listed_and_on_the_vans_alike_is_no_fault_and_one_gram_is_one() -> None:
    assert otherwise_on_the_vans(DAY, {"milk": 9_000, "bread": 0}, {"milk": 9_000, "rice": 0}) == []
    assert otherwise_on_the_vans(DAY, {"milk": 9_000}, {"milk": 8_999, "rice": 5}) == [
        "Offer line milk on 2026-06-01: 9000 g are listed as left over, and 8999 g are on the vans.",
        "Offer line rice on 2026-06-01: 0 g are listed as left over, and 5 g are on the vans.",
    ]
