"""Travel between all sites of a network: snapped once, computed once, kept whole in the database and as a mapped file.

A table belongs to a network, a profile and the fingerprint of the streets. While none of the sites moves it is read;
with a new site only what is missing is computed where that is cheaper. An estimate is never kept.
"""

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Delete, delete, select
from sqlalchemy.dialects.postgresql import insert

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.partners import Network, Site
from app.models.roads import SiteSnap, TravelFit, TravelMatrix
from app.roads.choice import choice_of
from app.roads.estimate import EstimatedRoads, Fit, fit_to
from app.roads.provider import Point, PointOffRoads, Profile, RoadMatrix, RoadProvider, Snap, Table, matrix_of
from app.roads.streets import Streets

COMPRESSION = 1  # times compress by half at once; more effort gains little
# A mapped file that no row names any more is kept for whoever still plans with it.
KEPT_SECONDS = 24 * 3600
KEPT_FINGERPRINTS = 4


@dataclass(frozen=True)
class Travel:
    """Travel between sites for one profile: `tables` is int32 of shape (2, sites, sites), seconds and metres, -1 where
    no road leads, mapped from a file where it was not estimated."""

    profile: Profile
    sites: tuple[UUID, ...]
    snaps: tuple[Snap, ...]
    tables: NDArray[np.int32]
    source: str
    fingerprint: str
    estimated: bool
    failures: tuple[str, ...] = ()
    fit: Fit | None = None  # the estimate that belongs to it

    def between(self, sites: Sequence[UUID]) -> NDArray[np.int32]:
        """The tables of these sites in this order, of shape (2, sites, sites); a copy."""
        numbers = {site: number for number, site in enumerate(self.sites)}
        chosen = np.array([numbers[site] for site in sites], dtype=np.intp)
        return np.ascontiguousarray(self.tables[:, chosen[:, None], chosen[None, :]])

    def snap_of(self, site: UUID) -> Snap:
        """Where the site meets the street."""
        return self.snaps[self.sites.index(site)]

    def told(self) -> dict[str, Any]:
        """What a plan keeps of it: where the times came from, and how wrong they may be."""
        found: dict[str, Any] = {"source": self.source, "fingerprint": self.fingerprint, "estimated": self.estimated}
        if self.failures:
            found["failures"] = list(self.failures)
        if self.estimated and self.fit is not None:
            found["estimate"] = told_fit(self.fit)
        return found


def told_fit(fit: Fit) -> dict[str, Any]:
    """An estimate's speed, factor and error as JSON; without the error where nothing was fitted."""
    found: dict[str, Any] = {"km_per_hour": round(fit.km_per_hour, 1), "detour": round(fit.detour, 2)}
    if fit.pairs:
        found |= {"mean_error": round(fit.mean_error, 3), "p95_error": round(fit.p95_error, 3), "pairs": fit.pairs}
    return found


class TravelTables:
    """The tables of this installation. Share one between threads."""

    def __init__(self, database: Database, streets: Streets, folder: Path) -> None:
        self._database = database
        self._streets = streets
        self._folder = folder

    def of(
        self, network: Network, sites: Sequence[Site], profile: Profile, now: datetime, needed: Collection[UUID]
    ) -> Travel:
        """Travel between all sites of the network, which is what is kept, or those of them that streets are near.

        Raises PointOffRoads naming a needed site whose pin no street is near, RoadError for what the streets refuse.
        """
        ordered = sorted(sites, key=lambda site: site.id)
        known = self._fit(network, profile)

        def question(provider: RoadProvider) -> Travel:
            return self._ask(provider, network, ordered, profile, now, frozenset(needed))

        choice = choice_of(network.region, network.roads or {})
        answer = self._streets.ask(choice, profile, question, known)
        fit = known or Fit() if answer.estimated else answer.value.fit
        return replace(answer.value, source=answer.source, failures=answer.failures, fit=fit)

    def _ask(
        self,
        provider: RoadProvider,
        network: Network,
        sites: Sequence[Site],
        profile: Profile,
        now: datetime,
        needed: frozenset[UUID],
    ) -> Travel:
        fingerprint = provider.fingerprint()
        if isinstance(provider, EstimatedRoads):
            matrix = provider.matrix([_pin(site) for site in sites])
            ids = tuple(site.id for site in sites)
            return Travel(profile, ids, matrix.snaps, _stacked(matrix), "", fingerprint, estimated=True)
        found = self._snaps(provider, network, sites, profile, fingerprint, needed)
        ids, snaps = tuple(found), tuple(found.values())
        digest = _digest(fingerprint, ids, snaps)
        tables = self._kept(network, profile, fingerprint, digest, len(ids))
        fit = None
        if tables is None:
            matrix = self._computed(provider, network, profile, fingerprint, ids, snaps)
            fit = fit_to(matrix)
            self._keep(network, profile, fingerprint, digest, matrix, ids, fit, now)
            tables = self._mapped(digest, _stacked(matrix))
        return Travel(profile, ids, snaps, tables, "", fingerprint, estimated=False, fit=fit)

    # ---- snapped pins

    def _snaps(
        self,
        provider: RoadProvider,
        network: Network,
        sites: Sequence[Site],
        profile: Profile,
        fingerprint: str,
        needed: frozenset[UUID],
    ) -> dict[UUID, Snap]:
        """Where the sites meet the street: as kept for the same pin and streets, asked and kept otherwise."""
        with self._database.transaction(Scope(network=network.id)) as session:
            rows = session.scalars(
                select(SiteSnap).where(
                    SiteSnap.network_id == network.id,
                    SiteSnap.profile == profile,
                    SiteSnap.fingerprint == fingerprint,
                )
            ).all()
            kept = {row.site_id: row for row in rows}
        known = {site.id: _snap_from(kept[site.id], site) for site in sites if _fits(kept.get(site.id), site)}
        missing = [site for site in sites if site.id not in known]
        if missing:
            found = _snapped(provider, missing, needed)
            known.update({site.id: snap for site, snap in found})
            with self._database.transaction(Scope(network=network.id)) as session:
                for site, snap in found:
                    values = _snap_values(network, site, profile, fingerprint, snap)
                    session.execute(
                        insert(SiteSnap)
                        .values(**values)
                        .on_conflict_do_update(index_elements=["site_id", "profile"], set_=values)
                    )
        return {site.id: known[site.id] for site in sites if site.id in known}

    # ---- tables

    def _kept(
        self, network: Network, profile: Profile, fingerprint: str, digest: str, count: int
    ) -> NDArray[np.int32] | None:
        file = self._file(digest)
        with self._database.transaction(Scope(network=network.id)) as session:
            where = (
                TravelMatrix.network_id == network.id,
                TravelMatrix.profile == profile,
                TravelMatrix.fingerprint == fingerprint,
                TravelMatrix.digest == digest,
            )
            if session.scalar(select(TravelMatrix.digest).where(*where)) is None:
                return None
            if file.is_file():
                with suppress(OSError, ValueError):
                    return _opened(file, count)
            packed = session.scalar(select(TravelMatrix.tables).where(*where))
        assert packed is not None  # noqa: S101
        return self._mapped(digest, _unpacked(packed, count))

    def _computed(
        self,
        provider: RoadProvider,
        network: Network,
        profile: Profile,
        fingerprint: str,
        ids: tuple[UUID, ...],
        snaps: tuple[Snap, ...],
    ) -> RoadMatrix:
        """The whole table; what an earlier one of the same streets knows is taken from there where that is cheaper."""
        if provider.extends_cheaply:
            with self._database.transaction(Scope(network=network.id)) as session:
                earlier = session.get(TravelMatrix, (network.id, profile, fingerprint))
            if earlier is not None:
                extended = _extended(provider, earlier, ids, snaps)
                if extended is not None:
                    return extended
        return matrix_of(provider, snaps)

    def _keep(
        self,
        network: Network,
        profile: Profile,
        fingerprint: str,
        digest: str,
        matrix: RoadMatrix,
        ids: tuple[UUID, ...],
        fit: Fit | None,
        now: datetime,
    ) -> None:
        values = {
            "digest": digest,
            "sites": list(ids),
            "snaps": [[snap.point.longitude, snap.point.latitude] for snap in matrix.snaps],
            "tables": zlib.compress(_stacked(matrix).tobytes(), COMPRESSION),
            "created_at": now,
        }
        with self._database.transaction(Scope(network=network.id)) as session:
            session.execute(
                insert(TravelMatrix)
                .values(network_id=network.id, profile=profile, fingerprint=fingerprint, **values)
                .on_conflict_do_update(index_elements=["network_id", "profile", "fingerprint"], set_=values)
            )
            session.execute(_forgotten(network.id, profile))
            if fit is not None:
                fitted = {
                    "fingerprint": fingerprint,
                    "km_per_hour": fit.km_per_hour,
                    "detour": fit.detour,
                    "pairs": fit.pairs,
                    "mean_error": fit.mean_error,
                    "p95_error": fit.p95_error,
                    "fitted_at": now,
                }
                session.execute(
                    insert(TravelFit)
                    .values(network_id=network.id, profile=profile, **fitted)
                    .on_conflict_do_update(index_elements=["network_id", "profile"], set_=fitted)
                )

    def _fit(self, network: Network, profile: Profile) -> Fit | None:
        """What was fitted for the profile, else for another one of the network."""
        with self._database.transaction(Scope(network=network.id)) as session:
            rows = {row.profile: row for row in session.scalars(select(TravelFit))}
        row = rows.get(profile) or next(iter(rows.values()), None)
        return None if row is None else Fit(row.km_per_hour, row.detour, row.pairs, row.mean_error, row.p95_error)

    # ---- mapped files

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}.npy"

    def _mapped(self, digest: str, tables: NDArray[np.int32]) -> NDArray[np.int32]:
        """The tables from a file that the solver's process can map too; from memory where it cannot be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._forget_old(keep=digest)
            write_tables(self._file(digest), tables)
            return _opened(self._file(digest), tables.shape[1])
        except OSError:
            return tables

    def _forget_old(self, keep: str) -> None:
        newest = max((file.stat().st_mtime for file in self._folder.glob("*.npy")), default=0.0)
        for file in self._folder.glob("*.npy"):
            with suppress(OSError):  # another process was quicker
                if file.stem != keep and file.stat().st_mtime < newest - KEPT_SECONDS:
                    file.unlink()


def _forgotten(network_id: UUID, profile: Profile) -> Delete:
    """Drops the tables of streets that were replaced long ago, but for the newest few: a server that comes and goes
    finds its own again."""
    of_profile = (TravelMatrix.network_id == network_id, TravelMatrix.profile == profile)
    newest = (
        select(TravelMatrix.fingerprint)
        .where(*of_profile)
        .order_by(TravelMatrix.created_at.desc(), TravelMatrix.fingerprint)
        .limit(KEPT_FINGERPRINTS)
    )
    return delete(TravelMatrix).where(*of_profile, TravelMatrix.fingerprint.not_in(newest))


def write_tables(file: Path, tables: NDArray[np.int32]) -> None:
    """Write an array whole or not at all."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent, suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as target:
            np.save(target, tables, allow_pickle=False)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _opened(file: Path, count: int) -> NDArray[np.int32]:
    found: NDArray[np.int32] = np.load(file, mmap_mode="r", allow_pickle=False)
    if found.shape != (2, count, count) or found.dtype != np.int32:
        raise ValueError("another table")
    os.utime(file)
    return found


def _unpacked(packed: bytes, count: int) -> NDArray[np.int32]:
    return np.frombuffer(zlib.decompress(packed), dtype=np.int32).reshape(2, count, count)


def _stacked(matrix: RoadMatrix) -> NDArray[np.int32]:
    return np.stack([matrix.seconds, matrix.metres])


def _digest(fingerprint: str, ids: Sequence[UUID], snaps: Sequence[Snap]) -> str:
    places = [[round(snap.point.longitude, 6), round(snap.point.latitude, 6)] for snap in snaps]
    return hashlib.sha256(json.dumps([fingerprint, [str(each) for each in ids], places]).encode()).hexdigest()


def _snapped(provider: RoadProvider, sites: Sequence[Site], needed: frozenset[UUID]) -> list[tuple[Site, Snap]]:
    """The sites with where they meet the street. One that no street is near is left out, unless it is needed: a pin
    that nobody drives to today keeps nobody from driving."""
    asked = list(sites)
    while True:
        try:
            return list(zip(asked, provider.snap([_pin(site) for site in asked]), strict=True))
        except PointOffRoads as error:
            if asked[error.index].id in needed:
                raise
            del asked[error.index]


def _pin(site: Site) -> Point:
    return Point(site.longitude, site.latitude, site.name)


def _fits(row: SiteSnap | None, site: Site) -> bool:
    return row is not None and (row.pin_longitude, row.pin_latitude) == (site.longitude, site.latitude)


def _snap_from(row: SiteSnap, site: Site) -> Snap:
    return Snap(_pin(site), Point(row.longitude, row.latitude), row.metres, row.street)


def _snap_values(network: Network, site: Site, profile: Profile, fingerprint: str, snap: Snap) -> dict[str, Any]:
    return {
        "site_id": site.id,
        "profile": profile,
        "network_id": network.id,
        "fingerprint": fingerprint,
        "pin_longitude": site.longitude,
        "pin_latitude": site.latitude,
        "longitude": snap.point.longitude,
        "latitude": snap.point.latitude,
        "metres": snap.metres,
        "street": snap.street,
    }


def _extended(
    provider: RoadProvider, earlier: TravelMatrix, ids: tuple[UUID, ...], snaps: tuple[Snap, ...]
) -> RoadMatrix | None:
    """The table with only the rows and columns of new or moved sites asked for; None where most are new."""
    places = {
        site: (tuple(snap), number)
        for number, (site, snap) in enumerate(zip(earlier.sites, earlier.snaps, strict=True))
    }
    numbers = []  # of each site in the earlier table, -1 for one that is new there
    for site, snap in zip(ids, snaps, strict=True):
        place, number = places.get(site, ((), -1))
        numbers.append(number if place == (snap.point.longitude, snap.point.latitude) else -1)
    old = np.array([i for i, number in enumerate(numbers) if number >= 0], dtype=np.intp)
    new = np.array([i for i, number in enumerate(numbers) if number < 0], dtype=np.intp)
    if 2 * len(new) > len(ids) or not len(old):
        return None
    known = _unpacked(earlier.tables, len(earlier.sites))
    source = np.array([numbers[i] for i in old], dtype=np.intp)
    tables = np.zeros((2, len(ids), len(ids)), dtype=np.int32)
    tables[np.ix_((0, 1), old, old)] = known[np.ix_((0, 1), source, source)]
    if len(new):
        added, before = [snaps[i] for i in new], [snaps[i] for i in old]
        tables[:, new, :] = _pair(provider.table(added, snaps))
        tables[np.ix_((0, 1), old, new)] = _pair(provider.table(before, added))
    for table in tables:
        np.fill_diagonal(table, 0)
    return RoadMatrix(tables[0], tables[1], snaps)


def _pair(tables: tuple[Table, Table]) -> NDArray[np.int32]:
    return np.stack(tables)
