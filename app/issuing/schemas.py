"""What everybody may know of an issued paper, over HTTP."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from app.domain import check_code
from app.issuing.checking import Checked
from app.issuing.content import Content
from app.kit.wire import KgOut


class WeightOut(BaseModel):
    """One figure of a paper."""

    name: str
    kg: KgOut | None = Field(description="As the paper says; null: it does not say it")
    kg_now: KgOut | None = Field(description="As the ledger says today; null: nothing of it")


class MoneyOut(BaseModel):
    """One amount of a paper, in cents."""

    name: str
    amount: int | None = Field(description="As the paper says; null: it does not say it")
    amount_now: int | None = Field(description="As it is today; null: nothing of it")


class PaperFactorOut(BaseModel):
    """A version of a factor that a paper was counted with, as it was when the paper was issued."""

    use: Literal["meals", "co2e"]
    version: int = Field(description="Of the network's choice; 0: nobody had chosen")
    name: str
    value: int
    unit: str
    source: str
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="until")


class PaperCountedOut(BaseModel):
    """What a paper says that its food comes to."""

    meals: int
    kg_co2e: KgOut = Field(description="Avoided: after driving in a sponsor's report, before it in a certificate")
    factors: list[PaperFactorOut]

    @classmethod
    def of(cls, content: Content) -> Self | None:
        """None where the paper says nothing of it, or was issued before it was kept."""
        if not content.counted:
            return None
        return cls(
            meals=content.counted["meals"],
            kg_co2e=content.counted["co2e_grams"],
            factors=[PaperFactorOut.model_validate(each) for each in content.factors],
        )


class PaperOut(BaseModel):
    """A paper that was issued: organisations, days and figures, and nobody's name."""

    code: str
    kind: str
    issuer: str
    issued_to: str
    issued_at: datetime
    donors: list[str]
    receivers: list[str]
    sponsor: str | None = Field(description="The organisation whose money it is about")
    first_day: date
    last_day: date
    figures_of: date | None = Field(description="The day of its figures, where the time it is about was not over")
    standing: Literal["agrees", "corrected", "not_there"]
    issued_anew_at: datetime | None = Field(description="When it was last issued with something else in it")
    weights: list[WeightOut]
    money: list[MoneyOut]
    currency: str | None
    counted: PaperCountedOut | None = Field(description="As issued; null: it says nothing of it, or it was not kept")
    sha256: list[str] = Field(description="Of every file that was made of it; any other file is not ours")

    @classmethod
    def of(cls, found: Checked) -> Self:
        """As it was checked."""
        content, now = found.content, found.now
        return cls(
            code=check_code.shown(found.code),
            kind=found.kind,
            issuer=found.issuer,
            issued_to=found.issued_to,
            issued_at=found.issued_at,
            donors=list(content.donors),
            receivers=list(content.receivers),
            sponsor=content.sponsor or None,
            first_day=content.first,
            last_day=content.last,
            figures_of=content.figures_of,
            standing=found.standing,
            issued_anew_at=found.issued_anew_at,
            weights=[
                WeightOut(name=name, kg=then, kg_now=today)
                for name, then, today in beside(content.grams, None if now is None else now.grams)
            ],
            money=[
                MoneyOut(name=name, amount=then, amount_now=today)
                for name, then, today in beside(content.cents, None if now is None else now.cents)
            ],
            currency=content.currency or None,
            counted=PaperCountedOut.of(content),
            sha256=list(found.sha256),
        )


def beside(then: Mapping[str, int], now: Mapping[str, int] | None) -> list[tuple[str, int | None, int | None]]:
    """Each figure as the paper has it, beside what it is today."""
    today = now or {}
    return [(name, then.get(name), today.get(name)) for name in dict.fromkeys([*then, *today])]
