"""Decide a day of food collection: a Problem in, a checked Plan out. No database, no web, no environment."""

from routing.alone import AloneDay, alone
from routing.check import Violation, check
from routing.figures import Figures, figures_of_plan
from routing.files import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from routing.plan import CHANGES, REASONS, Allocation, Change, Plan, Route, Stop, Unserved
from routing.problem import (
    Break,
    Eligibility,
    FairnessStep,
    Load,
    LockedCargo,
    LockedRoute,
    LockedStop,
    Lot,
    Need,
    Policy,
    Problem,
    ProblemError,
    Promise,
    Shift,
    Site,
    Storage,
    TimeWindow,
)
from routing.solve import Progress, solve
from routing.travel import TravelMatrix

__all__ = [
    "CHANGES",
    "REASONS",
    "Allocation",
    "AloneDay",
    "Break",
    "Change",
    "Eligibility",
    "FairnessStep",
    "Figures",
    "Load",
    "LockedCargo",
    "LockedRoute",
    "LockedStop",
    "Lot",
    "Need",
    "Plan",
    "Policy",
    "Problem",
    "ProblemError",
    "Progress",
    "Promise",
    "Route",
    "Shift",
    "Site",
    "Stop",
    "Storage",
    "TimeWindow",
    "TravelMatrix",
    "Unserved",
    "Violation",
    "alone",
    "check",
    "figures_of_plan",
    "plan_from_json",
    "plan_to_json",
    "problem_from_json",
    "problem_to_json",
    "solve",
]
