"""What webhooks look like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.domain.outbox_kinds import known
from app.kit.web import Body
from app.kit.wire import Instant
from app.partners.schemas import Out


def _is_known(kind: str) -> str:
    if not known(kind):
        raise ValueError("There is no such kind of message. The page on webhooks lists them.")
    return kind


Kind = Annotated[str, StringConstraints(max_length=60), AfterValidator(_is_known)]
Kinds = Annotated[list[Kind], Field(max_length=60, description="What is sent, such as `food.delivered` or `food.*`")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000), Field(examples=["https://example.org/hooks"])]
Description = Annotated[str, StringConstraints(max_length=200)]
EndpointState = Literal["active", "disabled", "failing"]


class EndpointIn(Body):
    """An address that messages are posted to."""

    url: Url
    kinds: Kinds = Field(default=[], description="Empty: every kind, also those to come")
    description: Description = ""
    whole_network: bool = Field(
        default=False, description="All that happens in the network, for its own staff; else what the partner may hear"
    )


class EndpointChange(Body):
    """What may be changed of an endpoint; what is left out stays."""

    url: Url | None = None
    kinds: Kinds | None = None
    description: Description | None = None
    state: Literal["active", "disabled"] | None = None


class EndpointOut(Out):
    """An endpoint."""

    id: UUID
    url: str
    kinds: list[str]
    description: str
    whole_network: bool
    state: EndpointState
    disabled_because: Literal["gone", "gave_up", "asked"] | None
    failing_since: datetime | None
    last_delivered_at: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    version: int


class SecretOut(EndpointOut):
    """An endpoint with its secret, shown this once; null where the same request is answered again."""

    secret: str | None = Field(description="Starts with whsec_; keep it, it is not shown again")


class AttemptOut(Out):
    """One attempt and what came back."""

    round: int
    number: int
    sent_at: datetime
    status: int | None
    milliseconds: int
    answer: str = Field(description="The first kilobyte")
    failure: str | None


class DeliveryOut(BaseModel):
    """One message for one endpoint, with all attempts."""

    id: UUID
    endpoint_id: UUID
    message_id: str = Field(description="The webhook-id that it is sent with")
    kind: str
    state: Literal["pending", "delivered", "failed"]
    next_attempt_at: datetime | None
    created_at: datetime
    attempts: list[AttemptOut]


class ReplayWish(Body):
    """What of an endpoint's messages is sent again."""

    since: Instant
    delivered: bool


class ReplayOut(BaseModel):
    """How many messages were queued again; `next_since` where there are more than one request takes."""

    queued: int
    next_since: datetime | None = None
