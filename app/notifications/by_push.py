"""Notifications to browsers by web push: encrypted for the browser alone (RFC 8291), signed with the network's key
(VAPID, RFC 8292), and posted to the push service that the browser has chosen (RFC 8030), guarded as webhooks are."""

import asyncio
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import http_ece
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from app.kit.clock import Clock, system_clock
from app.notifications.channels import Device, Note, Outcome, Recipient, Refused, Sent, TryLater
from app.webhooks.addresses import AddressRefused, Guard
from app.webhooks.guarded_post import guarded_post

ANSWER_SECONDS = 15
SIGNED_SECONDS = 12 * 3600  # at most a day is allowed
LONGEST_BODY = 900  # letters: push services take four kilobytes
GONE = frozenset({404, 410})
_MAY_CHANGE = frozenset({401, 403, 408, 425, 429})
Taken = Literal["taken", "gone", "later", "never"]


@dataclass(frozen=True)
class ByPush:
    """To the devices of a person. contact: whom a push service may write to, as `mailto:` or an https origin.

    real_clock: what push services compare a signature's time with, whatever the clock of the day says.
    """

    guard: Guard
    contact: str
    real_clock: Clock = system_clock

    async def send(self, to: Recipient, note: Note, now: datetime) -> Outcome:
        """Post it to each of the devices; one that takes it is enough, since whoever has several looks at one."""
        if to.push_private is None or not to.devices:
            return Refused("no device")
        key = to.push_private
        found = await asyncio.gather(*(self._one(device, key, note, now) for device in to.devices))
        return outcome_of(to.devices, found)

    async def _one(self, device: Device, key: bytes, note: Note, now: datetime) -> Taken:
        try:
            body = encrypted(payload_of(note), device)
        except (http_ece.ECEException, ValueError):  # of the browser's keys, which no other try mends
            return "gone"
        try:
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(max(0, int((note.expires_at - now).total_seconds()))),
                "Urgency": "high" if note.urgent else "normal",
                "Topic": note.reference.hex,  # tried again, it takes the place of what waits there
                "User-Agent": "Wasl/1",
                "Authorization": self._signature(device.endpoint, key),
            }
            async with asyncio.timeout(ANSWER_SECONDS):
                status, _, _ = await guarded_post(self.guard, device.endpoint, body, headers)
        except AddressRefused as error:
            return "later" if error.reason == "no_such_host" else "gone"
        except httpx.InvalidURL:
            return "gone"
        except (VapidException, ValueError, httpx.HTTPError, OSError, TimeoutError):
            return "later"  # also what is wrong with us: a fault of the installation takes no device off
        return taken_of(status)

    def _signature(self, endpoint: str, key: bytes) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "sub": self.contact,
            "exp": int(self.real_clock().timestamp()) + SIGNED_SECONDS,
        }
        signed: str = Vapid02(private_key_of(key)).sign(claims)["Authorization"]
        return signed


def taken_of(status: int) -> Taken:
    """What a push service's answer means for a device."""
    if 200 <= status <= 299:
        return "taken"
    if status in GONE:
        return "gone"
    return "later" if status in _MAY_CHANGE or status >= 500 else "never"


def outcome_of(devices: Sequence[Device], found: Sequence[Taken]) -> Outcome:
    """What became of it over all devices."""
    gone = frozenset(device.subscription_id for device, taken in zip(devices, found, strict=True) if taken == "gone")
    if "taken" in found:
        return Sent(gone)
    if "later" in found:
        return TryLater("the push service did not take it", gone)
    return Refused("no device takes it any more", gone)


def payload_of(note: Note) -> bytes:
    """What the browser's worker reads, and shows."""
    told = {
        "title": note.title,
        "body": note.sentence[:LONGEST_BODY],
        "page": note.page,
        "tag": note.reference.hex,
        "lang": note.language,
        "dir": "rtl" if note.language == "ar" else "ltr",
    }
    return json.dumps(told, ensure_ascii=False).encode()


def encrypted(content: bytes, device: Device) -> bytes:
    """For the one browser that has the private half; with a key of its own for each message.

    Raises ValueError for keys that are none.
    """
    found: bytes = http_ece.encrypt(
        content,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(device.p256dh),
        auth_secret=decoded(device.auth),
        version="aes128gcm",
    )
    return found


def decoded(text: str) -> bytes:
    """Base64 for addresses, with or without its padding; raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_private_key() -> bytes:
    """A key to sign with, as its 32 bytes."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)


def private_key_of(key: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that these bytes are."""
    return ec.derive_private_key(int.from_bytes(key), ec.SECP256R1())


def public_key_of(key: bytes) -> str:
    """Its public half, as browsers want it (`applicationServerKey`)."""
    point = private_key_of(key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def is_point(text: str) -> bool:
    """Whether this is the public key of a browser."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(text))
    except ValueError:
        return False
    return True
