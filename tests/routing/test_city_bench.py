"""The bench of the city days measures each engine alike, ends what overstays, and lets no value in without its plan."""

import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from routing import Plan, Problem, ProblemError, plan_to_json, solve
from routing.bench import city, city_table
from routing.bench.city_figures import BadPlan, CityFigures, checked_figures
from routing.bench.city_records import PLANS, Record, plan_path, publish, read_best_known, read_plan
from routing.bench.city_run import Result, Run, one_run
from routing.instances.city import instance
from routing.instances.city_index import is_large, named, published, read_index
from tests.routing.builders import MORNING, a_lot, a_need, a_problem, a_shift

DAY = "city-S-scarce-1"


def a_result(
    engine: str, worth: float, kg: float, km: float, *, day: str = DAY, seed: int = 1, fill: float = 0.5
) -> Result:
    figures = CityFigures(kg, 1000.0, km, 2, fill, worth)
    return Result(Run(day, engine, 1.0, seed), "", "d", 1.0, 100.0, figures, ((0.5, round(worth * 100_000), 1, 1),))


@pytest.fixture(scope="module")
def problem() -> Problem:
    return instance(DAY)


@pytest.fixture(scope="module")
def plan(problem: Problem) -> Plan:
    return solve(problem, engine="or-tools", seconds=1)


def written(plan: Plan, folder: Path, worth: float, day: str = DAY) -> Result:
    path = folder / "plan.json.gz"
    path.write_bytes(gzip.compress(json.dumps(plan_to_json(plan)).encode()))
    result = a_result("or-tools", worth, 1.0, 1.0, day=day)
    return replace(result, run=replace(result.run, plan=str(path)))


def test_the_figures_of_a_plan_are_those_that_can_be_added_up_by_hand() -> None:
    lots = [a_lot("bread", value_per_kg=200), a_lot("more bread", window=MORNING)]
    day = a_problem(lots, [a_need(grams=160_000)], [a_shift(cents_per_km=100, cents_per_hour=0, cents_per_use=2000)])
    figures = checked_figures(day, solve(day, engine="or-tools", seconds=1))
    assert (figures.kg, figures.kg_offered, figures.km, figures.vehicles) == (80.0, 80.0, 10.0, 1)
    assert figures.lowest_fill == 1.0  # all that could come to it
    fairness = 80 * 0.35 * 1.2 + 80 * 0.30 * 0.6
    assert figures.worth == pytest.approx(80 * 2.0 + fairness - 10 * 1.0 - 20.0)


def test_a_plan_that_does_not_stand_has_no_figures(problem: Problem, plan: Plan) -> None:
    with pytest.raises(BadPlan, match="every_gram"):
        checked_figures(problem, replace(plan, unserved=()))
    with pytest.raises(BadPlan, match="what it is worth"):
        checked_figures(problem, replace(plan, tiers=None))


def test_engines_take_turns_on_every_day_and_seed() -> None:
    runs: list[Run] = []

    def start(run: Run) -> Result:
        runs.append(run)
        return Result(run)

    city.run([DAY, "newport-plentiful-1"], ["joint", "or-tools:2"], 3.0, [1, 2], start=start)
    assert [(run.instance, run.seed, run.label) for run in runs] == [
        (DAY, 1, "joint"),
        (DAY, 1, "or-tools:2"),
        (DAY, 2, "or-tools:2"),
        (DAY, 2, "joint"),
        ("newport-plentiful-1", 1, "joint"),
        ("newport-plentiful-1", 1, "or-tools:2"),
        ("newport-plentiful-1", 2, "or-tools:2"),
        ("newport-plentiful-1", 2, "joint"),
    ]


def test_a_family_means_all_its_published_days() -> None:
    assert named(["city-S-scarce", "city-M-scarce-9"]) == [
        *(f"city-S-scarce-{n}" for n in range(1, 6)),
        "city-M-scarce-9",
    ]


@pytest.mark.parametrize(("names", "engines"), [(["city-S"], ["joint"]), ([DAY], ["best"]), ([DAY], ["joint:0"])])
def test_nothing_runs_with_a_name_that_does_not_exist(names: list[str], engines: list[str]) -> None:
    with pytest.raises(ProblemError, match="is no"):
        city.run(names, engines, start=lambda run: pytest.fail("it ran"))


def test_a_cell_is_the_median_and_the_worst() -> None:
    results = [
        a_result("joint", worth, 100.0, km, seed=seed) for seed, worth, km in ((1, 10, 5), (2, 20, 6), (3, 40, 9))
    ]
    row = city_table.figures_table(results).splitlines()[2].split(" | ")
    assert row[:5] == ["| city-S-scarce", "joint", "3/3", "20 (10)", "100"]
    assert row[7] == "6 (9)"  # fewer kilometres are better


def test_ratios_pair_runs_of_the_same_day_and_seed() -> None:
    results = [
        a_result("or-tools", 100.0, 100.0, 100.0, seed=1),
        a_result("or-tools", 200.0, 100.0, 50.0, seed=2),
        a_result("joint", 200.0, 100.0, 80.0, seed=2),
        a_result("joint", 400.0, 100.0, 25.0, seed=1),
        a_result("joint", 999.0, 999.0, 999.0, seed=3),
    ]
    both = city_table.pairs([each for each in results if each.run.engine == "joint"], results, "or-tools")
    assert sorted(city_table.ratios(both, city_table.WORTH)) == [1.0, 4.0]
    assert city_table.ratio_cell([1.0, 4.0], city_table.WORTH) == "2.000, 2.500 (1.000; 2)"
    assert city_table.ratio_cell([0.25, 1.6], city_table.KM) == "0.632, 0.925 (1.600; 2)"
    assert "| city-S-scarce | joint / or-tools |" in city_table.ratios_table(results, "or-tools")


def test_neither_faults_nor_zeros_enter_a_ratio() -> None:
    good = a_result("or-tools", 100.0, 100.0, 100.0, fill=0.0)
    bad = replace(a_result("joint", 100.0, 100.0, 100.0), fault="drives_take_their_time: A drive is too short.")
    assert city_table.pairs([bad], [good, bad], "or-tools") == []
    assert city_table.ratios([(good, good)], city_table.LOWEST_FILL) == []
    assert city_table.faults([good, bad]) == f"- {DAY}, joint, seed 1: {bad.fault}"
    assert "1/1" in city_table.figures_table([good])
    assert "0/1" in city_table.figures_table([bad])


def test_the_time_to_the_baselines_worth_is_read_from_the_steps() -> None:
    slow, fast = a_result("joint", 100.0, 1.0, 1.0), a_result("joint", 120.0, 1.0, 1.0)
    slow = replace(slow, steps=((1.0, 50, 1, 1), (8.0, 100, 1, 1)))
    fast = replace(fast, steps=((1.0, 60, 1, 1), (4.0, 110, 1, 1), (9.0, 120, 1, 1)))
    assert city_table.times([(fast, slow)]) == [0.5]
    assert city_table.times([(slow, fast)]) == []  # never got there


def test_the_tightest_bound_counts_for_every_engine() -> None:
    loose, tight = a_result("or-tools", 1.0, 90.0, 1.0), a_result("joint", 1.0, 95.0, 1.0)
    assert loose.figures is not None
    assert tight.figures is not None
    loose = replace(loose, figures=replace(loose.figures, bound_kg=200.0))
    tight = replace(tight, figures=replace(tight.figures, bound_kg=100.0))
    rows = city_table.figures_table([loose, tight]).splitlines()[2:]
    assert [row.split(" | ")[6] for row in rows] == ["90.0", "95.0"]


def test_results_survive_json_and_the_page_says_what_they_were_measured_on() -> None:
    bench = city.Bench(
        "a machine", "2026-11-24", (a_result("joint", 2.0, 1.0, 1.0), a_result("or-tools", 1.0, 1.0, 1.0))
    )
    again = city.Bench.from_plain(json.loads(json.dumps(bench.to_plain())))
    assert again == bench
    page = again.markdown("or-tools")
    assert page.startswith("2026-11-24; a machine.")
    assert "2.000 (1)" in page
    assert "invented" in page


def test_a_run_in_its_own_process_is_timed_and_checked(tmp_path: Path) -> None:
    result = one_run(Run(DAY, "or-tools", 1.0, 1, plan=str(tmp_path / "plan.json.gz")))
    assert result.fault == ""
    assert result.figures is not None
    assert result.figures.kg > 0
    assert 0 < (result.first_plan_seconds or 0) <= (result.elapsed_seconds or 0)
    assert (result.peak_mib or 0) > 20
    assert read_plan(tmp_path / "plan.json.gz").problem_digest == result.digest


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("import time; print('{\"ready\": true}', flush=True); time.sleep(600)", "was killed without an answer"),
        ("import sys; sys.exit('no such thing')", "was not ready. no such thing"),
        ('print(\'{"ready": true}\'); print(\'{"solved": 1, "peak_mib": 5}\'); print(\'{"refused": "bad"}\')', "bad"),
    ],
)
def test_a_run_that_overstays_or_fails_is_a_fault(script: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.bench.city_run.GRACE_SECONDS", 1.0)
    result = one_run(Run(DAY, "or-tools", 0.1, 1), command=(sys.executable, "-c", script))
    assert fault in result.fault
    assert result.figures is None


def test_a_better_plan_enters_the_list_with_figures_of_our_own(problem: Problem, plan: Plan, tmp_path: Path) -> None:
    best, plans = tmp_path / "best.csv", tmp_path / "plans"
    (record,) = publish([written(plan, tmp_path, worth=10**9)], "2026-11-24", best, plans)
    figures = checked_figures(problem, plan)
    assert (record.worth, record.kg) == (round(figures.worth or 0, 2), figures.kg)  # not what the result claims
    assert read_best_known(best) == {DAY: record}
    assert read_plan(plan_path(DAY, plans)) == plan


def test_a_plan_that_is_no_better_leaves_the_list_as_it_is(plan: Plan, tmp_path: Path) -> None:
    best, plans = tmp_path / "best.csv", tmp_path / "plans"
    publish([written(plan, tmp_path, worth=1.0)], "2026-11-24", best, plans)
    before = best.read_text()
    assert publish([written(plan, tmp_path, worth=2.0)], "2026-11-25", best, plans) == []
    assert best.read_text() == before


@pytest.mark.parametrize("day", [DAY, "city-S-scarce-2"])
def test_a_plan_that_does_not_stand_enters_nothing(plan: Plan, tmp_path: Path, day: str) -> None:
    wrong = replace(plan, routes=plan.routes[1:]) if day == DAY else plan  # damaged, or of another day
    with pytest.raises(BadPlan):
        publish([written(wrong, tmp_path, 1.0, day)], "2026-11-24", tmp_path / "best.csv", tmp_path / "plans")
    assert not (tmp_path / "best.csv").exists()


def test_every_best_known_value_is_for_the_published_day() -> None:
    listed = read_index()
    records = read_best_known()
    assert [name for name, record in records.items() if record.digest != listed[name].digest] == []
    assert set(records) <= set(published())


@pytest.mark.parametrize(
    "record",
    [each for each in read_best_known().values() if not is_large(each.instance)],
    ids=lambda each: each.instance,
)
def test_the_plan_behind_a_best_known_value_stands_and_is_worth_it(record: Record) -> None:
    figures = checked_figures(instance(record.instance), read_plan(plan_path(record.instance, PLANS)))
    assert round(figures.worth or 0, 2) == record.worth
    assert (round(figures.kg, 3), round(figures.km, 3)) == (record.kg, record.km)


def test_the_commands_write_a_day_and_refuse_a_wrong_name_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert city.main(["instance", DAY, str(tmp_path / "day.json")]) == 0
    assert read_index()[DAY].digest in capsys.readouterr().out
    assert city.main(["instance", "city-XS-scarce-1", str(tmp_path / "x.json")]) == 1
    assert capsys.readouterr().err.startswith("routing: name: city-XS-scarce-1 is no instance")
