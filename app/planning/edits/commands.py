"""What each command does to a plan, and the words that say what it did."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.domain.units import kg_display
from app.kit.errors import FieldError, conflict, not_found, refused
from app.models.plans import Plan, Route, Stop
from app.planning.agreed import withholds
from app.planning.edits import drawing as board
from app.planning.edits.drawing import Drawing
from app.planning.edits.places import Wish, place_for
from app.planning.edits.schemas import (
    Command,
    DropOfferLine,
    GiveRouteToShift,
    LockRoute,
    MoveStop,
    PlaceOfferLine,
)
from app.planning.snapshot import PlannedDay, why_not
from routing import Plan as Drawn


@dataclass(frozen=True)
class Edit:
    """What a plan has become on the drawing board, drawn, and the details of the sentence that says how."""

    drawing: Drawing
    plan: Drawn
    details: dict[str, str]


def edited(day: PlannedDay, plan: Plan, drawing: Drawing, command: Command) -> Edit:
    """Do the command; raises what it is refused with."""
    changed, details = _done(day, plan, drawing, command)
    return Edit(changed, changed.drawn(), details)


def _done(day: PlannedDay, plan: Plan, drawing: Drawing, command: Command) -> tuple[Drawing, dict[str, str]]:
    if isinstance(command, MoveStop):
        return _move(plan, drawing, command)
    if isinstance(command, DropOfferLine):
        return _drop(day, drawing, command)
    if isinstance(command, PlaceOfferLine):
        return _place(day, plan, drawing, command)
    shift = _shift_of_route(plan, command.route_id)
    vehicle = drawing.names[shift]
    if isinstance(command, LockRoute):
        return board.lock(drawing, shift), {"vehicle": vehicle}
    if isinstance(command, GiveRouteToShift):
        given = board.give_route(drawing, shift, str(command.shift_id))
        return given, {"vehicle": drawing.names[str(command.shift_id)], "from_vehicle": vehicle}
    return board.unlock(drawing, shift), {"vehicle": vehicle}


def _shift_of_route(plan: Plan, identity: UUID) -> str:
    wanted = select(Route.shift_id).where(Route.id == identity, Route.plan_id == plan.id)
    found = _session_of(plan).scalar(wanted)
    if found is None:
        raise not_found("route")
    return str(found)


@dataclass(frozen=True)
class _StopHere:
    """A stop of the plan: whose route it is on, its number there, and what its place is called."""

    shift: str
    sequence: int
    site_name: str


def _stop(plan: Plan, identity: UUID) -> _StopHere:
    of_plan = select(Stop.shift_id, Stop.sequence, Stop.site_name).join(Route, Route.id == Stop.route_id)
    wanted = of_plan.where(Stop.id == identity, Route.plan_id == plan.id)
    found = _session_of(plan).execute(wanted).one_or_none()
    if found is None:
        raise not_found("stop")
    return _StopHere(str(found.shift_id), found.sequence, found.site_name)


def _session_of(plan: Plan) -> Session:
    found = object_session(plan)
    assert found is not None  # noqa: S101
    return found


def _move(plan: Plan, drawing: Drawing, command: MoveStop) -> tuple[Drawing, dict[str, str]]:
    stop = _stop(plan, command.stop_id)
    shift, to_shift = stop.shift, str(command.shift_id or stop.shift)
    changed = board.move_stop(drawing, shift, stop.sequence, to_shift, command.position)
    details = {"site": stop.site_name, "vehicle": drawing.names[to_shift]}
    return changed, details if shift == to_shift else {**details, "from_vehicle": drawing.names[shift]}


def _drop(day: PlannedDay, drawing: Drawing, command: DropOfferLine) -> tuple[Drawing, dict[str, str]]:
    lot = str(command.offer_line_id)
    changed = board.drop_lot(drawing, lot)
    return changed, _of_line(day, drawing, lot, drawing.problem.lots_by_id[lot].grams)


def _place(day: PlannedDay, plan: Plan, drawing: Drawing, command: PlaceOfferLine) -> tuple[Drawing, dict[str, str]]:
    lot = str(command.offer_line_id)
    if command.need_id is not None:
        _require_suitable(day, plan, drawing, command.offer_line_id, command.need_id)
    need, shift, kg = _where(day, drawing, command)
    changed = board.place_lot(drawing, lot, need, shift, kg, command.position, command.drop_off_position)
    grams = _left_out(drawing, lot) - _left_out(changed, lot)
    receiver = day.sites[UUID(drawing.problem.needs_by_id[need].site)].name
    return changed, {
        **_of_line(day, drawing, lot, grams), "to_site": receiver, "vehicle": drawing.names[shift]
    }  # fmt: skip


def _where(day: PlannedDay, drawing: Drawing, command: PlaceOfferLine) -> tuple[str, str, int | None]:
    """The need, the shift and how much of the food, where all of it is not said."""
    lot, shift = str(command.offer_line_id), None if command.shift_id is None else str(command.shift_id)
    if command.need_id is not None and shift is not None:
        return str(command.need_id), shift, command.kg
    if shift is not None:
        drawing.require_unlocked(drawing.shift(shift).id)
    if command.need_id is not None and str(command.need_id) not in drawing.problem.needs_by_id:
        raise not_found("need")
    needs = _suitable(day, drawing, lot) if command.need_id is None else [str(command.need_id)]
    found = place_for(drawing, Wish(lot, needs, shift, command.kg))
    if found is None and shift is not None:
        raise conflict("no_place_for_food", "This van cannot take this food. Choose another one.")
    if found is None:
        raise conflict("no_place_for_food", "No food bank and no van of this plan could take this food.")
    return found.need, found.shift, found.grams


def _suitable(day: PlannedDay, drawing: Drawing, lot: str) -> list[str]:
    """The needs that may have the food by the plan's own problem, and by the rule book as it is now."""
    line = UUID(board.left_out(drawing, lot).lot)
    needs = drawing.problem.needs_for(lot)
    day.planned_needs.read(map(UUID, needs))
    offer, food = day.lines[line]
    return [need for need in needs if why_not(day, offer, food, day.needs_by_id[UUID(need)]) is None]


def _left_out(drawing: Drawing, lot: str) -> int:
    return sum(each.grams for each in drawing.unserved if each.lot == lot)


def _require_suitable(day: PlannedDay, plan: Plan, drawing: Drawing, line_id: UUID, need_id: UUID) -> None:
    """Food safety is hard: what the rule book or the plan's own problem keeps from a need never goes there. What an
    agreement keeps from it is said afterwards, as every other rule that an edit breaks."""
    need = day.needs_by_id.get(need_id)
    if line_id not in day.lines or need is None:
        return  # not of this plan: said when it is placed
    offer, line = day.lines[line_id]
    refusal = why_not(day, offer, line, need)
    unknown = drawing.problem.deadline(str(line.id), str(need.id)) is None
    if refusal is not None or (unknown and not withholds(plan.obeyed, str(line.id), str(need.id))):
        errors = [] if refusal is None else [FieldError("/need_id", refusal.sentence, refusal.code)]
        site = day.sites[need.site_id].name
        raise refused("food_not_suitable", "This food may not go to {site}.", errors, site=site)


def _of_line(day: PlannedDay, drawing: Drawing, lot: str, grams: int) -> dict[str, str]:
    found = drawing.problem.lots_by_id[lot]
    return {"kg": kg_display(grams), "category": found.category, "site": day.sites[UUID(found.site)].name}
