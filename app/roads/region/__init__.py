"""A region: one map extract, built into street graphs, a base map and what else is looked up in it.

`manifest` says what a region is and which build is in use, `in_use` keeps a build alive for whoever has it open,
`extract` looks a map file over before hours are spent on it, `graphs` runs the street engine's own programs, `build`
puts the pieces together, `fetch` gets an extract from an address, `__main__` is all of it as a process of its own.
"""

from app.roads.region.build import DEFAULT_PROFILES, Progress, import_region
from app.roads.region.in_use import Hold, hold_region
from app.roads.region.manifest import Graph, Region, RegionError, list_regions, open_region

__all__ = [
    "DEFAULT_PROFILES",
    "Graph",
    "Hold",
    "Progress",
    "Region",
    "RegionError",
    "hold_region",
    "import_region",
    "list_regions",
    "open_region",
]
