"""One search for everybody who looks for an address: a server where one is set, else the region's own index."""

from dataclasses import dataclass

from app.roads.addresses.coordinates import typed_position
from app.roads.addresses.index import AddressHit, AddressIndex
from app.roads.addresses.servers import AddressServer
from app.roads.provider import RoadsUnavailable
from app.roads.region import Region

FROM_OWN_MAP = "The answers come from the region's own map."


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found, and a sentence where a server that should have answered did not."""

    hits: tuple[AddressHit, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Addresses of one region for readers of one language."""

    region: Region
    server: AddressServer | None = None
    language: str = "en"

    @property
    def index(self) -> AddressIndex:
        """The region's own."""
        return AddressIndex(self.region.addresses, self.region.bounds)

    def search(
        self, text: str, near: tuple[float, float] | None = None, limit: int = 10, *, typing: bool = False
    ) -> Answers:
        """The best answers first. While somebody is typing, no server is asked. Raises IndexMissing."""
        near = near or self.region.anchor
        note = None
        if self.server is not None and not typing and text.strip() and typed_position(text) is None:
            try:
                hits = self.server.search(text, self.region.bounds, limit, self.language)
            except RoadsUnavailable as error:
                note = f"{error.sentence} {FROM_OWN_MAP}"
            else:
                if hits:
                    return Answers(tuple(hits))
        return Answers(tuple(self.index.search(text, near=near, limit=limit, language=self.language)), note)

    def reverse(self, longitude: float, latitude: float) -> Answers:
        """What is at a position: one answer or none. Raises IndexMissing."""
        note = None
        if self.server is not None:
            try:
                hit = self.server.reverse(longitude, latitude, self.language)
            except RoadsUnavailable as error:
                note = f"{error.sentence} {FROM_OWN_MAP}"
            else:
                if hit is not None:
                    return Answers((hit,))
        found = self.index.reverse(longitude, latitude, self.language)
        return Answers((found,) if found else (), note)
