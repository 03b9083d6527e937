"""A browser's half of web push: keys of its own, and reading a message as RFC 8188 and RFC 8291 have it, without the
library that the service encrypts with; and whether the signature is the key's that it subscribed with."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@dataclass
class PushBrowser:
    """One subscription, at a push service's address."""

    service: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: uuid4().bytes)
    name: str = field(default_factory=lambda: uuid4().hex)

    @property
    def endpoint(self) -> str:
        return f"{self.service}/{self.name}"

    @property
    def subscription(self) -> dict[str, Any]:
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": text_of(point(self.private)), "auth": text_of(self.auth)},
        }

    def read(self, body: bytes) -> dict[str, Any]:
        """The message; raises InvalidTag where it is not for this browser, or was changed."""
        salt, size, key_length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender = body[21 : 21 + key_length]
        sealed = body[21 + key_length :]
        assert len(sealed) <= size  # one record
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = derived(shared, self.auth, b"WebPush: info\x00" + point(self.private) + sender, 32)
        key = derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        opened = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert opened[-1:] == b"\x02"
        told: dict[str, Any] = json.loads(opened[:-1])
        return told


def claims_of(authorization: str, key: str) -> dict[str, Any]:
    """What the service claims, signed with that key; raises InvalidSignature."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert parts["k"] == key
    said, _, signature = parts["t"].rpartition(".")
    raw = bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(key))
    public.verify(der, said.encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(bytes_of(said.partition(".")[2]))
    return claims
