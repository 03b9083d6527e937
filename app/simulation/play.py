"""One week on one database, the real service over it: on a port of this machine, with jobs, streets and solver."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from app.demo.caller import Caller
from app.demo.network import NETWORK, ZONE
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.main import create_app
from app.partners.founding import Founded, found
from app.planning.asking import CHANGE_LATER
from app.roads.streets import Streets
from app.settings import Settings
from app.simulation.happenings import Happenings
from app.simulation.record import keep
from app.simulation.report import Told, tell
from app.simulation.week import Week, Wish, begin
from app.simulation.works import Works
from app.worker import workrooms_of

Say = Callable[[str], None]
Begun = Callable[[Founded, Caller], None]


def play(
    database: Database,
    streets: Streets,
    folder: Path,
    wish: Wish,
    say: Say,
    record: Path | None = None,
    *,
    begun: Begun | None = None,
    later: Collection[str] = (),
    another_week: Callable[[], bool] = lambda: True,
) -> tuple[Week, Told]:
    """Found a network in an empty database and run its week; `folder` has the regions, and keeps travel tables. The
    record of a week that does not add up is kept in the file `record`.

    begun: told of the network as soon as it is founded, with its key. later: names of periodic jobs that are left for
    afterwards. another_week: asked the day before a week of several is over, whether the next one is to be played.
    """
    evening = datetime.combine(wish.first - timedelta(days=1), time(16), tzinfo=ZONE)
    clock = HandSetClock(evening.astimezone(UTC))
    config = Settings(data_folder=folder, plan_seconds=wish.plan_seconds, worker="off", request_log="off")
    network = found(database, NETWORK, clock())
    rooms = workrooms_of(database, streets, clock, config)
    # Without changes nobody works out what nobody would publish.
    never = {*later} if wish.changes else {*later, CHANGE_LATER}
    with LiveServer(create_app(database, streets, clock, config)) as server, Works(rooms, clock, never) as works:
        week = begin(server.address, network.key, works, Happenings(clock), wish, say)
        week.another_week = another_week
        try:
            if begun is not None:
                begun(network, week.town.office)
            week.run()
            told = tell(week)
            if record is not None and not told.good:
                keep(week, told, record)
                say(f"the record of what does not add up is in {record}.")
            return week, told
        finally:
            week.close()
