"""Measure the driver's page on a phone with a thin line: `.venv/bin/python -m benchmarks.route_on_a_phone`.

A published day at the whole service on this machine; its longest route is opened by its link in a real Chromium of a
phone's size, its processor slowed down, over a line that is as thin and as late as 3G. First by whoever has never been
there, then by who closed the browser meanwhile. Times are the browser's own, bytes are the line's.
"""

import argparse
import platform
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from app.kit.clock import HandSetClock
from benchmarks.living_day.day import Invented, Office
from benchmarks.living_day.measure import planned
from benchmarks.living_day.short_shifts import short_shifts_day
from benchmarks.served import DAY, served
from benchmarks.thin_line import FAST_3G, NO_LIMIT, SLOW_3G, Profile, ThinLine

PHONE = {"width": 390, "height": 844}
SETTLED_MS = 300
# In the first frame in which the next stop is drawn it can be read, and its button pressed: it is a form until the
# scripts are there, which keep a report on the phone.
WATCHING = """
const look = () => {
  const button = document.querySelector(".next .thumb button");
  if (button?.getBoundingClientRect().height) window.wasl_readable ??= performance.now();
  if (document.querySelector("#drive.scripted")) window.wasl_scripted ??= performance.now();
  if (!window.wasl_readable || !window.wasl_scripted) requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
TIMES = """(() => { const [way] = performance.getEntriesByType("navigation");
  return { "page whole": way.responseEnd, readable: wasl_readable, "keeps reports": wasl_scripted }; })()"""
KEPT = """async () => {
  const isKept = async () => navigator.serviceWorker.controller && (await caches.match("/drive"));
  while (!(await isKept())) await new Promise((go) => setTimeout(go, 20));
  return performance.now();
}"""


def main() -> None:
    """Print the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--routes", type=int, default=12)
    parser.add_argument("--stops", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan-seconds", type=float, default=8)
    parser.add_argument("--slower", type=float, default=4, help="how many times slower the processor is made")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--language", default="en", choices=("en", "ar"))
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    wish = parser.parse_args()
    with served(wish.plan_seconds) as service:
        office = Office(service.address, service.key)
        Invented(office, short_shifts_day(wish.routes, wish.stops, wish.seed), wish.seed, DAY).bring_in()
        shift, stops = _published(office, service.clock)
        print(
            f"{datetime.now(UTC):%Y-%m-%d}; {platform.machine()}, Python {platform.python_version()}; seed {wish.seed}."
        )
        print(f"A route of {stops} stops; the processor {wish.slower:g} times slower; {wish.language}.", flush=True)
        with sync_playwright() as playwright, ThinLine(service.address, NO_LIMIT) as line:
            for profile in (FAST_3G, SLOW_3G):
                seen = [
                    _visited(playwright, line, profile, _link(office, shift, line), wish) for _ in range(wish.times)
                ]
                _told(profile, seen)


def _published(office: Office, clock: HandSetClock) -> tuple[str, int]:
    """The shift whose route has the most stops, and how many they are; it is the morning of the day."""
    plan = planned(office, DAY.isoformat())
    office.post(f"/plans/{plan['id']}/publish", None, plan["version"])
    clock.set(datetime(DAY.year, DAY.month, DAY.day, 5, tzinfo=UTC))
    longest = max(plan["routes"], key=lambda route: len(route["stops"]))
    return longest["shift_id"], sum(stop["kind"] in ("pickup", "drop_off") for stop in longest["stops"])


def _link(office: Office, shift: str, line: ThinLine) -> str:
    token = office.post(f"/shifts/{shift}/driver-links")["token"]
    return f"{line.address}/drive/{token}"


def _visited(
    playwright: Playwright, line: ThinLine, profile: Profile, link: str, wish: argparse.Namespace
) -> Mapping[str, float]:
    """A first visit by a fresh phone, and a second one after its browser was closed: milliseconds and kilobytes."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        with _phone(playwright, folder, wish) as phone:
            page = _page(phone, wish)
            line.become(profile)
            page.goto(f"{link}?lang={wish.language}")
            found["first: link opened, kB"] = line.down_bytes / 1000
            line.become(profile)
            page.click("main button")
            page.wait_for_url("**/drive")
            page.wait_for_function("window.wasl_scripted && document.readyState === 'complete'")
            found |= {f"first: {name}, ms": value for name, value in page.evaluate(TIMES).items()}
            found["first: until it keeps reports, kB"] = line.down_bytes / 1000
            found["first: kept for later, ms"] = page.evaluate(KEPT)
            page.wait_for_timeout(SETTLED_MS)
            found["first: all in all, kB"] = line.down_bytes / 1000
        with _phone(playwright, folder, wish) as phone:
            page = _page(phone, wish)
            line.become(profile)
            page.goto(f"{line.address}/drive")
            page.wait_for_function("window.wasl_scripted && document.readyState === 'complete'")
            found |= {f"second: {name}, ms": value for name, value in page.evaluate(TIMES).items()}
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(SETTLED_MS)
            found["second: the day read again, kB"] = line.down_bytes / 1000
    return found


def _phone(playwright: Playwright, folder: str, wish: argparse.Namespace) -> BrowserContext:
    size: Any = PHONE
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=wish.chromium, args=["--no-sandbox"], viewport=size, has_touch=True, is_mobile=True
    )


def _page(phone: BrowserContext, wish: argparse.Namespace) -> Page:
    page = phone.new_page()
    page.add_init_script(WATCHING)
    phone.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": wish.slower})
    return page


def _told(profile: Profile, seen: Sequence[Mapping[str, float]]) -> None:
    for name in seen[0]:
        values = [each[name] for each in seen]
        print(f"| {profile.name} | {name} | {statistics.median(values):.0f} | {max(values):.0f} |", flush=True)


if __name__ == "__main__":
    main()
