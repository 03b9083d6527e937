"""A phone loses no report, whatever its connection does, and sends nothing that was acknowledged."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.simulation.phone import MOST_AT_ONCE, Phone

MORNING = datetime(2026, 6, 1, 8, tzinfo=UTC)


def reports(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "occurred_at": ""} for number in range(count)]


@given(
    seed=st.integers(0, 999),
    count=st.integers(1, 60),
    offline=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    lost=st.floats(0, 0.9),
)
def test_every_report_arrives_whatever_gets_lost(seed: int, count: int, offline: tuple[int, int], lost: float) -> None:
    gone, length = offline
    dark = (MORNING + timedelta(minutes=gone), MORNING + timedelta(minutes=gone + length))
    phone, chance, arrived = Phone(Random(seed), (dark,)), Random(seed), list[str]()
    for number, report in enumerate(reports(count)):
        now = MORNING + timedelta(minutes=5 * number)
        phone.keep(report, now)
        for batch in phone.batches(now):
            assert phone.online(now)
            assert len(batch) <= MOST_AT_ONCE
            arrived += [each["id"] for each in batch]
            if chance.random() >= lost:
                phone.acknowledged({each["id"] for each in batch})
    phone.offline = ()
    while phone.waiting:
        for batch in phone.batches(MORNING + timedelta(days=1)):
            arrived += [each["id"] for each in batch]
            phone.acknowledged({each["id"] for each in batch})
    assert set(arrived) == {str(number) for number in range(count)}


def test_without_a_connection_it_sends_nothing_and_afterwards_all_of_it_shuffled_and_partly_twice() -> None:
    phone = Phone(Random(1), ((MORNING, MORNING + timedelta(hours=2)),))
    for report in reports(30):
        phone.keep(report, MORNING)
    assert phone.batches(MORNING + timedelta(hours=1)) == []
    sent = [each["id"] for batch in phone.batches(MORNING + timedelta(hours=3)) for each in batch]
    assert set(sent) == {each["id"] for each in reports(30)}
    assert len(sent) > 30
    assert sent[:30] != [each["id"] for each in reports(30)]


def test_with_a_connection_reports_go_out_in_order_and_once() -> None:
    phone = Phone(Random(1))
    for report in reports(5):
        phone.keep(report, MORNING)
    assert [[each["id"] for each in batch] for batch in phone.batches(MORNING)] == [["0", "1", "2", "3", "4"]]


def test_it_writes_down_the_time_of_its_own_clock() -> None:
    phone = Phone(Random(1), clock_off=timedelta(hours=-3))
    phone.keep(reports(1)[0], MORNING)
    assert datetime.fromisoformat(phone.waiting[0]["occurred_at"]) == MORNING - timedelta(hours=3)
