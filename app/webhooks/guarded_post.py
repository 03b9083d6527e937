"""A POST to an address that somebody named: looked up once, judged, and then reached at that very address."""

import ssl
from functools import lru_cache

import httpx

from app.webhooks.addresses import Guard

MOST_READ = 20_000
MOST_KEPT = 1_000


@lru_cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def guarded_post(guard: Guard, url: str, content: bytes, headers: dict[str, str]) -> tuple[int, str, str | None]:
    """Status, the beginning of the answer and its Retry-After, from the first of the host's addresses that takes the
    connection; the host stays the one that the URL names. How long it may take is for the caller to say.

    Raises AddressRefused, httpx.HTTPError, httpx.InvalidURL, OSError.
    """
    found = guard.destination(url)
    addresses = await guard.open_addresses(found)
    target = httpx.URL(url)
    sent = {"Host": target.netloc.decode("ascii"), "Accept-Encoding": "identity", **headers}
    # Neither a proxy of the environment nor a redirect may lead anywhere else.
    async with httpx.AsyncClient(verify=_tls(), trust_env=False, follow_redirects=False, timeout=None) as client:  # noqa: S113
        for position, address in enumerate(addresses, start=1):
            request = client.build_request(
                "POST",
                target.copy_with(host=address),
                headers=sent,
                content=content,
                extensions={"sni_hostname": found.host},
            )
            try:
                response = await client.send(request, stream=True)
            except httpx.ConnectError:
                if position == len(addresses):
                    raise
                continue
            try:
                return response.status_code, await _beginning(response), response.headers.get("retry-after")
            finally:
                await response.aclose()
    raise httpx.ConnectError("no address")


async def _beginning(response: httpx.Response) -> str:
    read = bytearray()
    async for chunk in response.aiter_raw():
        read += chunk
        if len(read) >= MOST_READ:
            break
    return bytes(read[:MOST_KEPT]).decode(errors="replace").replace("\x00", "\ufffd")
