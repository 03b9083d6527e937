"""What an imported region is, and the file that says which build of it is in use."""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.roads.addresses.build import ADDRESS_FORMAT
from app.roads.basemap import BASE_MAP_FORMAT
from app.roads.coast import Bounds
from app.roads.provider import ATTRIBUTION, PROFILES, Profile
from app.roads.tile_drawing import TILE_FORMAT

if TYPE_CHECKING:
    from app.roads.region.in_use import Hold

MANIFEST = "region.json"
MANIFEST_FORMAT = "wasl-region-2"
EARLIER_FORMATS = ("wasl-region",)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# An older one is built anew by the next import, and works until then.
PIECES_FORMAT = f"tiles {TILE_FORMAT}, addresses {ADDRESS_FORMAT}"
PROFILE_FOLDER = Path(__file__).with_name("profiles")


class RegionError(Exception):
    """A region could not be imported or opened; `sentence` says why in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Graph:
    """The street graph of one profile: its fingerprint and a point (longitude, latitude) on its main network."""

    profile: Profile
    fingerprint: str
    anchor: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """One imported extract: where its street graphs and its map are, and what they were made from.

    source: the file's name or the address that it came from. owner: the network that imported it through the service;
    None for one that was imported at the command line. bytes: what the build takes on the disk.
    """

    name: str
    build: Path
    sha256: str
    source: str
    source_bytes: int
    imported_at: str  # RFC 3339, UTC
    engine: str
    map_format: int
    pieces_format: str  # of what may be missing or old without the region being of no use
    fingerprint: str
    bounds: Bounds
    graphs: tuple[Graph, ...]
    bytes: int
    warnings: tuple[str, ...] = ()
    owner: str | None = None
    attribution: str = ATTRIBUTION

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles that it has a street graph for."""
        return tuple(graph.profile for graph in self.graphs)

    def graph_of(self, profile: Profile) -> Path:
        """The base name of the street engine's files. Raises RegionError for a profile that was not built."""
        return graph_path(self.build, self._graph(profile).profile)

    def fingerprint_of(self, profile: Profile) -> str:
        """Changes whenever this profile's travel times may. Raises RegionError for a profile that was not built."""
        return self._graph(profile).fingerprint

    def anchor_of(self, profile: Profile) -> tuple[float, float]:
        """A point on the profile's main network. Raises RegionError for a profile that was not built."""
        return self._graph(profile).anchor

    def _graph(self, profile: Profile) -> Graph:
        for graph in self.graphs:
            if graph.profile == profile:
                return graph
        built = ", ".join(self.profiles)
        raise RegionError(
            f"The region {self.name} has no streets for the profile {profile} (it has {built}); import its map extract "
            f"again with this profile."
        )

    @property
    def anchor(self) -> tuple[float, float]:
        """The anchor of the first profile."""
        return self.graphs[0].anchor

    @property
    def base_map(self) -> Path:
        return self.build / "map.sqlite"

    @property
    def tiles(self) -> Path:
        return self.build / "tiles.sqlite"

    @property
    def addresses(self) -> Path:
        return self.build / "addresses.sqlite"

    @property
    def tile_cache(self) -> Path:
        return self.build / "tiles"

    def hold(self) -> "Hold":
        """Keep this build on the disk until the hold is closed. Raises RegionError when it is gone already."""
        from app.roads.region.in_use import Hold

        return Hold(self)


def open_region(name: str, folder: Path) -> Region:
    """The region as it was last imported. Raises RegionError when there is none that this version can use."""
    home = home_of(name, folder)
    region = current(home, name)
    if region is None:
        if _is_of_earlier_version(home):
            raise _of_another_version(name)
        raise RegionError(f"There is no region called {name} here; import its map extract first.")
    if region.engine != engine_version() or region.map_format != BASE_MAP_FORMAT:
        raise _of_another_version(name)
    return region


def list_regions(folder: Path) -> tuple[Region, ...]:
    """All regions of the installation that a manifest can be read of, by name."""
    names = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))
    found = (current(folder.absolute() / name, name) for name in names if NAME.fullmatch(name))
    return tuple(region for region in found if region is not None)


def home_of(name: str, folder: Path) -> Path:
    """Where everything of a region lies. Raises RegionError for a name that could lead elsewhere."""
    if NAME.fullmatch(name) is None:
        raise RegionError("The name of a region is made of small letters a to z, digits and hyphens.")
    return folder.absolute() / name


def current(home: Path, name: str) -> Region | None:
    """What the manifest names; None without one, or where it cannot be understood."""
    try:
        manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        if manifest.pop("format") != MANIFEST_FORMAT:
            return None
        return _region(manifest, home, name)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _region(manifest: dict[str, Any], home: Path, name: str) -> Region | None:
    build = home / "builds" / manifest.pop("build")
    graphs = tuple(
        Graph(graph["profile"], graph["fingerprint"], (graph["anchor"][0], graph["anchor"][1]))
        for graph in manifest.pop("graphs")
    )
    bounds, warnings = tuple(manifest.pop("bounds")), tuple(manifest.pop("warnings"))
    if not build.is_dir() or not graphs:
        return None
    manifest["name"] = name
    return Region(build=build, graphs=graphs, bounds=bounds, warnings=warnings, **manifest)


def _is_of_earlier_version(home: Path) -> bool:
    return _raw(home).get("format") in EARLIER_FORMATS


def _raw(home: Path) -> dict[str, Any]:
    try:
        found = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def owner_of(home: Path) -> str | None:
    """The network that imported the region first; None for the operator's, and where there is no region."""
    owner = _raw(home).get("owner")
    return owner if isinstance(owner, str) else None


def require_right_to_replace(home: Path, name: str, owner: str | None) -> None:
    """Raise RegionError where a network would replace streets that others may drive by: only its own are its to
    replace. The operator, who gives no owner, may replace all."""
    if owner is None or not (home / MANIFEST).exists():
        return
    if owner_of(home) != owner:
        raise RegionError(
            f"The region {name} was not imported by this network, and others may use it; ask whoever runs this "
            "installation to import it again."
        )


def _of_another_version(name: str) -> RegionError:
    return RegionError(f"The region {name} was built by another version of Wasl; import its map extract again.")


def put_in_use(region: Region, home: Path) -> None:
    """Name the new build in the manifest: one rename, so a reader finds the old region or the new."""
    manifest = {**asdict(region), "format": MANIFEST_FORMAT, "build": region.build.name}
    draft = home / f"{MANIFEST}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / MANIFEST)


def engine_version() -> str:
    """Graphs can be read by the version of the engine that made them alone."""
    return f"osrm {metadata.version('osrm-bindings')}"


def graph_path(build: Path, profile: Profile) -> Path:
    """The base name of the engine's files for one profile."""
    return build / "graphs" / profile / "region.osrm"


def graph_fingerprint(sha256: str, profile: Profile) -> str:
    """Of everything that a profile's travel times depend on: the file, the profile's own text, the engine."""
    text = (PROFILE_FOLDER / f"{profile}.lua").read_text(encoding="utf-8")
    return _digest(sha256, profile, text, engine_version())


def region_fingerprint(sha256: str, graphs: tuple[Graph, ...]) -> str:
    """Of all that the region was made from."""
    return _digest(sha256, str(BASE_MAP_FORMAT), *sorted(graph.fingerprint for graph in graphs))


def _digest(*made_from: str) -> str:
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def known_profiles(names: tuple[str, ...] | list[str]) -> tuple[Profile, ...]:
    """These profiles once each, in the order of PROFILES; `all` means all. Raises RegionError for an unknown one."""
    unknown = [name for name in names if name not in (*PROFILES, "all")]
    if unknown:
        raise RegionError(f"There is no profile called {unknown[0]}; there are {', '.join(PROFILES)}, and all.")
    return tuple(profile for profile in PROFILES if profile in names or "all" in names)
