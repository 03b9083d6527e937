"""HTTP for what one is told."""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from app.domain.notifications import Channel
from app.kit.idempotency import Answer
from app.kit.language import LanguageCode
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, page_out
from app.kit.wire import PageOut
from app.models.notifications import PushSubscription
from app.notifications import choices, devices, proving
from app.notifications.newsroom import senders_of
from app.notifications.schemas import (
    ChannelName,
    ChoicesChange,
    ChoicesOut,
    DeviceIn,
    DeviceOut,
    NotificationOut,
    NotificationSubjectOut,
    PhoneConfirmation,
    PushKeyOut,
    QuietHoursOut,
    TrialWish,
)

router = APIRouter(prefix="/api/v1/me", route_class=ApiRoute, tags=["notifications"], responses=PROBLEMS)


def channels_set_up(call: Caller) -> list[Channel]:
    """Those that the settings of this installation set up."""
    return list(senders_of(call.request.app.state.settings))


@router.get("/notification-choices")
def get_notification_choices(call: Caller) -> ChoicesOut:
    """What you are told by which channel, and when not, with its version as ETag."""
    return _shown(call, call.read(lambda session: choices.choices_of(session, call.principal)))


@router.patch("/notification-choices")
def change_notification_choices(call: Caller, change: ChoicesChange) -> ChoicesOut:
    """Change what you are told, from the version in If-Match."""
    version = call.expected_version()
    return _shown(call, call.read(lambda session: choices.choose(session, call.principal, change, version, call.now)))


def _shown(call: Caller, found: choices.Choices) -> ChoicesOut:
    call.response.headers["ETag"] = f'"{found.version}"'
    quiet = found.quiet
    return ChoicesOut(
        subjects=[
            NotificationSubjectOut(
                subject=code,
                words=subject.words,
                channels=_names(found.channels[code]),
                can_be_chosen=_names(subject.channels),
                mailed=subject.mailed,
            )
            for code, subject in found.subjects.items()
        ],
        set_up=_names(channels_set_up(call)),
        quiet_hours=None
        if quiet is None
        else QuietHoursOut(begins=f"{quiet.begins:%H:%M}", ends=f"{quiet.ends:%H:%M}"),
        time_zone=found.time_zone,
        phone=found.phone,
        phone_confirmed=found.phone_confirmed,
        language=cast(LanguageCode, found.language),
        version=found.version,
    )


@router.post("/phone-code", status_code=202, response_model=NotificationOut)
def ask_for_phone_code(call: Caller) -> Response:
    """Have six digits texted to your phone number; for ten minutes, and five tries, they confirm it."""
    proving.count(call.database, call.principal, channels_set_up(call), call.now)

    def verb(session: Session) -> Answer:
        return answer(NotificationOut.model_validate(proving.ask_for_code(session, call.principal, call.now)), 202)

    return call.once(None, verb)


@router.post("/phone-confirmation")
def confirm_phone(call: Caller, wish: PhoneConfirmation) -> ChoicesOut:
    """Confirm your phone number with the code that was texted to it; from then on you can be texted what you chose."""
    return _shown(call, proving.confirm(call.database, call.principal, wish.code, call.now))


def _names(channels: Collection[Channel]) -> list[ChannelName]:
    return [each.value for each in Channel if each in channels]


@router.get("/notifications")
def list_notifications(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[NotificationOut]:
    """What you were told in the last thirty days, by which channel, or why not; newest first."""

    def query(session: Session) -> PageOut[NotificationOut]:
        found = choices.list_notifications(session, call.principal, cursor=cursor, limit=limit)
        return page_out(NotificationOut, found)

    return call.read(query)


@router.post("/notifications/test", status_code=202, response_model=NotificationOut)
def test_notification(call: Caller, wish: TrialWish) -> Response:
    """Have a trial sent to yourself, whatever the hour."""

    def verb(session: Session) -> Answer:
        channel, set_up = Channel(wish.channel), channels_set_up(call)
        row = choices.try_out(session, call.principal, channel, set_up, call.now)
        return answer(NotificationOut.model_validate(row), 202)

    return call.once(wish, verb)


@router.get("/push-key")
def get_push_key(call: Caller) -> PushKeyOut:
    """The key that a browser subscribes to web push with; it stays the same."""
    return call.read(lambda session: PushKeyOut(key=devices.push_key(session, call.principal)))


@router.post("/devices", status_code=201, response_model=DeviceOut)
def add_device(call: Caller, wish: DeviceIn) -> Response:
    """Be told on this browser, from its subscription; whoever else was told on it is so no more."""
    choices.require_person(call.principal)
    devices.look_up(call.request.app.state.webhook_guard, wish.endpoint)

    def verb(session: Session) -> Answer:
        return answer(_device(devices.add_device(session, call.principal, wish, call.now)), 201)

    return call.once(wish, verb)


@router.get("/devices")
def list_devices(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[DeviceOut]:
    """The browsers that you are told on, oldest first."""

    def query(session: Session) -> PageOut[DeviceOut]:
        found = devices.list_devices(session, call.principal, cursor, limit)
        return PageOut(items=[_device(row) for row in found.items], next_cursor=found.next_cursor)

    return call.read(query)


@router.delete("/devices/{device_id}", status_code=204)
def take_device_off(call: Caller, device_id: UUID) -> Response:
    """Be told on this browser no more."""
    call.read(lambda session: devices.take_off(session, call.principal, device_id, call.now))
    return Response(status_code=204)


def _device(row: PushSubscription) -> DeviceOut:
    return DeviceOut(id=row.id, service=devices.service_of(row), created_at=row.created_at)
