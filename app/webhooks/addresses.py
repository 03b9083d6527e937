"""Where webhooks may go: public https addresses and nothing inside, however it is spelled or what its name resolves to.

Checked in two steps, both when an address is entered and before every attempt: `destination` reads the URL without
asking anybody, `open_addresses` judges what its name resolves to. The connection then goes to one of those very
addresses (see `deliver`), so that a name cannot mean something else a moment later.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

LONGEST_URL = 2000
PORTS = frozenset({443, 8443})
RESOLVE_SECONDS = 5
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LAST_LABEL = re.compile(r"[a-z]|xn--")  # a name never ends in a number; the odd spellings of addresses do
_INSIDE_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "invalid")
# Public by the registry, and yet the door to a host's own secrets.
_METADATA = frozenset({IPv4Address("168.63.129.16")})
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_SHELLS = tuple(ip_network(text) for text in ("2002::/16", "2001::/32", "2001:db8::/32", "3fff::/20"))


class AddressRefused(Exception):
    """Nothing is sent there; `reason` is a stable word of this module's, the text a sentence."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class Destination:
    """What a URL names: scheme, host as written, port; `address` where the host is one already."""

    scheme: str
    host: str
    port: int
    address: Address | None = None


async def resolve(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True)
class Guard:
    """What is let through; `to_loopback` adds this machine itself, for tests and demonstrations."""

    to_loopback: bool = False
    resolver: Resolver = resolve

    def destination(self, url: str) -> Destination:
        """Where the URL leads by its spelling alone; raises AddressRefused."""
        if len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\s\\\x00-\x20\x7f<>\"{}|^`]", url):
            raise AddressRefused("not_a_url", "Write the address in plain ASCII, as in https://example.org/hooks.")
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise AddressRefused("not_a_url", "This is not an address such as https://example.org/hooks.") from error
        if parts.scheme not in ("http", "https") or not host:
            raise AddressRefused("not_https", "Webhooks go to https addresses only.")
        if "@" in parts.netloc or "#" in url or "%" in parts.netloc:
            raise AddressRefused("not_a_url", "Leave user names, passwords and fragments out of the address.")
        found = Destination(
            parts.scheme,
            host,
            port if port is not None else 443 if parts.scheme == "https" else 80,
            _as_address(host, bracketed="[" in parts.netloc),
        )
        if self._is_this_machine(found):
            return found
        if found.scheme != "https":
            raise AddressRefused("not_https", "Webhooks go to https addresses only.")
        if found.port not in PORTS:
            raise AddressRefused("port", "Webhooks go to the ports 443 and 8443 only.")
        if found.address is None:
            _refuse_inside_name(found.host)
        else:
            self._refuse_inside(found.address)
        return found

    def _is_this_machine(self, found: Destination) -> bool:
        if not self.to_loopback:
            return False
        return found.host == "localhost" or (found.address is not None and found.address.is_loopback)

    def _refuse_inside(self, address: Address) -> None:
        if self.to_loopback and address.is_loopback:
            return
        if not is_open(address):
            raise AddressRefused("inside", "This address is not on the public internet.")

    async def open_addresses(self, found: Destination) -> list[str]:
        """The addresses that the host resolves to, asked once; raises AddressRefused if any of them is inside."""
        if found.address is not None:
            self._refuse_inside(found.address)
            return [str(found.address)]
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                texts = list(dict.fromkeys(await self.resolver(found.host, found.port)))
        except (OSError, UnicodeError, TimeoutError) as error:
            raise AddressRefused("no_such_host", "The host's name cannot be found.") from error
        if not texts:
            raise AddressRefused("no_such_host", "The host's name cannot be found.")
        for text in texts:
            address = ip_address(text)
            if self.to_loopback and address.is_loopback and found.host != "localhost":
                raise AddressRefused("inside", "This name leads to this machine itself.")
            self._refuse_inside(address)
        return texts


def _as_address(host: str, *, bracketed: bool) -> Address | None:
    """The address that a host is in its one canonical spelling; None for a name. Zones are refused."""
    if bracketed:
        try:
            return IPv6Address(host) if "%" not in host else None
        except ValueError as error:
            raise AddressRefused("not_a_url", "This is not an address such as https://example.org/hooks.") from error
    try:
        return IPv4Address(host)
    except ValueError:
        return None


def _refuse_inside_name(host: str) -> None:
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("inside", "Name the host in full, as in https://example.org/hooks.")
    if labels[-1] in _INSIDE_NAMES or _LAST_LABEL.match(labels[-1]) is None:
        raise AddressRefused("inside", "This name is not one of the public internet.")


def is_open(address: Address) -> bool:
    """Whether the address is on the public internet: also when it is wrapped in another kind of address."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:  # networks without IPv4 reach public hosts this way
            return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
        return address in _GLOBAL_UNICAST and address.is_global and not _wrapped(address)
    return address.is_global and not address.is_multicast and not address.is_reserved and address not in _METADATA


def _wrapped(address: IPv6Address) -> bool:
    """6to4, Teredo, documentation, and the interface part that ISATAP makes of an IPv4 address."""
    isatap = (int(address) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE)
    return isatap or any(isinstance(shell, IPv6Network) and address in shell for shell in _SHELLS)
