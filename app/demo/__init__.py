"""The demonstration: real places and streets of Newport in Wales, invented food, through the API's front door."""

from app.demo.run_day import DemoResult, run_day

__all__ = ["DemoResult", "run_day"]
