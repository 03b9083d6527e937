"""Settings of one installation, read once from WASL_ environment variables."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# The origin goes into the pages' content policy: nothing in it may end a directive.
ORIGIN = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

# As push services take it too, whom it is given to as the one to write to.
MAIL_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[\w-]+(?:\.[\w-]+)+")


class Settings(BaseSettings):
    """Each field is the variable WASL_<NAME>; docs/operations.md explains them one by one."""

    model_config = SettingsConfigDict(env_prefix="WASL_", extra="ignore")

    data_folder: Path = Field(default=Path("var"), description="Embedded database, street graphs, map tiles")
    database_url: str | None = Field(default=None, description="PostgreSQL; unset: the embedded server")
    database_owner_url: str | None = Field(default=None, description="Role that owns the tables, for migrate")
    host: str = Field(default="127.0.0.1", description="Address that the service listens on")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that the service listens on")
    worker: Literal["on", "off"] = Field(default="on", description="Plan inside the web process as well")
    plan_seconds: float = Field(default=20.0, gt=0, le=3600, description="Time budget of one plan")
    solver_at_hand: Literal["on", "off"] = Field(
        default="on", description="Keep a loaded solver (some 200 MB) waiting: changes of a day come seconds sooner"
    )
    share_groups: int = Field(
        default=400, ge=50, le=5000, description="Groups of food banks asked for what a day would cost them, about"
    )
    stalled_seconds: float = Field(default=20.0, ge=2, description="A worker silent for so long is taken for dead")
    openrouteservice_key: str | None = Field(
        default=None, repr=False, description="Key of the openrouteservice server that a network has chosen"
    )
    secure_cookies: bool = Field(default=False, description="Set behind HTTPS: cookies are sent over it only")
    tile_url: str | None = Field(default=None, description="Another server's map tiles, with {z}, {x} and {y}")
    tile_attribution: str | None = Field(
        default=None, validate_default=True, description="Who made those tiles; needed with tile_url"
    )
    extract_hosts: str = Field(
        default="download.geofabrik.de,download.bbbike.org",
        description="Hosts that map extracts may be fetched from, separated by commas",
    )
    largest_extract: int = Field(default=4_000_000_000, gt=0, description="Bytes that a map extract may have")
    geocoder: Literal["nominatim", "photon"] | None = Field(default=None, description="An address server's kind")
    geocoder_url: str | None = Field(
        default=None, validate_default=True, description="That server's address; needed with geocoder"
    )
    base_url: str | None = Field(default=None, description="Public address, used in links to drivers and in mails")
    smtp_url: str | None = Field(
        default=None, repr=False, validate_default=True, description="Server that mails are sent through"
    )
    mail_from: str | None = Field(
        default=None, validate_default=True, description="Address that mails come from; needed with smtp_url"
    )
    sms_url: str | None = Field(
        default=None, repr=False, description="Where a provider's HTTP API takes text messages; unset: there are none"
    )
    sms_body: str | None = Field(
        default=None,
        validate_default=True,
        description="What is posted there, with {to}, {text} and perhaps {reference}: a form or JSON",
    )
    sms_authorization: str | None = Field(
        default=None, repr=False, description="The whole Authorization header of that request"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, separated by commas"
    )
    request_log: Literal["on", "off"] = Field(default="on", description="One line of JSON for each request")
    webhooks_to_loopback: bool = Field(
        default=False, description="Webhooks may go to this machine itself: for tests and demonstrations only"
    )

    @field_validator("tile_url")
    @classmethod
    def _is_a_template(cls, url: str | None) -> str | None:
        if not url:
            return None
        if ORIGIN.fullmatch(_origin(url)) is None or not all(part in url for part in ("{z}", "{x}", "{y}")):
            raise ValueError("write the whole address with {z}, {x} and {y} where the tile's numbers go")
        return url

    @field_validator("tile_attribution")
    @classmethod
    def _says_whose_tiles(cls, attribution: str | None, found: ValidationInfo) -> str | None:
        attribution = (attribution or "").strip() or None
        if found.data.get("tile_url") and attribution is None:
            raise ValueError("say whose tiles they are: the map shows it beside them")
        return attribution

    @field_validator("geocoder_url")
    @classmethod
    def _is_a_server(cls, url: str | None, found: ValidationInfo) -> str | None:
        url = (url or "").strip().rstrip("/") or None
        if (url is None) != (found.data.get("geocoder") is None):
            raise ValueError("geocoder and geocoder_url go together: say what the address server is and where")
        if url is not None and (ORIGIN.fullmatch(_origin(url)) is None or any(sign in url for sign in "?#@")):
            raise ValueError("write the address server as https://addresses.example.org")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: str | None, found: ValidationInfo) -> str | None:
        if not url:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("write the mail server as smtp://user:password@mail.example.org:587, or smtps://")
        if not found.data.get("base_url"):
            raise ValueError("set base_url too: mails carry links, and nobody who asks for one may choose the host")
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, address: str | None, found: ValidationInfo) -> str | None:
        address = (address or "").strip() or None
        if found.data.get("smtp_url") and address is None:
            raise ValueError("say whom mails come from, such as wasl@example.org")
        if address is not None and MAIL_ADDRESS.fullmatch(address) is None:
            raise ValueError(
                "write the address that mails come from, and push services may write to, as wasl@example.org"
            )
        return address

    @field_validator("sms_url")
    @classmethod
    def _is_a_provider(cls, url: str | None) -> str | None:
        url = (url or "").strip() or None
        if url is None:
            return None
        parts = urlsplit(url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if (
            not parts.hostname
            or "@" in parts.netloc
            or not (parts.scheme == "https" or (here and parts.scheme == "http"))
        ):
            raise ValueError("write the provider's address as https://api.example.org/messages, without a password")
        return url

    @field_validator("sms_body")
    @classmethod
    def _has_its_gaps(cls, body: str | None, found: ValidationInfo) -> str | None:
        body = (body or "").strip() or None
        if (body is None) != (found.data.get("sms_url") is None):
            raise ValueError("sms_url and sms_body go together: say where text messages are posted, and what")
        if body is None:
            return None
        if "{to}" not in body or "{text}" not in body:
            raise ValueError("write {to} where the number goes and {text} where the text goes")
        if body.startswith(("{", "[")):
            try:
                json.loads(body)
            except ValueError as error:
                raise ValueError('write JSON as in {"to": "{to}", "text": "{text}"}') from error
        return body

    @property
    def tile_origin(self) -> str | None:
        """The other tile server's scheme, host and port; None without one."""
        return _origin(self.tile_url) if self.tile_url else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache
def settings() -> Settings:
    """The settings of this process.

    Raises pydantic.ValidationError for a value that cannot be used.
    """
    return Settings()
