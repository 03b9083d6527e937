"""The service over a month's database, on the day on which its reports are made: its API, its jobs, its pages."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from app.demo.caller import Caller
from app.demo.partners import SignIn
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.main import create_app
from app.month.wish import Played
from app.roads.streets import Streets
from app.settings import Settings
from app.simulation.works import Works
from app.worker import workrooms_of

READER = "reader@newport.example"


@dataclass(frozen=True)
class AtWork:
    """The service, asked as the network's office, and its jobs, done when they are told to."""

    office: Caller
    works: Works
    server: LiveServer
    played: Played

    def reader(self) -> SignIn:
        """Somebody who may look at every page; made anew each time, since no password is kept."""
        me = self.office.get("/me")
        sign_in = SignIn("Reader (invented)", f"{secrets.token_hex(3)}-{READER}", secrets.token_urlsafe(12))
        body = {"name": sign_in.who, "email": sign_in.email, "role": "network_admin", "password": sign_in.password}
        self.office.post(f"/organisations/{me['organisation']['id']}/people", body)
        return sign_in


@contextmanager
def service_at_work(
    database: Database, streets: Streets, folder: Path, played: Played, port: int = 0
) -> Iterator[AtWork]:
    """Run it; the clock stands at noon after the month."""
    wish = played.wish
    clock = HandSetClock(wish.reported_at.astimezone(UTC))
    config = Settings(
        data_folder=folder,
        plan_seconds=wish.compare_seconds or wish.plan_seconds,
        share_groups=wish.share_groups,
        worker="off",
        request_log="off",
    )
    rooms = workrooms_of(database, streets, clock, config)
    with (
        LiveServer(create_app(database, streets, clock, config), port=port) as server,
        Works(rooms, clock) as works,
        Caller(server.address, played.key) as office,
    ):
        yield AtWork(office, works, server, played)
