"""What volunteers, tasks and sign-ups look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StringConstraints,
    computed_field,
    field_validator,
    model_validator,
)

from app.domain.volunteering import LANGUAGES, SLOTS, WITH_SHIFT
from app.kit.language import LanguageCode
from app.kit.web import Body
from app.kit.wire import Instant, KgOrZero, KgOut, ShortText
from app.partners.schemas import Name, Out
from app.people.schemas import Email, InvitationOut

LONGEST_TASK_HOURS = 16
TaskKind = Literal["drive", "ride_along", "sorting", "distribution", "collection", "other"]
Skill = Literal["licence_b", "licence_c1", "licence_c", "food_hygiene", "chilled_food", "lifting"]
VehicleKind = Literal["none", "bike", "cargo_bike", "car", "van"]
Title = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Sentence = Annotated[str, StringConstraints(min_length=3, max_length=300)]
Phone = Annotated[str, StringConstraints(max_length=30)]


def _each_once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _spoken(values: list[str]) -> list[str]:
    if not set(values) <= set(LANGUAGES):
        raise ValueError("Choose languages of those that are shown.")
    return _each_once(values)


def _slots(values: list[str]) -> list[str]:
    if not set(values) <= set(SLOTS):
        raise ValueError('Say when as "6 morning": an ISO weekday and morning, afternoon or evening.')
    return [each for each in SLOTS if each in values]


Languages = Annotated[list[str], Field(max_length=20), AfterValidator(_spoken)]
Skills = Annotated[list[Skill], Field(max_length=10), AfterValidator(_each_once)]
Slots = Annotated[list[str], Field(max_length=21), AfterValidator(_slots)]


class ProfileIn(Body):
    """What somebody offers to do: skills, languages, a vehicle of their own, the parts of the week that suit them."""

    phone: Phone = Field(default="", description="For the coordinator of what they have taken")
    languages: Languages = []
    skills: Skills = []
    vehicle: VehicleKind = "none"
    vehicle_kg: KgOrZero = Field(default=0, description="What it can carry; 0: not said")
    slots: Slots = Field(default=[], description="Such as `6 morning`; none: at any time")
    note: ShortText = ""


class ApplicationIn(ProfileIn):
    """Somebody who wants to help, and agrees to what is kept of them and how long."""

    name: Name
    email: Email
    language: LanguageCode = "en"
    agrees: bool = Field(description="To what is kept: until they take it back, or 60 days where nothing comes of it")

    @field_validator("agrees")
    @classmethod
    def _has_agreed(cls, value: bool) -> bool:
        if not value:
            raise ValueError("Tick that you agree: without it nothing of you may be kept.")
        return value


class ApplicationSent(BaseModel):
    """The application's own link, shown this once: where it stands, and how it is taken back."""

    token: str
    url: str


class ProfileOut(Out):
    """One's own profile. `speaks_first`: before something new is taken, somebody speaks with them."""

    phone: str
    languages: list[str]
    skills: list[Skill]
    vehicle: VehicleKind
    vehicle_kg: KgOut = Field(validation_alias="vehicle_grams")
    slots: list[str]
    note: str
    speaks_first: bool
    minutes_given: int = Field(description="Of what was recorded as done, and nothing else")
    tasks_done: int
    version: int


class VolunteerOut(ProfileOut):
    """Somebody who applied, or was accepted; name and address are the person's then."""

    id: UUID
    organisation_id: UUID | None
    person_id: UUID | None
    state: Literal["waiting", "accepted", "refused"]
    name: str
    email: str
    language: LanguageCode
    refusal: str | None
    no_shows: int = Field(description="Of the last 60 days, but those that were spoken about")
    created_at: datetime
    decided_at: datetime | None


class AcceptanceIn(Body):
    """As what the person comes in, and to which organisation; without one, to that of whoever accepts."""

    role: Literal["volunteer", "driver"] = "volunteer"
    organisation_id: UUID | None = None


class VolunteerAccepted(BaseModel):
    """The volunteer, and the invitation that is on its way."""

    volunteer: VolunteerOut
    invitation: InvitationOut


class RefusalIn(Body):
    """Why not, in a kind sentence that the person reads."""

    reason: Sentence


class TaskIn(Body):
    """What people are asked to help with. With a shift its times, its vehicle's name and where it starts are the
    task's, unless others are given; without one they have to be."""

    kind: TaskKind
    shift_id: UUID | None = Field(default=None, description="For `drive` and `ride_along`")
    title: Title | None = None
    place: ShortText | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    people_wanted: int = Field(default=1, ge=1, le=200)
    skills: Skills = []
    languages: Languages = []
    own_vehicle: bool = Field(default=False, description="People come with a vehicle of their own")
    bring: ShortText = ""
    note: ShortText = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind in WITH_SHIFT:
            if self.shift_id is None:
                raise ValueError("Say which shift it is.")
            if self.kind == "drive" and self.people_wanted != 1:
                raise ValueError("One person drives a shift.")
            if self.starts_at is not None or self.ends_at is not None:
                raise ValueError("A shift has its own times.")
            return self
        if self.shift_id is not None:
            raise ValueError("Only driving and riding along belong to a shift.")
        if not (self.title and self.place and self.starts_at and self.ends_at):
            raise ValueError("Say what it is, where, and from when until when.")
        if self.starts_at >= self.ends_at:
            raise ValueError("The task has to begin before it ends.")
        if (self.ends_at - self.starts_at).total_seconds() > LONGEST_TASK_HOURS * 3600:
            raise ValueError("A task is at most 16 hours long.")
        return self


class TaskChange(Body):
    """What may be changed of a task; what is left out stays. Its times may not: call it off and offer another."""

    title: Title | None = None
    place: ShortText | None = None
    people_wanted: int | None = Field(default=None, ge=1, le=200)
    bring: ShortText | None = None
    note: ShortText | None = None


class TaskOut(Out):
    """A task with how many of its places are taken."""

    id: UUID
    organisation_id: UUID
    kind: TaskKind
    shift_id: UUID | None
    title: str
    place: str
    service_date: date
    starts_at: datetime
    ends_at: datetime
    people_wanted: int
    people_taken: int
    skills: list[str]
    languages: list[str]
    own_vehicle: bool
    bring: str
    note: str
    state: Literal["open", "cancelled"]
    version: int


class OpenTaskOut(TaskOut):
    """A task to come as the reader sees it: whether it fits them, and why not."""

    organisation_name: str
    obstacles: list[Literal["skills", "languages", "vehicle", "hours"]] = Field(
        description="Why it does not fit: `hours` is a hint, the others are needed"
    )
    sign_up_id: UUID | None = Field(description="Where the reader has a place of it")

    @computed_field
    def places_free(self) -> int:
        """How many places nobody has taken."""
        return max(0, self.people_wanted - self.people_taken)


class SignUpOut(Out):
    """Somebody's place of a task. `done` is what was recorded; a task that is over and of which nobody said anything
    stays `taken`."""

    id: UUID
    task_id: UUID
    person_id: UUID
    name: str
    phone: str
    state: Literal["taken", "given_back", "released", "done", "no_show"]
    late: bool = Field(description="Given back less than 24 hours before it began")
    minutes: int | None
    taken_at: datetime
    ended_at: datetime | None


class MySignUpOut(Out):
    """One's own place, with its task."""

    id: UUID
    state: Literal["taken", "given_back", "released", "done", "no_show"]
    late: bool
    minutes: int | None
    taken_at: datetime
    give_back_freely_until: datetime
    task: TaskOut


class AttendanceIn(Body):
    """Whether somebody came, and for how long; without minutes it is as long as the task was."""

    came: bool
    minutes: int | None = Field(default=None, ge=1, le=LONGEST_TASK_HOURS * 60)
