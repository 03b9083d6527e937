"""Settings of one installation, read once from WASL_ environment variables."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    stalled_seconds: float = Field(default=20.0, ge=2, description="A worker silent for so long is taken for dead")
    secure_cookies: bool = Field(default=False, description="Set behind HTTPS: cookies are sent over it only")
    base_url: str | None = Field(default=None, description="Public address, used in links to drivers")


@lru_cache
def settings() -> Settings:
    """The settings of this process.

    Raises pydantic.ValidationError for a value that cannot be used.
    """
    return Settings()
