"""Verbs of signing in: by password, by a mailed link; a new password. Whether an address is known is never told."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal, hash_password, password_matches
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import FieldError, WaslError, not_signed_in, refused
from app.kit.tenancy import Scope
from app.models.partners import Person
from app.models.system import Credential
from app.people import links
from app.people.mail import mail_sign_in_link
from app.people.passwords import refuse_easy
from app.people.schemas import NewPasswordIn, SignIn
from app.people.sessions import begin_session, end_sessions, person_asking
from app.people.tries import count_try, give_back

WITHOUT_OLD_PASSWORD = timedelta(minutes=15)


def sign_in(database: Database, wish: SignIn, address: str, now: datetime) -> tuple[Credential, str]:
    """A session for whoever knows the password; the answer is the same for an unknown address.

    Raises `not_signed_in` (401) and `too_many_attempts` (429).
    """
    tried = count_try(database, "password", wish.email, address, now)
    person = _somebody(database, wish.email)
    if not password_matches(wish.password, person.password_hash if person else None) or person is None:
        raise _do_not_belong_together()
    with database.transaction(Scope(organisation=person.organisation_id)) as session:
        # Again, and held: who is disabled meanwhile does not get in.
        held = session.get(Person, person.id, with_for_update={"read": True})
        if held is None or held.state != "active" or held.password_hash != person.password_hash:
            raise _do_not_belong_together()
        begun = begin_session(session, held, "password", now)
    give_back(database, tried)
    return begun


def _somebody(database: Database, email: str) -> Person | None:
    with database.transaction(Scope(email=email)) as session:
        return session.scalar(select(Person).where(Person.email == email))


def _do_not_belong_together() -> WaslError:
    return not_signed_in("E-mail address and password do not belong together.")


def ask_for_link(database: Database, email: str, address: str, now: datetime) -> None:
    """Count the wish for a mailed link; raises `too_many_attempts` (429), for unknown addresses as well."""
    count_try(database, "mailed_link", email, address, now)


def mail_link(database: Database, email: str, now: datetime) -> None:
    """Mail a link to whoever signs in with this address; nothing happens where nobody does.

    Run after the answer, so that the answer takes as long either way.
    """
    person = _somebody(database, email)
    if person is None:
        return
    with database.transaction(Scope(organisation=person.organisation_id)) as session:
        held = session.get(Person, person.id, with_for_update={"read": True})
        if held is None or held.state != "active":
            return
        link, secret = links.make_link(session, held, "sign_in", now)
        mail_sign_in_link(session, held, link, secret, now)


def look_at_link(database: Database, token: str, now: datetime) -> None:
    """Whether the link would sign somebody in; changes nothing, raises `link_ended` (410)."""
    with database.transaction(Scope()) as session:
        links.open_link(session, token, "sign_in", now)


def use_link(database: Database, token: str, now: datetime) -> tuple[Credential, str]:
    """A session for whoever got the mail; raises `link_ended` (410)."""
    with database.transaction(Scope()) as session:
        link, person = links.open_link(session, token, "sign_in", now)
        links.use_up(session, link, now)
        return begin_session(session, person, "link", now)


def change_password(database: Database, principal: Principal, wish: NewPasswordIn, address: str, now: datetime) -> None:
    """Set a new password; every other session of the person ends.

    Raises `wrong_password` and `password_too_easy` (both 422), `too_many_attempts` (429).
    """
    person_id = person_asking(principal)
    with database.transaction(principal.scope) as session:
        person = session.get_one(Person, person_id)
        by_link = _just_signed_in_by_link(session, principal, now)
    if not (by_link and wish.old is None):
        tried = count_try(database, "password", person.email, address, now)
        if not password_matches(wish.old or "", person.password_hash):
            sentence = "This is not your old password."
            raise refused("wrong_password", sentence, [FieldError("/old", sentence, "wrong_password")])
        give_back(database, tried)
    refuse_easy(wish.new, person, "/new")
    with database.transaction(principal.scope) as session:
        held = session.get_one(Person, person_id, with_for_update=ROW_LOCK)
        held.password_hash = hash_password(wish.new)
        end_sessions(session, person_id, now, keep=principal.credential_id)
        audit.record(session, principal, "people.change_password", ("person", person_id), now)


def _just_signed_in_by_link(session: Session, principal: Principal, now: datetime) -> bool:
    """Whoever has forgotten the password gets in by mail, and sets a new one at once."""
    own = session.get_one(Credential, principal.credential_id)
    return own.signed_in_by == "link" and now - own.created_at < WITHOUT_OLD_PASSWORD
