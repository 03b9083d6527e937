"""The laws that hold in every database at every moment, as queries that find what breaks them."""

import json
import zlib
from collections.abc import Iterator

from sqlalchemy import Connection, text

LAWS: dict[str, str] = {
    "I1 an account of a line holds less than nothing": """
        SELECT line, account, sum(grams) FROM (
            SELECT offer_line_id AS line, to_account AS account, grams FROM ledger_entries
            UNION ALL SELECT offer_line_id, from_account, -grams FROM ledger_entries) moved
        WHERE account <> 'supply' GROUP BY line, account HAVING sum(grams) < 0""",
    "I1 a posted line is not in the ledger with its grams": """
        SELECT l.id FROM offer_lines l LEFT JOIN ledger_entries e
            ON e.offer_line_id = l.id AND e.from_account = 'supply' AND e.cause = 'offer'
        GROUP BY l.id, l.grams HAVING coalesce(sum(e.grams), 0) <> l.grams""",
    "I2 published plans promise more of a line than there is": """
        SELECT a.offer_line_id FROM allocations a JOIN plans p ON p.id = a.plan_id
            JOIN offer_lines l ON l.id = a.offer_line_id
        WHERE p.state = 'published' AND a.from_parcel_id IS NULL AND (p.changes_plan_id IS NULL OR a.parcel_id = a.id)
        GROUP BY a.offer_line_id, l.grams HAVING sum(a.grams) > l.grams""",
    # A plan that changes another goes on from what that one promised, less what it released: what of that the ledger
    # had on offer again already (a closed store's) needs no entry.
    "I2 what published plans promise is not what the ledger has promised": """
        WITH RECURSIVE standing AS (
            SELECT id, changes_plan_id FROM plans WHERE state = 'published'
            UNION ALL SELECT p.id, p.changes_plan_id FROM plans p JOIN standing s ON p.id = s.changes_plan_id)
        SELECT line, sum(grams), sum(released) FROM (
            SELECT a.offer_line_id AS line, a.grams AS grams, 0 AS released FROM allocations a
                JOIN standing s ON s.id = a.plan_id WHERE a.parcel_id = a.id AND a.from_parcel_id IS NULL
            UNION ALL SELECT offer_line_id, -grams, 0 FROM ledger_entries
                WHERE from_account = 'offered' AND to_account = 'allocated' AND cause = 'plan'
            UNION ALL SELECT offer_line_id, grams, 0 FROM ledger_entries
                WHERE from_account = 'allocated' AND to_account = 'offered' AND cause = 'plan'
            UNION ALL SELECT a.offer_line_id, 0, r.grams FROM releases r JOIN allocations a ON a.id = r.parcel_id
                JOIN standing s ON s.id = r.plan_id) promises
        GROUP BY line HAVING sum(grams) < 0 OR sum(grams) > sum(released)""",
    "I7 a withdrawn offer still has food on offer or promised": """
        SELECT o.id FROM offers o JOIN offer_lines l ON l.offer_id = o.id JOIN (
            SELECT offer_line_id AS line, to_account AS account, grams FROM ledger_entries
            UNION ALL SELECT offer_line_id, from_account, -grams FROM ledger_entries) moved ON moved.line = l.id
        WHERE o.state = 'withdrawn' AND moved.account IN ('offered', 'allocated')
        GROUP BY o.id HAVING sum(moved.grams) <> 0""",
    "I9 a day has two published plans": """
        SELECT network_id, service_date FROM plans WHERE state = 'published'
        GROUP BY network_id, service_date HAVING count(*) > 1""",
    "I9 a published plan has no entry in the audit trail": """
        SELECT p.id FROM plans p WHERE p.published_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM audit_entries a WHERE a.subject_id = p.id AND a.action = 'plans.publish')""",
    "I11 one need is stated twice": """
        SELECT site_id, service_date, category FROM needs GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "I21 a day has two planning runs alive": """
        SELECT network_id, service_date FROM plan_runs WHERE state IN ('queued', 'running')
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "one promise is declined twice": """
        SELECT parcel_id FROM declines WHERE taken_back_at IS NULL GROUP BY 1 HAVING count(*) > 1""",
    "a vehicle is on two shifts at once": """
        SELECT a.id FROM shifts a JOIN shifts b ON a.vehicle_id = b.vehicle_id AND a.id < b.id
            AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
}


DECLINED_AND_BROUGHT = "a plan took the place of one of which food was declined, and brings it all the same"
BROUGHT = """
    SELECT d.id, d.offer_line_id::text, d.need_id::text, p.problem FROM declines d JOIN allocations a
        ON a.offer_line_id = d.offer_line_id AND a.need_id = d.need_id AND a.plan_id <> d.plan_id
        JOIN plans p ON p.id = a.plan_id JOIN plans before ON before.id = d.plan_id
    WHERE p.state = 'published' AND before.state = 'superseded' AND d.taken_back_at IS NULL"""


def _declined_and_brought(connection: Connection) -> Iterator[str]:
    """A plan whose problem does not have the pair was made since; it may still name what is on its way there."""
    for decline, line, need, compressed in connection.execute(text(BROUGHT)):
        problem = json.loads(zlib.decompress(compressed))
        if any((pair["lot"], pair["need"]) == (line, need) for pair in problem["eligibilities"]):
            yield f"{DECLINED_AND_BROUGHT}: {decline}"


def broken_laws(connection: Connection) -> list[str]:
    """The names of the laws that do not hold, with the first row that breaks each; the role has to see all rows."""
    found = []
    for name, query in LAWS.items():
        first = connection.execute(text(query)).first()
        if first is not None:
            found.append(f"{name}: {tuple(first)}")
    return [*found, *_declined_and_brought(connection)]
