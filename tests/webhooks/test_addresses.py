"""Webhooks go to the public internet and nowhere else, however an address is spelled."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.addresses import AddressRefused, Guard, is_open

RESOLVED: dict[str, list[str]] = {
    "hooks.example.com": ["93.184.215.14"],
    "both.example.com": ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "inside.example.com": ["10.1.2.3"],
    "one-of-two.example.com": ["93.184.215.14", "127.0.0.1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "metadata.example.com": ["169.254.169.254"],
    "nat64.example.com": ["64:ff9b::a00:1"],
    "nat64-public.example.com": ["64:ff9b::5db8:d70e"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
    "ula.example.com": ["fd00:ec2::254"],
}


async def made_up(host: str, port: int) -> Sequence[str]:
    if host not in RESOLVED:
        raise OSError("unknown")
    return RESOLVED[host]


GUARD = Guard(resolver=made_up)


def judged(url: str, guard: Guard = GUARD) -> list[str]:
    return asyncio.run(guard.open_addresses(guard.destination(url)))


HOSTILE = [
    # other schemes, and http
    "http://hooks.example.com/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "javascript:alert(1)",
    "//hooks.example.com/",
    "hooks.example.com/path",
    "https://",
    "https:///path",
    "",
    # this machine
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://sub.localhost/",
    "https://127.0.0.1/",
    "https://127.0.0.2:8443/",
    "https://127.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    # the same in odd spellings
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://127.0.1/",
    "https://1.2.3.4.5/",
    "https://%31%32%37.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    # private, shared, link-local, reserved, multicast, documentation
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://100.100.100.200/",
    "https://169.254.1.1/",
    "https://192.0.0.192/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://239.255.255.250/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    # metadata of clouds
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://[fd00:ec2::254]/",
    "https://metadata.google.internal/",
    # IPv6 and what can be wrapped in it
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:93.184.215.14]/",
    "https://[::127.0.0.1]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:5ef5:79fb::1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::1]/",
    "https://[2606:4700::5efe:127.0.0.1]/",
    # credentials, ports, fragments, confusing signs
    "https://user@hooks.example.com/",
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://127.0.0.1#@hooks.example.com/",
    "https://hooks.example.com\\@127.0.0.1/",
    "https://hooks.example.com:80/",
    "https://hooks.example.com:22/",
    "https://hooks.example.com:5432/",
    "https://hooks.example.com:0/",
    "https://hooks.example.com:99999/",
    "https://hooks.example.com:x/",
    "https://hooks.example.com/#part",
    "https://hooks.example.com/a b",
    "https://hooks.example.com/\r\nHost: inside",
    "https://hooks.example.com/\x00",
    "https://hooks.example.com/" + "a" * 2001,
    "https://-bad.example.com/",
    "https://printer/",
    "https://printer.local/",
    "https://1.0.0.127.in-addr.arpa/",
    # names that lead inside, or nowhere
    "https://inside.example.com/",
    "https://one-of-two.example.com/",
    "https://mapped.example.com/",
    "https://metadata.example.com/",
    "https://nat64.example.com/",
    "https://ula.example.com/",
    "https://127.0.0.1.nip.example/",
    "https://nowhere.example.com/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_nothing_is_sent_to(url: str) -> None:
    with pytest.raises(AddressRefused):
        judged(url)


def test_there_are_enough_hostile_addresses() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 90


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("https://hooks.example.com/", RESOLVED["hooks.example.com"]),
        ("https://HOOKS.example.com:443/a?b=c", RESOLVED["hooks.example.com"]),
        ("https://both.example.com:8443/", RESOLVED["both.example.com"]),
        ("https://93.184.215.14/", ["93.184.215.14"]),
        ("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"]),
        ("https://nat64-public.example.com/", RESOLVED["nat64-public.example.com"]),
    ],
)
def test_what_is_public_is_let_through(url: str, addresses: list[str]) -> None:
    assert judged(url) == addresses


def test_this_machine_is_let_through_only_where_the_setting_says_so() -> None:
    demonstration = Guard(to_loopback=True, resolver=made_up)
    assert judged("http://127.0.0.1:9000/hooks", demonstration) == ["127.0.0.1"]
    for url in (
        "http://10.0.0.1/",
        "http://hooks.example.com/",
        "https://one-of-two.example.com/",
        "https://[fd00::1]/",
    ):
        with pytest.raises(AddressRefused):
            judged(url, demonstration)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_never_more_open_than_the_bare_one(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    wrapped = [0xFFFF << 32 | number, (0x64FF9B << 96) | number, number, (0x2002 << 112) | (number << 80)]
    if not is_open(address):  # type: ignore[arg-type]
        assert not any(is_open(ip_address(each).__class__(each)) for each in wrapped if each > 0xFFFFFFFF)


def test_without_the_look_at_what_a_name_leads_to_this_machine_would_be_asked() -> None:
    """The twin: the name alone looks like any other."""
    found = GUARD.destination("https://one-of-two.example.com/")
    assert found.host == "one-of-two.example.com"
    assert "127.0.0.1" in asyncio.run(made_up(found.host, found.port))
