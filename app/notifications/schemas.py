"""What notifications look like over HTTP."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.domain.notifications import SUBJECTS
from app.domain.units import latin_digits
from app.kit.language import LanguageCode
from app.kit.web import Body
from app.kit.wire import LocalTime
from app.notifications.by_push import decoded, is_point
from app.partners.schemas import Out

ChannelName = Literal["email", "push", "sms"]
SECRET_BYTES = 16
_CODE = re.compile("[0-9]{6}")
# Gaps, and the marks of direction that come with what is copied from an Arabic text.
_BETWEEN = re.compile(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069-]+")
_NO_PHONE = "Write the number with the country's code, such as +44 7911 123456."


def _subject(code: str) -> str:
    if code not in SUBJECTS:
        raise PydanticCustomError("unknown_subject", "There is no such subject.")
    return code


def _phone(value: Any) -> Any:
    """As E.164, whatever it was written with; empty is none."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text:
        return None
    try:
        found = phonenumbers.parse("+" + text[2:] if text[:2] in ("00", "٠٠") else text, None)
    except phonenumbers.NumberParseException as error:
        raise PydanticCustomError("phone_unreadable", _NO_PHONE) from error
    if not phonenumbers.is_valid_number(found):
        raise PydanticCustomError("phone_unreadable", _NO_PHONE)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


Subject = Annotated[str, StringConstraints(max_length=40), AfterValidator(_subject)]
Phone = Annotated[Annotated[str, StringConstraints(max_length=40)] | None, BeforeValidator(_phone)]


class QuietHoursIn(Body):
    """Local times of the network; until a time that is not later means on the next day."""

    begins: LocalTime
    ends: LocalTime


class ChoicesChange(Body):
    """What may be changed of what you are told; what is left out stays."""

    channels: Annotated[dict[Subject, list[ChannelName]], Field(max_length=40)] | None = Field(
        default=None, description="By subject; an empty list: nothing of it. Subjects that are left out stay"
    )
    quiet_hours: QuietHoursIn | None = Field(default=None, description="null: none, you are told at any hour")
    phone: Phone = Field(default=None, description="With the country's code; null takes it away")
    language: LanguageCode | None = None


def _code(value: Any) -> Any:
    """Six digits of whichever script, however they were grouped."""
    if not isinstance(value, str):
        return value
    found = _BETWEEN.sub("", latin_digits(value))
    if not _CODE.fullmatch(found):
        raise PydanticCustomError("code_unreadable", "Write the six digits of the text message.")
    return found


class PhoneConfirmation(Body):
    """The code that was texted to your phone number."""

    code: Annotated[str, StringConstraints(max_length=40), BeforeValidator(_code)]


class TrialWish(Body):
    """By which channel you want a trial."""

    channel: ChannelName


def _key_of_browser(text: str) -> str:
    if not is_point(text):
        raise PydanticCustomError("push_key_unreadable", "This is no key of a browser. Subscribe again.")
    return text


def _secret_of_browser(text: str) -> str:
    try:
        found = decoded(text)
    except ValueError:
        found = b""
    if len(found) != SECRET_BYTES:
        raise PydanticCustomError("push_key_unreadable", "This is no key of a browser. Subscribe again.")
    return text


Base64Url = Annotated[str, StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_-]+={0,2}$")]


class DeviceKeys(Body):
    """What a message to the browser is encrypted for."""

    p256dh: Annotated[Base64Url, AfterValidator(_key_of_browser)]
    auth: Annotated[Base64Url, AfterValidator(_secret_of_browser)]


class DeviceIn(Body):
    """A browser's subscription, as `PushSubscription.toJSON()` has it."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    keys: DeviceKeys


class DeviceOut(BaseModel):
    """A browser that you are told on."""

    id: UUID
    service: str = Field(description="The host of its push service")
    created_at: datetime


class PushKeyOut(BaseModel):
    """What a browser subscribes with."""

    key: str = Field(description="`applicationServerKey`, base64 for addresses")


class NotificationSubjectOut(BaseModel):
    """What you can hear of, and how you do."""

    subject: str
    words: str
    channels: list[ChannelName]
    can_be_chosen: list[ChannelName]
    mailed: bool = Field(description="A mail goes anyway, to whoever has to act")


class QuietHoursOut(BaseModel):
    """Local times of the network, as in `21:00`."""

    begins: str
    ends: str


class ChoicesOut(BaseModel):
    """What you are told and how."""

    subjects: list[NotificationSubjectOut]
    set_up: list[ChannelName] = Field(description="Channels that this installation has")
    quiet_hours: QuietHoursOut | None
    time_zone: str
    phone: str | None
    phone_confirmed: bool = Field(description="Only then are you texted anything but the code that confirms it")
    language: LanguageCode
    version: int


class NotificationOut(Out):
    """That you were told something, or why not."""

    id: UUID
    subject: str
    channel: ChannelName
    state: Literal["waiting", "sent", "refused", "expired"]
    trouble: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
