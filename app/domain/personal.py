"""Where people may be named: every field that holds a person's name or address, why, and how it goes. None is for
people in need: who receives food is never written down."""

from dataclasses import dataclass
from typing import Literal

ERASED_PERSON = "erased person"
ERASED_DRIVER = "erased driver"

# How a name is taken out when its person is erased.
#   row: the person's own row gets a neutral value   driver: with the driver's shifts
#   equal: wherever it is exactly the person's name or address   deleted: the row goes, as the person's sessions do
#   own: as equal, in rows of the person's organisation alone: a namesake elsewhere keeps theirs
Going = Literal["row", "driver", "equal", "own", "deleted"]


@dataclass(frozen=True)
class NamedField:
    """One column that may name somebody who works for a partner."""

    table: str
    column: str
    going: Going
    why: str


NAMED_FIELDS = (
    NamedField("people", "name", "row", "colleagues see who has an account"),
    NamedField("people", "email", "row", "signing in"),
    NamedField("people", "password_hash", "row", "signing in"),
    NamedField("notification_choices", "phone", "deleted", "text messages, for whoever wants them"),
    NamedField("phone_codes", "phone", "deleted", "where a code goes that proves a number to be one's own"),
    NamedField("credentials", "name", "deleted", "whose session it is, or what a key is for"),
    NamedField("shifts", "driver_name", "driver", "the dispatcher knows who drives"),
    NamedField("routes", "driver_name", "driver", "the route sheet says whose it is"),
    NamedField("plan_runs", "requested_by", "equal", "the dispatcher sees who asked for a plan"),
    NamedField("plan_runs", "search_ended_by", "equal", "the dispatcher sees who took the best plan so far"),
    NamedField("region_imports", "requested_by", "equal", "administrators see who imported streets"),
    NamedField("quarantines", "decided_by", "equal", "who answers for food that was released or thrown away"),
    NamedField("settlements", "settled_by", "equal", "who answers for what came of food that was left over"),
    NamedField("follow_ups", "followed_by", "equal", "colleagues see who has spoken with a partner"),
    NamedField("duplicate_marks", "marked_by", "equal", "colleagues see who has dealt with duplicate effort"),
    NamedField("shift_follow_ups", "followed_by", "equal", "colleagues see who has spoken with a partner"),
    NamedField("declines", "declined_by", "equal", "who said that food is not wanted"),
    NamedField("receipt_confirmations", "confirmed_by", "own", "who said what a food bank received"),
    NamedField("receipt_confirmations", "seen_by", "equal", "who saw to what a food bank counted otherwise"),
    NamedField("asks", "answered_by", "equal", "who said yes or no for a food bank"),
    NamedField(
        "stop_signatures", "signed_by", "own", "who handed food over or took it; the drawing goes with the name"
    ),
    NamedField("grants", "giver", "equal", "who gave money, where it is none of the partners"),
    NamedField("cards", "name_en", "equal", "whose card it is, shown to everybody with their consent"),
    NamedField("cards", "name_ar", "equal", "as in English"),
    NamedField("enquiries", "contact_name", "equal", "who wants to help"),
    NamedField("enquiries", "contact", "equal", "how the office reaches who wants to help"),
    NamedField("volunteers", "name", "deleted", "who wants to help, until an account has the name"),
    NamedField("volunteers", "email", "deleted", "where an invitation goes, until an account has the address"),
    NamedField("volunteers", "phone", "deleted", "the coordinator calls whoever has taken something"),
    NamedField("calendar_feeds", "created_by", "equal", "administrators see who gave a secret address away"),
    NamedField("calendar_feeds", "driver_name", "equal", "whose shifts the feed shows"),
)

# Every other column that is called a name: of what.
NAMED_THINGS = {
    ("networks", "name"): "a region",
    ("organisations", "name"): "a partner",
    ("sites", "name"): "a place",
    ("vehicles", "name"): "a vehicle",
    ("calendar_feeds", "name"): "a feed",
    ("partnership_documents", "name"): "a signed agreement",
    ("routes", "vehicle_name"): "a vehicle",
    ("stops", "site_name"): "a place",
    ("route_costs", "vehicle_name"): "a vehicle",
    ("stop_signatures", "site_name"): "a place",
    ("stop_photos", "site_name"): "a place",
    ("arrivals", "site_name"): "a place",
    ("stops", "organisation_name"): "a partner",
    ("allocations", "donor_name"): "a partner",
    ("allocations", "receiver_name"): "a partner",
    ("public_pages", "name_en"): "a region",
    ("public_pages", "name_ar"): "a region",
    ("distribution_points", "phone"): "a place, for whoever has a question",
    ("outlets", "name"): "a fridge, a farm or a heap",
    ("handovers", "outlet_name"): "a fridge, a farm or a heap",
    ("partnerships", "proposed_by"): "a side: the network or the organisation",
    ("partnerships", "suspended_by"): "a side: the network or the organisation",
    ("agreements", "proposed_by"): "a side: donor, receiver or network",
    ("agreements", "paid_by"): "a side: donor or receiver",
    ("vehicle_loans", "offered_by"): "a side: lender or network",
    ("alarms", "acknowledged_by"): "a person or key, by id",
    ("notification_choices", "phone_confirmed_at"): "when a number was confirmed; it goes with its row",
    ("credentials", "signed_in_by"): "a way to sign in",
    ("allocations", "use_by"): "a date of food",
}
# What a caller may write in their own words; each says not to write of people in need.
FREE_TEXT = frozenset(
    {"note", "notes", "note_en", "note_ar", "access_notes", "comment", "remark", "message", "conditions"}
)
# Values of these never go into the audit trail, whatever they belong to: an entry there stays for ever.
PERSONAL_WORDS = frozenset(
    {
        "email", "password", "password_hash", "driver_name", "person_name", "first_name", "last_name", "contact",
        "contact_name", "contact_email", "phone", "telephone", "requested_by", "search_ended_by", "note", "notes",
        "access_notes", "note_en", "note_ar", "conditions", "signed_by", "strokes", "giver", "token", "secret", "key",
        "url",
    }
)  # fmt: skip
# Of a card, which may be a person's.
CARD_WORDS = frozenset({"name_en", "name_ar", "sentence_en", "sentence_ar"})
NOT_OF_PEOPLE_IN_NEED = "Do not write names or other details of people in need."


def is_personal(subject_kind: str, field: str) -> bool:
    """Whether the value of a field may name somebody, or is free text in which somebody may be named."""
    if subject_kind == "card" and field in CARD_WORDS:
        return True
    return field in PERSONAL_WORDS or (subject_kind in ("person", "driver", "invitation") and field == "name")


def erased_email(person_id: str) -> str:
    """An address that nobody can be reached at, and no two erased people share."""
    return f"erased-{person_id}@erased.invalid"
