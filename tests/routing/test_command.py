"""`python -m routing`, as somebody who has just found it would use it."""

import gzip
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from routing import News, check, news_to_json, plan_from_json, plan_to_json, problem_from_json, problem_to_json, solve
from routing.instances.formats import read_pairs
from routing.instances.pairs import check_routes
from routing.instances.route_list import routes_from_text
from routing.schema import SCHEMAS, schema_text
from tests.conftest import ROOT
from tests.routing.builders import a_city

HERE = Path(__file__).parent / "instances"
SIX, FIVE = HERE / "six_pairs.txt", HERE / "five_streets.txt"
PUBLIC = [(SIX, "li-lim"), (FIVE, "sartori-buriol")]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "routing", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)


@pytest.mark.parametrize(("path", "form"), PUBLIC)
def test_a_public_instance_is_solved_and_its_routes_are_checked(path: Path, form: str, tmp_path: Path) -> None:
    routes = tmp_path / "routes.txt"
    done = run("solve", str(path), "--format", form, "--iterations", "500", "--output", str(routes))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ vehicles, distance \d+\.\d\d, \d+\.\d s\n", done.stdout)
    assert check_routes(read_pairs(path), routes_from_text(routes.read_text())) == []
    good = run("check", str(path), str(routes), "--format", form)
    assert good.returncode == 0
    assert good.stdout.startswith("No violation: ")
    lines = routes.read_text().splitlines()
    routes.write_text("\n".join([*lines[:5], f"Route 1 : {lines[5].split(':')[1].split()[0]}"]))
    bad = run("check", str(path), str(routes), "--format", form)
    assert bad.returncode == 1
    assert "is not visited." in bad.stdout


def test_routes_go_to_standard_output_where_no_file_is_named(tmp_path: Path) -> None:
    packed = tmp_path / "six_pairs.txt.gz"
    packed.write_bytes(gzip.compress(SIX.read_bytes()))
    words = ["--format", "li-lim", "--objective", "distance", "--seed", "3", "--iterations", "300"]
    first, second = run("solve", str(packed), *words), run("solve", str(SIX), *words)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("Instance name : six_pairs\n")
    assert check_routes(read_pairs(SIX), routes_from_text(first.stdout)) == []
    assert first.stdout == second.stdout  # the same seed and number of steps


@pytest.mark.parametrize(("path", "form"), PUBLIC)
def test_the_time_limit_is_that_of_the_whole_command(path: Path, form: str, tmp_path: Path) -> None:
    done = run("solve", str(path), "--format", form, "--time-limit", "1", "--output", str(tmp_path / "routes.txt"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "routes.txt").exists()


def test_a_public_file_that_cannot_be_used_is_one_sentence_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text(SIX.read_text().replace("40\t80\t11", "40\t80\televen"))
    for path, form, said in [
        (broken, "li-lim", "line 3: 'eleven' should be a whole number."),
        (SIX, "sartori-buriol", "line 1: "),
        (FIVE, "li-lim", "line 1: "),
        (tmp_path / "nowhere.txt", "li-lim", "cannot be read: No such file or directory."),
    ]:
        done = run("solve", str(path), "--format", form, "--time-limit", "1")
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_an_instance_that_no_fleet_can_serve_is_one_sentence_and_no_file(tmp_path: Path) -> None:
    alone, output = tmp_path / "alone.txt", tmp_path / "routes.txt"
    alone.write_text(SIX.read_text().replace("4\t30\t1", "1\t30\t1"))
    done = run("solve", str(alone), "--format", "li-lim", "--time-limit", "1", "--output", str(output))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert not output.exists()


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    where = tmp_path / "no" / "such" / "folder.txt"
    done = run("solve", str(FIVE), "--format", "sartori-buriol", "--iterations", "10", "--output", str(where))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("engine", ["joint", "two-phase", "or-tools"])
def test_a_day_is_solved_with_the_engine_that_is_named(engine: str, tmp_path: Path) -> None:
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(problem_to_json(a_city(3))))
    done = run("solve", str(problem), "--engine", engine, "--time-limit", "2", "--output", str(plan))
    assert done.returncode == 0, done.stderr
    assert re.match(r"\d+ vehicles, [\d.]+ km, [\d.]+ kg allocated, [\d.]+ kg unserved, [\d.]+ s\n", done.stdout)
    found = plan_from_json(json.loads(plan.read_text()))
    assert found.engine == engine
    assert check(a_city(3), found) == ()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks at processes the way Linux shows them")
def test_asked_to_end_it_writes_the_best_routes_so_far(tmp_path: Path) -> None:
    output = tmp_path / "routes.txt"
    words = ["solve", str(SIX), "--format", "li-lim", "--time-limit", "300", "--output", str(output)]
    child = subprocess.Popen([sys.executable, "-m", "routing", *words], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        status = Path(f"/proc/{child.pid}/status")
        while not catches(status.read_text(), signal.SIGTERM):
            assert child.poll() is None
            time.sleep(0.05)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=120) == 0
    finally:
        child.kill()
    assert check_routes(read_pairs(SIX), routes_from_text(output.read_text())) == []


def catches(status: str, number: int) -> bool:
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["solve"],
        ["solve", "a.json", "--time-limit", "0"],
        ["solve", "a.json", "--time-limit", "nan"],
        ["solve", "a.json", "--iterations", "0"],
        ["solve", "a.json", "--seed", "-1"],
        ["solve", "a.json", "--engine", "steam"],
        ["solve", "a.txt", "--format", "solomon"],
    ],
)
def test_a_wrong_argument_is_explained_with_the_usage(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: python -m routing")
    assert "Traceback" not in done.stderr


def test_every_command_has_help() -> None:
    whole = run("--help")
    assert whole.returncode == 0
    for command in ("solve", "check", "alone", "replan", "child", "bench", "schema", "compile"):
        assert command in whole.stdout
    for words in (["solve"], ["check"], ["alone"], ["replan"], ["bench"], ["bench", "pairs"], ["bench", "city"]):
        assert run(*words, "--help").returncode == 0


def test_the_schemas_are_written_where_one_wants_them(tmp_path: Path) -> None:
    assert run("schema", str(tmp_path)).returncode == 0
    for name in SCHEMAS:
        assert (tmp_path / f"{name}.schema.json").read_text() == schema_text(name)
    assert run("schema", str(tmp_path / "nowhere")).returncode == 1


def test_the_city_days_are_reached_from_the_same_command(tmp_path: Path) -> None:
    done = run("bench", "city", "instance", "city-S-scarce-1", str(tmp_path / "day.json"))
    assert done.returncode == 0, done.stderr
    assert problem_from_json(json.loads((tmp_path / "day.json").read_text())["problem"]).lots


def test_the_day_alone_is_played_unaware_and_aware(tmp_path: Path) -> None:
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(problem_to_json(a_city(3))))
    for words in ([], ["--aware"]):
        done = run("alone", str(problem), "--time-limit", "1", *words)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["kg_delivered"] > 0


def a_planned_city(folder: Path) -> tuple[str, str]:
    """The files of a day and its plan."""
    problem, plan = folder / "problem.json", folder / "plan.json"
    problem.write_text(json.dumps(problem_to_json(a_city(3))))
    plan.write_text(json.dumps(plan_to_json(solve(a_city(3), iterations=200))))
    return str(problem), str(plan)


def test_a_day_is_planned_again_and_its_rest_again(tmp_path: Path) -> None:
    files = a_planned_city(tmp_path)
    news, rest, last = (tmp_path / name for name in ("news.json", "rest.json", "last.json"))
    news.write_text(json.dumps(news_to_json(News(now=9 * 3600, withdrawn=("lot 2",)))))
    done = run("replan", *files, str(news), "--seed", "2", "--output", str(rest))
    assert done.returncode == 0, done.stderr
    assert re.search(r"kg unserved, \d+ stops moved, [\d.]+ s\n", done.stdout)
    assert run("check", str(rest)).returncode == 0
    news.write_text(json.dumps({"format": "wasl-news", "version": 2, "now": 10 * 3600, "gone": ["van 1"]}))
    first, second = (run("replan", str(rest), str(rest), str(news), "--iterations", "50") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    last.write_text(first.stdout)
    assert run("check", str(last)).returncode == 0
    assert set(json.loads(first.stdout)) >= {"problem", "plan", "moved_stops", "delivered", "origins", "unlocked"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"format": "wasl-news", "version": 2, "gone": ["van 9"]}, "gone[0]: There is nothing of the name van 9."),
        ({"format": "wasl-news", "version": 2, "now": "nine"}, "now: This should be a whole number, not text."),
        ({"format": "wasl-news", "version": 2, "later": 1}, "later: There is no field of this name."),
        ({"format": "wasl-plan", "version": 2}, "format: The format should be wasl-news."),
        ([], "The document should be a JSON object."),
    ],
)
def test_news_that_cannot_be_used_are_one_sentence_with_their_field(
    document: object, said: str, tmp_path: Path
) -> None:
    news = tmp_path / "news.json"
    news.write_text(json.dumps(document))
    done = run("replan", *a_planned_city(tmp_path), str(news))
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_plan_of_another_day_is_refused_in_one_sentence(tmp_path: Path) -> None:
    _, plan = a_planned_city(tmp_path)
    other, news = tmp_path / "other.json", tmp_path / "news.json"
    other.write_text(json.dumps(problem_to_json(a_city(4))))
    news.write_text(json.dumps(news_to_json(News())))
    done = run("replan", str(other), plan, str(news))
    assert (done.returncode, done.stdout) == (1, "")
    assert "plan.json: problem_digest: This plan was made for another problem." in done.stderr


def test_a_plan_that_breaks_a_rule_is_not_mended(tmp_path: Path) -> None:
    day, plan = a_planned_city(tmp_path)
    document = json.loads(Path(plan).read_text())
    document["allocations"][0]["shift"] = "nobody's"
    Path(plan).write_text(json.dumps(document))
    (tmp_path / "news.json").write_text(json.dumps(news_to_json(News())))
    done = run("replan", day, plan, str(tmp_path / "news.json"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "plan.json: this plan cannot be mended, since it is wrong: " in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


EXAMPLE = re.search(r"```json\n(.*?)```", (ROOT / "docs" / "problem-format.md").read_text(encoding="utf-8"), re.DOTALL)
# A newcomer's slip: what stands in the file instead, and what is said about it.
SLIPS: dict[str, tuple[str, str, str]] = {
    "a load below nothing": (
        '"grams": 40000', '"grams": -3', "lots[0].grams: This should be from 1 to 1000000000, not -3.",
    ),
    "half a gram": ('"grams": 40000', '"grams": 0.5', "lots[0].grams: This should be a whole number, not 0.5."),
    "no number": ('"grams": 40000', '"grams": NaN', "lots[0].grams: This should be a whole number, not nan."),
    "a text": ('"grams": 40000', '"grams": "40"', "lots[0].grams: This should be a whole number, not text."),
    "null": ('"grams": 40000', '"grams": null', "lots[0].grams: This should be a whole number, not null."),
    "an overflow": (
        '"grams": 30000', '"grams": 1' + "0" * 99,
        "needs[0].grams: This should be from 0 to 1000000000, not a number of more than 20 digits.",
    ),
    "endless digits": (
        '"grams": 40000', '"grams": 1' + "0" * 9999, "has a number of more digits than anybody can use.",
    ),
    "a window that inverts": (
        '{"earliest": 28800, "latest": 43200}', '{"earliest": 43200, "latest": 28800}',
        "lots[0].window: The window ends before it begins.",
    ),
    "an id twice": ('{"id": "bank", "setup', '{"id": "store", "setup', "sites[1].id: The id store is used twice."),
    "a matrix too small": (
        "[[0, 625], [610, 0]]", "[[0]]",
        "travel.car.metres: This has 2 rows and seconds 1: both should have one a site.",
    ),
    "a row too short": (
        "[[0, 625], [610, 0]]", "[[0, 625], [610]]",
        "travel.car.seconds[1]: There should be 2 values, one for each site.",
    ),
    "a drive of text": (
        "[0, 625]", '[0, "625"]', "travel.car.seconds[0][1]: This should be a whole number or null, not text.",
    ),
    "a field of another name": ('"crates": 5', '"boxes": 5', "lots[0].boxes: There is no field of this name."),
    "a comma too many": (
        '"crates": 5,', '"crates": 5,,', "is not JSON: Expecting property name enclosed in double quotes (line 9, ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_problem_file_is_one_sentence_with_the_path_of_the_field(slip: str, tmp_path: Path) -> None:
    assert EXAMPLE is not None
    before, after, sentence = SLIPS[slip]
    assert before in EXAMPLE[1]
    (tmp_path / "day.json").write_text(EXAMPLE[1].replace(before, after, 1), encoding="utf-8")
    done = run("solve", str(tmp_path / "day.json"))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert sentence in done.stderr
    assert "day.json" in done.stderr


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ('"grams": 30000', '"grams": 0', "no_need_left"),
        ('"windows": [{"earliest": 32400, "latest": 43200}]', '"windows": []', "no_receiving_window_in_time"),
        ("[[0, 625], [610, 0]]", "[[0, null], [610, 0]]", "unreachable_by_road"),
        ("[[0, 5000], [4900, 0]]", "[[0, null], [4900, 0]]", "unreachable_by_road"),
        ('"capacity": {"grams": 500000', '"capacity": {"grams": 0', "no_vehicle_for_temperature_class"),
        ('"grams": 40000', '"splittable": false, "grams": 600000', "no_need_left"),
        ('"deliver_by": 64800', '"deliver_by": 3', "no_receiving_window_in_time"),
    ],
)
def test_what_only_keeps_a_lot_from_being_served_is_its_reason(
    before: str, after: str, reason: str, tmp_path: Path
) -> None:
    assert EXAMPLE is not None
    assert before in EXAMPLE[1]
    (tmp_path / "day.json").write_text(EXAMPLE[1].replace(before, after, 1), encoding="utf-8")
    done = run("solve", str(tmp_path / "day.json"), "--iterations", "50")
    assert done.returncode == 0, done.stderr
    assert [each["reason"] for each in json.loads(done.stdout)["unserved"]] == [reason]


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    (tmp_path / "day.json").write_text(EXAMPLE[1], encoding="utf-8-sig")
    assert run("solve", str(tmp_path / "day.json"), "--iterations", "50").returncode == 0


def test_packed_files_and_plans_beside_other_things_are_read(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    day, plan = tmp_path / "day.json.gz", tmp_path / "plan.json"
    day.write_bytes(gzip.compress(EXAMPLE[1].encode()))
    done = run("solve", str(day), "--iterations", "50")
    plan.write_text(json.dumps({"plan": json.loads(done.stdout), "made": "today"}))
    assert run("check", str(day), str(plan)).returncode == 0
    day.write_bytes(gzip.compress(EXAMPLE[1].encode())[:-20])
    done = run("check", str(day), str(plan))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"routing: {day} is a damaged gzip file.\n"


def test_a_locked_route_that_cannot_be_driven_is_one_sentence_before_the_search(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    day = json.loads(EXAMPLE[1])
    cargo = [{"lot": day["lots"][0]["id"], "need": day["needs"][0]["id"], "grams": 1000}]
    stops = [{"kind": kind, "site": site, "cargo": cargo} for kind, site in (("pickup", "store"), ("drop_off", "bank"))]
    day["locked"] = [{"shift": day["shifts"][0]["id"], "stops": stops}]
    day["shifts"][0]["window"]["latest"] = day["shifts"][0]["window"]["earliest"] + 60
    (tmp_path / "day.json").write_text(json.dumps(day))
    for engine in ("joint", "or-tools"):
        done = run("solve", str(tmp_path / "day.json"), "--engine", engine, "--time-limit", "60")
        assert (done.returncode, done.stdout) == (1, "")
        assert "locked[0]: This route cannot be driven as it is locked" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
