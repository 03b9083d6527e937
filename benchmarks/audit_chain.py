"""What the audit chain costs: deeds a second with and without it, alone and side by side, and reading it all again.

.venv/bin/python benchmarks/audit_chain.py [SECONDS]
"""

import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text

from app.audit.service import verify_network
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.migrate import upgrade
from app.partners.founding import NewNetwork, found

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

MANY = (
    "INSERT INTO audit_entries (network_id, organisation_id, actor_kind, actor_id, action, subject_kind, subject_id,"
    " detail, at) SELECT :n, :o, 'person', gen_random_uuid(), 'a.deed', 'site', gen_random_uuid(),"
    """ '{"changes": {"grams": {"before": 1, "after": 2}}}', now() FROM generate_series(1, 500)"""
)


def an_office(database: Database, name: str) -> Principal:
    """Somebody who may write into a network of their own."""
    begun = found(database, NewNetwork(name, "newport", "Europe/London", "GBP", f"{name} Bank"), NOW)
    scopes = frozenset({"partners"})
    return Principal("api_key", uuid4(), begun.network_id, begun.organisation_id, "office", scopes=scopes)


def deeds_a_second(database: Database, offices: list[Principal], seconds: float) -> tuple[float, float]:
    """Commits a second, each with one entry, one writer per office; and the 99th percentile in milliseconds."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    def write(office: Principal) -> None:
        while (begun := time.perf_counter()) < until:
            with database.transaction(office.scope) as session:
                audit.record(session, office, "a.deed", ("site", uuid4()), NOW, changes={"grams": (1, 2)})
            taken.append(time.perf_counter() - begun)

    writers = [threading.Thread(target=write, args=(office,)) for office in offices]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return len(taken) / seconds, sorted(taken)[int(len(taken) * 0.99)] * 1000


def main(seconds: float) -> None:
    """Print the table of docs/benchmarks.md."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        upgrade(server.owner_url)
        database = Database(server.service_url(), pool_size=8)
        offices = [an_office(database, f"Network {number}") for number in range(8)]
        owner = create_engine(server.owner_url.replace("wasl_owner", "postgres"))
        print("| writers | chain | deeds a second | p99 ms |\n| --- | --- | --- | --- |")
        for what, who in (
            ("1", offices[:1]),
            ("8 in one network", offices[:1] * 8),
            ("8 in eight networks", offices),
        ):
            for chain in ("without", "with"):
                with owner.begin() as connection:
                    chained(connection, on=chain == "with")
                rate, worst = deeds_a_second(database, who, seconds)
                print(f"| {what} | {chain} | {rate:.0f} | {worst:.1f} |", flush=True)
                if chain == "without":
                    with owner.begin() as connection:
                        connection.execute(text("TRUNCATE audit_entries, audit_chains"))
        for _ in range(20):  # a transaction with many entries writes the chain's one row as often
            with owner.begin() as connection:
                connection.execute(text(MANY), {"n": offices[0].network_id, "o": offices[0].organisation_id})
        begun = time.perf_counter()
        read = verify_network(database, offices[0].network_id, None)
        assert read.broken is None  # noqa: S101
        print(f"\n{read.entries} entries verified at {read.entries / (time.perf_counter() - begun):.0f} a second.")
        owner.dispose()
        database.close()


def chained(connection: object, *, on: bool) -> None:
    """Switch the chain on or off; without it a row gets numbers that mean nothing."""
    run = connection.execute  # type: ignore[attr-defined]
    run(text(f"ALTER TABLE audit_entries {'ENABLE' if on else 'DISABLE'} TRIGGER USER"))
    default = "DROP DEFAULT" if on else "SET DEFAULT "
    for column, value in (("number", "(random() * 1e15)::bigint"), ("previous_hash", "''"), ("hash", "''")):
        run(text(f"ALTER TABLE audit_entries ALTER {column} {default if on else default + value}"))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
