"""Travel tables between the sites of a day, computed once per street graph and set of places."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.system import CachedMatrix
from app.planning.snapshot import Day, sites_of
from app.roads.provider import Point, RoadMatrix
from app.roads.streets import Streets


def table_for(database: Database, streets: Streets, day: Day, now: datetime) -> RoadMatrix:
    """The day's travel table, from the cache where it is there. Raises what the streets raise."""
    region = day.network.region
    places = [Point(site.longitude, site.latitude) for site in sites_of(day)]
    if not places:
        return RoadMatrix((), (), ())
    scope = Scope(network=day.network.id)
    digest = _digest(streets.fingerprint(region), places)
    with database.transaction(scope) as session:
        cached = session.get(CachedMatrix, (day.network.id, digest))
    if cached is not None:
        return _unpack(cached.payload)
    table = streets.matrix(region, places)
    with database.transaction(scope) as session:
        session.execute(
            insert(CachedMatrix)
            .values(network_id=day.network.id, digest=digest, payload=_pack(table), created_at=now)
            .on_conflict_do_nothing()
        )
    return table


def _digest(fingerprint: str, places: Sequence[Point]) -> str:
    text = json.dumps([fingerprint, [[round(p.longitude, 6), round(p.latitude, 6)] for p in places]])
    return hashlib.sha256(text.encode()).hexdigest()


def _pack(table: RoadMatrix) -> bytes:
    return gzip.compress(
        json.dumps(
            {
                "seconds": table.seconds,
                "metres": table.metres,
                "estimated": table.estimated,
            }
        ).encode()
    )


def _unpack(payload: bytes) -> RoadMatrix:
    read = json.loads(gzip.decompress(payload))
    seconds, metres = (tuple(tuple(row) for row in read[name]) for name in ("seconds", "metres"))
    return RoadMatrix(seconds, metres, (), estimated=read["estimated"])
