"""Decide a day of food collection: a Problem in, a checked Plan out. No database, no web, no environment."""

from routing.alone import AloneDay, alone
from routing.as_before import plan_as_before
from routing.by_hand import (
    TourViolation,
    late_visits,
    plan_by_hand,
    violations_of_refused_tour,
    violations_of_tour,
)
from routing.check import Violation, check
from routing.figures import (
    DayFigures,
    DrivenRoute,
    Figures,
    PartnerFigures,
    StoreVisit,
    day_as_planned,
    day_figures,
    figures_of_plan,
)
from routing.files import (
    news_from_json,
    news_to_json,
    plan_from_json,
    plan_to_json,
    problem_from_json,
    problem_to_json,
    problem_without_travel_to_json,
    shift_to_json,
)
from routing.group_days import GroupDay, driven_cents, group_days, who_shares, without_rates
from routing.later import without_pairs
from routing.locked import locked_tours
from routing.marginal import SEEDS as ADDITION_SEEDS
from routing.marginal import STEPS as ADDITION_STEPS
from routing.marginal import VERSION as ADDITIONS_VERSION
from routing.news import Done, News
from routing.own_stores import own_stores
from routing.plan import CHANGES, REASONS, Allocation, Change, Plan, Route, Stop, Unserved
from routing.problem import (
    CLASSES,
    END_OF_PLANNING,
    Break,
    Eligibility,
    FairnessStep,
    Load,
    LockedCargo,
    LockedRoute,
    LockedStop,
    Lot,
    Need,
    PaceStep,
    Policy,
    Problem,
    ProblemError,
    Promise,
    Shift,
    Site,
    Storage,
    TimeWindow,
)
from routing.replan.as_it_stands import home_as_it_stands, plan_as_it_stands
from routing.replan.mend import Replan, replan
from routing.replan.moved_stops import MovedStops, moved_stops
from routing.replan.rest_of_day import RestOfDay, rest_of_day
from routing.replan.tours_left import tours_left
from routing.retime import (
    Cargo,
    Tour,
    Visit,
    join_neighbours,
    place_breaks,
    tours_of_plan,
    with_breaks_in_place,
)
from routing.solve import Progress, solve
from routing.together import VARIANTS, Compared, Variant, compared
from routing.together import VERSION as COMPARISON_VERSION
from routing.travel import TravelMatrix
from routing.what_else import driving_cents, who_could_take, worth_of_plan
from routing.worth_trying import most_searches

__all__ = [
    "ADDITIONS_VERSION",
    "ADDITION_SEEDS",
    "ADDITION_STEPS",
    "CHANGES",
    "CLASSES",
    "COMPARISON_VERSION",
    "END_OF_PLANNING",
    "REASONS",
    "VARIANTS",
    "Allocation",
    "AloneDay",
    "Break",
    "Cargo",
    "Change",
    "Compared",
    "DayFigures",
    "Done",
    "DrivenRoute",
    "Eligibility",
    "FairnessStep",
    "Figures",
    "GroupDay",
    "Load",
    "LockedCargo",
    "LockedRoute",
    "LockedStop",
    "Lot",
    "MovedStops",
    "Need",
    "News",
    "PaceStep",
    "PartnerFigures",
    "Plan",
    "Policy",
    "Problem",
    "ProblemError",
    "Progress",
    "Promise",
    "Replan",
    "RestOfDay",
    "Route",
    "Shift",
    "Site",
    "Stop",
    "Storage",
    "StoreVisit",
    "TimeWindow",
    "Tour",
    "TourViolation",
    "TravelMatrix",
    "Unserved",
    "Variant",
    "Violation",
    "Visit",
    "alone",
    "check",
    "compared",
    "day_as_planned",
    "day_figures",
    "driven_cents",
    "driving_cents",
    "figures_of_plan",
    "group_days",
    "home_as_it_stands",
    "join_neighbours",
    "late_visits",
    "locked_tours",
    "most_searches",
    "moved_stops",
    "news_from_json",
    "news_to_json",
    "own_stores",
    "place_breaks",
    "plan_as_before",
    "plan_as_it_stands",
    "plan_by_hand",
    "plan_from_json",
    "plan_to_json",
    "problem_from_json",
    "problem_to_json",
    "problem_without_travel_to_json",
    "replan",
    "rest_of_day",
    "shift_to_json",
    "solve",
    "tours_left",
    "tours_of_plan",
    "violations_of_refused_tour",
    "violations_of_tour",
    "who_could_take",
    "who_shares",
    "with_breaks_in_place",
    "without_pairs",
    "without_rates",
    "worth_of_plan",
]
