"""How long each table is kept, why, and what happens then: data that docs/privacy.md renders and a daily job obeys."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DAY = 1
YEAR = 365
BOOKS = 7 * YEAR + 2  # as long as books are kept; two leap days lie in it

# keep: for ever, or until its owner changes it   delete: the row goes   strip: the row stays, the columns are emptied
Then = Literal["keep", "delete", "strip"]


@dataclass(frozen=True)
class Retention:
    """What happens to the rows of one table.

    days: after the moment in `counted_from`, a column of the table unless the deed has its own way to find it.
    columns: what is emptied, where the rows stay.
    """

    table: str
    why: str
    then: Then = "keep"
    days: int | None = None
    counted_from: str = ""
    columns: tuple[str, ...] = ()

    @property
    def kept(self) -> str:
        """How long, in words."""
        if self.days is None:
            return "for ever"
        if self.days == 0:
            return f"until {self.counted_from}"
        return "7 years" if self.days == BOOKS else f"{self.days} days after {self.counted_from}"

    @property
    def afterwards(self) -> str:
        """What happens then, in words."""
        if self.then == "strip":
            return f"the row stays, {', '.join(f'`{column}`' for column in self.columns)} goes"
        return {"keep": "nothing", "delete": "the row is deleted"}[self.then]


RETENTION = (
    Retention("networks", "everything belongs to a network"),
    Retention("organisations", "the ledger says whose food it was"),
    Retention("partnerships", "who planned with whom, and when"),
    Retention("partnership_documents", "what was signed, as long as the partnership is known"),
    Retention("agreements", "who agreed with whom whose food it is; plans obeyed them"),
    Retention("sites", "the ledger's food was collected and delivered there"),
    Retention("people", "an account lasts until it is erased; then the row stays without name, address and password"),
    Retention("offers", "the ledger accounts for their lines"),
    Retention("offer_lines", "the ledger accounts for them"),
    Retention(
        "offer_photos", "pictures of food help until it is delivered and disputes are over", "delete", 90, "created_at"
    ),
    Retention("standing_offers", "offers say which standing one they come from"),
    Retention("standing_offer_days", "why a date of a standing offer was different"),
    Retention("outlets", "the ledger's food went there"),
    Retention("handovers", "which outlet took which food; nobody's name"),
    Retention(
        "escalations", "who was told what of food left over, and when, can be disputed", "delete", 90, "created_at"
    ),
    Retention(
        "asks",
        "who answered what matters while the day can be disputed; a yes stays as a need",
        "delete",
        90,
        "asked_at",
    ),
    Retention("together_days", "a published report never changes; of people it knows numbers alone"),
    Retention("together_figures", "a published report never changes; of people it knows numbers alone"),
    Retention("impact_factors", "published reports say what they were counted with; who chose it is named by id"),
    Retention("impact_reports", "a published report never changes; of people it knows numbers alone"),
    Retention("areas", "which places a public body reads totals of, until the network changes it; nobody's name"),
    Retention("addition_reports", "what somebody took to a sponsor can be looked up again; it names nobody"),
    Retention("addition_days", "a published report never changes; of people it knows numbers alone"),
    Retention("addition_gains", "a published report never changes; of people it knows numbers alone"),
    Retention("public_pages", "what the network's page is called, until the network changes it"),
    Retention(
        "cards",
        "whoever is shown has agreed to it; a card that is off shows nobody, and counts on if it comes back",
        "strip",
        90,
        "off_since",
        ("name_en", "name_ar", "sentence_en", "sentence_ar"),
    ),
    Retention(
        "enquiries",
        "whoever wrote through a card is answered by then; what is declined goes at once",
        "delete",
        90,
        "received_at",
    ),
    Retention("card_recruits", "how many a card brought in: a kind and a day, nobody's name"),
    Retention("distribution_points", "what everybody may know of a place, until its organisation changes it"),
    Retention("needs", "reports compare what was asked for with what came; of beneficiaries only a number"),
    Retention("standing_needs", "needs say which standing one they come from; of beneficiaries only a number"),
    Retention("vehicles", "plans and costs refer to them"),
    Retention("vehicle_loans", "who lent what to whom; shifts that were driven followed from it"),
    Retention(
        "shifts",
        "who drove matters while the day can be disputed",
        "strip",
        90,
        "service_date",
        ("driver_name", "driver_person_id"),
    ),
    Retention(
        "van_positions",
        "where a van is, where its driver shares it: the newest place alone, which goes with the last stop, when the"
        " driver shares it no longer, and within a minute of the end of the shift",
        "delete",
        0,
        "ends_at",
    ),
    Retention(
        "plan_runs",
        "who asked, and who took the best plan so far, matters while the day can be disputed",
        "strip",
        90,
        "requested_at",
        ("requested_by", "search_ended_by"),
    ),
    Retention("cut_off_runs", "no day is planned by itself twice; dates alone"),
    Retention("plans", "what was promised; without names of people"),
    Retention(
        "plan_edits",
        "an edit can be taken back, and seen while the day can be disputed; the audit trail has it longer",
        "delete",
        90,
        "at",
    ),
    Retention(
        "routes", "as shifts; a frozen route may lose this one word", "strip", 90, "service_date", ("driver_name",)
    ),
    Retention("stops", "what was driven; places, no people"),
    Retention("allocations", "what was promised to whom"),
    Retention("releases", "what a later plan gave back of a promise"),
    Retention("unserved_offers", "why food stayed"),
    Retention(
        "declines",
        "what a food bank did not want is learnt from; who said so matters while the day can be disputed",
        "strip",
        90,
        "declined_at",
        ("declined_by", "note"),
    ),
    Retention(
        "receipt_confirmations",
        "what a food bank says came, beside the ledger; who said so matters while the day can be disputed",
        "strip",
        90,
        "confirmed_at",
        ("confirmed_by", "note", "seen_by"),
    ),
    Retention("forgotten_lessons", "what is older than twelve weeks is forgotten anyway", "delete", 90, "forgotten_at"),
    Retention(
        "stop_events",
        "append-only books of what happened; free notes may name people",
        "strip",
        90,
        "recorded_at",
        ("note",),
    ),
    Retention(
        "stop_signatures",
        "who signed for food at a door helps while it can be disputed",
        "delete",
        90,
        "recorded_at",
    ),
    Retention("stop_photos", "pictures of food at a door help while it can be disputed", "delete", 90, "created_at"),
    Retention(
        "quarantines",
        "why food was held back and what was decided; who decided matters while it can be disputed",
        "strip",
        90,
        "opened_at",
        ("decided_by", "note"),
    ),
    Retention(
        "settlements",
        "what came of food that was left over; who said so matters while it can be disputed",
        "strip",
        90,
        "settled_at",
        ("settled_by", "note"),
    ),
    Retention(
        "arrivals", "what was told of arrivals is compared with what came for four weeks", "delete", 90, "planned_at"
    ),
    Retention("van_links", "a link to the page of a place ends with its day", "delete", 30, "expires_at"),
    Retention("van_link_keys", "what a network's links are made with; a number alone"),
    Retention(
        "volunteers",
        "who applied to help, until that came to nothing; what somebody who helps offers, as long as their account",
        "delete",
        60,
        "created_at",
    ),
    Retention("tasks", "what help was asked for; nobody's name"),
    Retention("task_sign_ups", "who helped when is what they are thanked for", "delete", 730, "taken_at"),
    Retention("alarms", "who was told what, and when, can be disputed", "delete", 90, "raised_at"),
    Retention("ledger_entries", "append-only books: every gram, for ever, and nobody's name"),
    Retention(
        "credentials",
        "ended sessions and links of drivers are of no use; keys are named in the audit trail",
        "delete",
        30,
        "their end",
    ),
    Retention(
        "person_links", "invitations and links to sign in that can be used no longer", "delete", 30, "expires_at"
    ),
    Retention(
        "mail_messages",
        "whether a mail went out; its words, and the address of who has no account, go when it is sent or out of date",
        "delete",
        30,
        "created_at",
    ),
    Retention("notification_choices", "what somebody wants to be told, and how, until the account is erased"),
    Retention("phone_codes", "a code that proves a phone number holds for minutes", "delete", 1, "expires_at"),
    Retention(
        "notifications", "whoever was told, or not, can see it; what was said is not kept", "delete", 30, "created_at"
    ),
    Retention("push_subscriptions", "a device lasts until it is taken off, or its browser takes nothing any more"),
    Retention("notification_keys", "what a network signs links and messages to devices with; numbers alone"),
    Retention("sign_in_tries", "wrong tries count for minutes", "delete", 1, "at"),
    Retention("calendar_feeds", "a feed lasts until it is revoked; then it is of no use", "delete", 30, "revoked_at"),
    Retention("webhook_endpoints", "an endpoint lasts until its organisation removes it"),
    Retention("webhook_deliveries", "whoever missed a message can have it again", "delete", 30, "created_at"),
    Retention("webhook_attempts", "what a receiver answered helps while it is new", "delete", 30, "sent_at"),
    Retention("outbox_progress", "how far each network's messages were told; numbers alone"),
    Retention("idempotency_records", "nobody repeats a request after so long", "delete", 30, "created_at"),
    Retention("outbox_messages", "everybody who wants to hear has heard", "delete", 90, "at"),
    Retention(
        "audit_entries",
        "as long as books are kept; the chain goes on from the last one that went",
        "delete",
        BOOKS,
        "at",
    ),
    Retention("audit_chains", "where each chain begins and ends; numbers and hashes alone"),
    Retention(
        "region_imports",
        "who imported streets matters while they are new",
        "strip",
        90,
        "requested_at",
        ("requested_by",),
    ),
    Retention("site_snaps", "facts of streets, replaced with them"),
    Retention("travel_matrices", "facts of streets, replaced with them"),
    Retention("travel_fits", "facts of streets, replaced with them"),
    Retention("learnt_paces", "averages of a network, replaced daily"),
    Retention("learnt_service_times", "averages of a site, replaced daily"),
    Retention(
        "day_costs", "what a statement's figures come of, as long as books are kept", "delete", BOOKS, "worked_out_at"
    ),
    Retention("cost_shares", "who paid what of a day, as long as books are kept", "delete", BOOKS, "worked_out_at"),
    Retention(
        "issued_papers",
        "whoever holds a paper can check it as long as books are kept; nobody's name",
        "delete",
        BOOKS,
        "issued_at",
    ),
    Retention("paper_files", "digests of the files of issued papers; they go with those", "delete", BOOKS, "made_at"),
    Retention(
        "grants",
        "what was given and what it paid for; who gave it, as long as books are kept",
        "strip",
        BOOKS,
        "valid_until",
        ("giver", "note"),
    ),
    Retention("route_costs", "what sponsors' money paid for, which stays as it was told; routes and places, no people"),
    Retention("posting_habits", "averages of a store, replaced daily"),
    Retention("expected_foods", "averages of a store, replaced daily"),
    Retention(
        "nothing_today", "what is expected of a store stands on twelve weeks of it", "delete", 90, "service_date"
    ),
    Retention(
        "outlooks", "how a day looked before the posts came is of no use when it is over", "delete", 30, "created_at"
    ),
    Retention("site_reliability", "what became of the visits of twelve weeks, replaced daily; places, no people"),
    Retention(
        "duplicate_marks",
        "what was dealt with stays away from the list, which looks at 92 days at most",
        "delete",
        400,
        "marked_at",
    ),
    Retention(
        "shift_follow_ups",
        "what was said of shifts of the last twelve weeks; then these are gone too",
        "delete",
        90,
        "followed_at",
    ),
    Retention(
        "follow_ups",
        "what was said of visits of the last twelve weeks; then these are gone too",
        "delete",
        90,
        "followed_at",
    ),
)


def rule_of(table: str) -> Retention:
    """The rule of one table; raises KeyError where there is none."""
    return {rule.table: rule for rule in RETENTION}[table]


def without_rule(tables: Iterable[str]) -> list[str]:
    """The tables for which nobody has said how long they are kept."""
    return sorted(set(tables) - {rule.table for rule in RETENTION})


def as_table() -> str:
    """The rules as the Markdown table in docs/privacy.md."""
    rows = [f"| `{rule.table}` | {rule.kept} | {rule.afterwards} | {rule.why} |" for rule in RETENTION]
    return "\n".join(["| table | kept | then | why |", "| --- | --- | --- | --- |", *rows])
