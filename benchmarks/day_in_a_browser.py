"""Measure the dispatcher's day in a real Chromium: `.venv/bin/python -m benchmarks.day_in_a_browser [--routes 40]`.

The whole service on this machine with a city day (`--size L`), or one of about as many routes and stops as asked,
planned and left as a draft; the page is read and a stop dragged across the lanes. Times are the browser's own:
navigation timing, the page's marks, long tasks, event timing, frames. Beside them the same page of the published plan,
whose stops are looked up as they stand.
"""

import argparse
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, sync_playwright

from app.kit.clock import HandSetClock
from benchmarks.living_day.day import Invented, Office
from benchmarks.living_day.measure import planned
from benchmarks.living_day.short_shifts import short_shifts_day
from benchmarks.served import DAY, served
from routing.instances.city import city_day
from routing.problem import Problem

PROMISED_MS = 100  # from an event to what it shows
PASSWORD = "a long enough password"  # noqa: S105 of nobody: the database is gone afterwards
# What the browser says of itself: tasks over 50 ms, how long a press took to be answered, and the gaps between frames.
WATCHING = """
window.tasks = []; window.presses = []; window.gaps = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => [each.startTime, each.duration])))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => presses.push(...list.getEntries().map((each) => each.duration)))
  .observe({ type: "event", durationThreshold: 16, buffered: true });
let last = 0;
const frame = (now) => { if (last) gaps.push(now - last); last = now; requestAnimationFrame(frame); };
requestAnimationFrame(frame);
"""
TIMES = """(() => {
  const [way] = performance.getEntriesByType("navigation");
  const lanes = performance.getEntriesByName("lanes-drawn")[0].startTime;
  const ends = tasks.filter(([begin]) => begin < 10000).map(([begin, length]) => begin + length);
  return { answered: way.responseStart, lanes, map: performance.getEntriesByName("map-drawn")[0].startTime,
    interactive: Math.max(lanes, way.domInteractive, ...ends),
    longest: Math.max(0, ...tasks.map(([, length]) => length)) };
})()"""


def main() -> None:
    """Print the tables of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="L", choices=("S", "M", "L"))
    parser.add_argument("--routes", type=int, help="so many vans in short shifts instead of the city day's")
    parser.add_argument("--stops", type=int, default=500, help="with --routes: about so many stops")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan-seconds", type=float, default=12)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    wish = parser.parse_args()
    with served(wish.plan_seconds) as service:
        _measure(service.address, service.key, service.clock, wish)


def _measure(address: str, key: str, clock: HandSetClock, wish: argparse.Namespace) -> None:
    office = Office(address, key)
    Invented(office, _problem(wish), wish.seed, DAY).bring_in()
    body = {"name": "Desk", "email": "desk@example.org", "role": "dispatcher", "password": PASSWORD}
    office.post(f"/organisations/{office.get('/me')['organisation']['id']}/people", body)
    plan = planned(office, DAY.isoformat())
    stops = sum(len(route["stops"]) - 2 for route in plan["routes"])
    print(f"{datetime.now(UTC):%Y-%m-%d}; {platform.machine()}, Python {platform.python_version()}; seed {wish.seed}.")
    print(f"{len(plan['routes'])} routes, {stops} stops.", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wish.chromium, args=["--no-sandbox"])
        page = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.add_init_script(WATCHING)
        page.goto("/sign-in")
        page.fill("#email", "desk@example.org")
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/day*")
        _told("draft", [_read(page) for _ in range(wish.times)])
        _dragged(page, wish.times)
        office.post(f"/plans/{plan['id']}/publish", None, office.get(f"/plans/{plan['id']}")["version"])
        clock.set(datetime(DAY.year, DAY.month, DAY.day, 11, tzinfo=UTC))
        _told("published, under way", [_read(page) for _ in range(wish.times)])
        browser.close()


def _problem(wish: argparse.Namespace) -> Problem:
    if wish.routes is None:
        return city_day(wish.size, "plentiful", wish.seed)
    return short_shifts_day(wish.routes, wish.stops, wish.seed)


def _read(page: Page) -> dict[str, float]:
    """The page's times, in ms from the moment at which it was asked for."""
    page.goto(f"/day?date={DAY}")
    page.wait_for_function("performance.getEntriesByName('map-drawn').length > 0")
    page.wait_for_timeout(2000)
    found: dict[str, float] = page.evaluate(TIMES)
    return found


def _told(what: str, found: Sequence[dict[str, float]]) -> None:
    for name in found[0]:
        times = [each[name] for each in found]
        print(f"| {what}: {name} | {len(times)} | {statistics.median(times):.0f} | {max(times):.0f} |", flush=True)


def _dragged(page: Page, times: int) -> None:
    """Stops carried over ten lanes and back to nowhere: nothing is let go on a route."""
    gaps: list[float] = []
    tasks: list[float] = []
    presses: list[float] = []
    for number in range(times):
        page.locator("#timeline").scroll_into_view_if_needed()
        box: Any = page.locator("#timeline .stop-mark.pickup").nth(number).bounding_box()
        page.wait_for_timeout(500)
        page.evaluate("tasks.length = presses.length = gaps.length = 0")
        page.mouse.move(box["x"] + 10, box["y"] + 10)
        page.mouse.down()
        for step in range(1, 61):
            page.mouse.move(box["x"] + 10 + 5 * step, box["y"] + 10 + 6 * step)
            page.wait_for_timeout(16)
        page.keyboard.press("Escape")
        page.mouse.up()
        page.wait_for_timeout(300)
        gaps += page.evaluate("gaps")
        tasks += [length for _, length in page.evaluate("tasks")]
        presses += page.evaluate("presses")
    ordered = sorted(gaps)
    print(f"| dragged: between two frames | {len(gaps)} | {statistics.median(gaps):.0f} | {ordered[-1]:.0f} |")
    print(f"| dragged: 99 % of frames within | | {ordered[len(ordered) * 99 // 100]:.0f} | |")
    print(f"| dragged: tasks over 50 ms | {len(tasks)} | | {max(tasks, default=0):.0f} |")
    slow = sum(each > PROMISED_MS for each in presses)
    print(
        f"| dragged: events of 16 ms and more, to the next paint | {len(presses)} | | {max(presses, default=0):.0f} |"
    )
    print(f"| dragged: of these over {PROMISED_MS} ms | {slow} | | |", flush=True)


if __name__ == "__main__":
    main()
