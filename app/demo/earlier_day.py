"""A smaller day in the month before: without one, what is told of whole months, or of the last weeks, is empty."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.demo import city, drive, food, partners
from app.demo.caller import Caller
from app.demo.partners import TakingPart
from app.demo.planned import plan_and_publish
from app.kit.clock import HandSetClock

MORNING = time(6, 0)
# Few of each, so that it costs some seconds: of the larger stores, the receivers and the vans.
STORES, RECEIVERS, VANS = 5, 10, 2


def early(day: date, zone: ZoneInfo) -> datetime:
    """When offers of a day begin to be posted."""
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)


def earlier_than(day: date) -> date:
    """The same weekday, the nearest one of the month before."""
    found = day - timedelta(days=7)
    while found.month == day.month:
        found -= timedelta(days=7)
    return found


def play(
    office: Caller, taking_part: TakingPart, day: date, clock: HandSetClock, seed: int, zone: ZoneInfo, say: drive.Say
) -> None:
    """Plan, publish and drive it: one offer of each larger store, and a few vans."""
    rng = random.Random(f"{seed} earlier")
    larger = [store for store in city.stores() if food.size_of(store)[0] > 2][:STORES]
    posts = {store.osm_id: food.offers_of(store, day, zone, rng)[:1] for store in larger}
    for receiver, need in food.needs_of([offer for offers in posts.values() for offer in offers], day, rng):
        if receiver in city.RECEIVERS[:RECEIVERS]:
            site = taking_part.sites[receiver.osm_id]
            taking_part.owners[receiver.osm_id].post("/needs", {**need, "site_id": site["id"]})
    shifts: list[dict[str, Any]] = [partners.plan_shift(each, day, zone) for each in taking_part.wheels[:VANS]]
    partners.post_offers(taking_part, posts, _quiet)
    plan_and_publish(office, day.isoformat(), _quiet, at_once=True)
    drive.drive(office, shifts, clock, seed, zone, _quiet)
    say(f"A smaller day was driven before it, {day:%A %d %B %Y}.")


def _quiet(sentence: str) -> None:
    """Nobody is told of each step of that day."""
