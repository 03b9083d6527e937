"""What the explanation of an allocation looks like over HTTP."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.whys import Said
from app.kit.wire import KgOut
from app.planning.why import Alternative, Excluded, Explanation
from routing.explain.instead import Share

Money = str  # as "3.40", in the network's currency: what the policy values, nobody pays it


def _money(thousandths_of_cents: int) -> Money:
    return f"{thousandths_of_cents / 100_000:.2f}"


class SaidOut(BaseModel):
    """One sentence with its stable code."""

    code: str
    details: dict[str, str]
    sentence: str

    @classmethod
    def of(cls, said: Said) -> Self:
        """As it is told."""
        return cls(code=said.code, details=dict(said.details), sentence=said.sentence)


class WorthOut(BaseModel):
    """What the day is worth more for it, in the policy's money: food and fairness, less driving and broken promises."""

    food: Money
    fairness: Money
    driving: Money
    promises: Money


class ShareOut(BaseModel):
    """What a food bank has had of what could come to it, over the weeks before and today."""

    kg_had: KgOut
    kg_possible: KgOut

    @classmethod
    def of(cls, share: Share) -> Self:
        """As it is told."""
        return cls(kg_had=share.had, kg_possible=share.wanted)


class InsteadOut(BaseModel):
    """The food at another food bank, everything else standing."""

    site_name: str | None
    organisation_name: str | None
    kg: KgOut
    costs: Money = Field(description="So much less would the day be worth; below nothing: by itself it would be better")
    metres_more: int
    seconds_more: int
    said: list[SaidOut]

    @classmethod
    def of(cls, other: Alternative) -> Self:
        """As it is told."""
        return cls(
            site_name=other.site_name or None,
            organisation_name=other.organisation_name or None,
            kg=other.grams,
            costs=_money(other.worth_less),
            metres_more=other.metres_more,
            seconds_more=other.seconds_more,
            said=[SaidOut.of(each) for each in other.said],
        )


class ExcludedOut(SaidOut):
    """A food bank that cannot have it, and why; `because` is what the rule book says, where it is about that."""

    site_name: str
    organisation_name: str
    because: str | None

    @classmethod
    def about(cls, each: Excluded) -> Self:
        """As it is told."""
        return cls(
            site_name=each.site_name,
            organisation_name=each.organisation_name,
            because=each.because or None,
            **SaidOut.of(each.said).model_dump(),
        )


class WhyOut(BaseModel):
    """Why food goes to this food bank. Partners read of their own food, without the others' names and reasons."""

    allocation_id: UUID
    plan_id: UUID = Field(description="The plan in which it was decided; a change keeps what the one before decided")
    currency: str
    kg: KgOut
    worth: WorthOut
    metres: int = Field(description="Metres that it adds to the route")
    seconds: int = Field(description="Seconds that it adds to the route")
    share_before: ShareOut | None = Field(description="Of the food bank, without this food; null for the donor")
    share_after: ShareOut | None
    said: list[SaidOut]
    others: list[InsteadOut] = Field(description="Where it could go instead, the next best first")
    no_better: int = Field(description="Food banks left out, since even the shortest way would make them no better")
    cannot: list[ExcludedOut]

    @classmethod
    def of(cls, found: Explanation) -> Self:
        """As it is told."""
        why = found.why
        return cls(
            allocation_id=found.allocation.id,
            plan_id=found.plan.id,
            currency=found.currency,
            kg=why.allocation.grams,
            worth=WorthOut(
                food=_money(why.adds.food),
                fairness=_money(why.adds.fairness),
                driving=_money(why.adds.driving),
                promises=_money(why.adds.moves),
            ),
            metres=why.metres,
            seconds=why.seconds,
            share_before=ShareOut.of(why.share_before) if found.shares_told else None,
            share_after=ShareOut.of(why.share_after) if found.shares_told else None,
            said=[SaidOut.of(each) for each in found.said],
            others=[InsteadOut.of(each) for each in found.others],
            no_better=found.no_better,
            cannot=[ExcludedOut.about(each) for each in found.cannot],
        )
