"""People and messages as the rules of notifications see them, read within a network's scope."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.notifications import RECEIVERS, Channel, News, Reader, channels_of, subject_of
from app.domain.quiet_hours import USUAL, QuietHours
from app.models.alarms import Alarm
from app.models.notifications import NotificationChoice, PushSubscription
from app.models.partners import Organisation, Person, Site
from app.models.system import OutboxMessage
from app.notifications.drivers import drivers_told


@dataclass(frozen=True)
class Known:
    """A person who can be told things, as the rules see them, with the row of what they chose."""

    person: Person
    reader: Reader
    choice: NotificationChoice | None
    has_device: bool

    @property
    def quiet(self) -> QuietHours | None:
        """The quiet hours that hold for them."""
        return quiet_hours_of(self.choice)

    def channels(self, subject: str, set_up: Iterable[Channel]) -> list[Channel]:
        """By which they hear of a subject, of those that are set up here and reach them."""
        reached = {Channel.EMAIL: True, Channel.PUSH: self.has_device, Channel.SMS: self.phone is not None}
        chosen = channels_of(self.person.role, self.reader.chosen, subject)
        return [each for each in set_up if each in chosen and reached[each]]

    @property
    def phone(self) -> str | None:
        """Their phone number, where they gave one and proved that it is theirs."""
        choice = self.choice
        return None if choice is None or choice.phone_confirmed_at is None else choice.phone


def quiet_hours_of(choice: NotificationChoice | None) -> QuietHours | None:
    """As chosen; the usual ones for whoever has chosen nothing."""
    if choice is None:
        return USUAL
    if choice.quiet_from is None or choice.quiet_until is None:
        return None
    return QuietHours(choice.quiet_from, choice.quiet_until)


def people_of(session: Session, network_id: UUID, only: UUID | None = None) -> list[Known]:
    """Everybody of the network who can sign in, or one of them."""
    query = select(Person).where(Person.network_id == network_id, Person.state == "active").order_by(Person.id)
    chosen = select(NotificationChoice).where(NotificationChoice.network_id == network_id)
    with_device = select(PushSubscription.person_id).where(PushSubscription.network_id == network_id).distinct()
    if only is not None:
        query, chosen = query.where(Person.id == only), chosen.where(NotificationChoice.person_id == only)
        with_device = with_device.where(PushSubscription.person_id == only)
    people = session.scalars(query).all()
    choices = {row.person_id: row for row in session.scalars(chosen)}
    devices = frozenset(session.scalars(with_device))
    names, takers = _site_names(session, people), _receivers(session, people)
    return [_known(person, choices.get(person.id), person.id in devices, names, takers) for person in people]


def _receivers(session: Session, people: Sequence[Person]) -> frozenset[UUID]:
    """Those of their organisations that food is brought to."""
    theirs = {person.organisation_id for person in people}
    found = select(Organisation.id).where(Organisation.id.in_(theirs), Organisation.kind.in_(RECEIVERS))
    return frozenset(session.scalars(found))


def _site_names(session: Session, people: Sequence[Person]) -> dict[UUID, str]:
    sites = {person.site_id for person in people if person.site_id is not None}
    found = session.execute(select(Site.id, Site.name).where(Site.id.in_(sites)))
    return {row.id: row.name for row in found}


def _known(
    person: Person,
    choice: NotificationChoice | None,
    has_device: bool,
    names: Mapping[UUID, str],
    receivers: Collection[UUID],
) -> Known:
    reader = Reader(
        person=str(person.id),
        role=person.role,
        organisation=str(person.organisation_id),
        site=None if person.site_id is None else str(person.site_id),
        site_name=None if person.site_id is None else names.get(person.site_id),
        chosen={} if choice is None else choice.channels,
        receives=person.organisation_id in receivers,
    )
    return Known(person, reader, choice, has_device)


def news_of(session: Session, message: OutboxMessage) -> News:
    """A message; one of an alarm with its words, and the people whom the ladder has told in that very step; one of a
    route with its drivers, one of a task with those who took it."""
    data, told = dict(message.data), frozenset[str]()
    if message.subject_kind == "alarm":
        alarm = session.get(Alarm, message.subject_id)
        if alarm is not None:
            data["details"] = alarm.details
            steps = [each for each in alarm.told if each["at"] == message.at.isoformat()]
            told = frozenset(person for each in steps for person in each["people"])
    if subject_of(message.kind) == "route":
        told = drivers_told(session, message)
    if subject_of(message.kind) == "task":
        told = frozenset(map(str, message.data["person_ids"]))
    organisations = frozenset(map(str, message.organisation_ids))
    return News(message.kind, organisations, data, message.at, told)
