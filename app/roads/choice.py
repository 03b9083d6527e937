"""Where a network's travel times come from: the region's own streets, or a routing server by its address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

ProviderName = Literal["embedded", "osrm", "valhalla", "openrouteservice", "estimate"]
PROVIDERS: tuple[ProviderName, ...] = get_args(ProviderName)
SERVERS: frozenset[str] = frozenset({"osrm", "valhalla", "openrouteservice"})


class ChoiceError(ValueError):
    """A choice that cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class RoadsChoice:
    """A network's choice; `region` is its imported region, and what is asked when a server fails."""

    region: str
    provider: ProviderName = "embedded"
    url: str | None = None

    def stored(self) -> dict[str, Any]:
        """As kept with the network."""
        return {name: value for name, value in asdict(self).items() if name != "region" and value is not None}


def choice_of(region: str, stored: Mapping[str, Any]) -> RoadsChoice:
    """The choice of a network from its row.

    Raises ChoiceError for a provider that nobody knows, a server without an address, or an address that is not HTTP.
    """
    provider, url = stored.get("provider", "embedded"), stored.get("url")
    if provider not in PROVIDERS:
        raise ChoiceError(f"There is no source of travel times called {provider}: choose {', '.join(PROVIDERS)}.")
    if provider not in SERVERS:
        if url is not None:
            raise ChoiceError(f"An address goes with a routing server only, not with {provider}.")
        return RoadsChoice(region, provider)
    if url is None:
        raise ChoiceError(f"Say where the {provider} server is, such as https://routes.example.org.")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ChoiceError(f"{url} is not the address of a server; it begins with https:// or http://.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ChoiceError("The address of a routing server holds no password and no query; a key goes into a setting.")
    return RoadsChoice(region, provider, url.rstrip("/"))
