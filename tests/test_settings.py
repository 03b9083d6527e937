"""Settings refuse what would not work, with a sentence, before anything starts."""

import pytest
from pydantic import ValidationError

from app.settings import Settings

TILES = "https://tiles.example.org:8443/{z}/{x}/{y}.png"


def test_another_tile_server_is_off_by_default() -> None:
    assert Settings().tile_url is None
    assert Settings().tile_origin is None


def test_pictures_are_allowed_from_the_tile_servers_origin_alone() -> None:
    assert Settings(tile_url=TILES, tile_attribution="© Example").tile_origin == "https://tiles.example.org:8443"


@pytest.mark.parametrize("attribution", [None, "", "  "])
def test_tiles_without_their_makers_name_are_refused(attribution: str | None) -> None:
    with pytest.raises(ValidationError, match="say whose tiles they are"):
        Settings(tile_url=TILES, tile_attribution=attribution)


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example.org/{z}/{x}.png",
        "tiles.example.org/{z}/{x}/{y}.png",
        "ftp://tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org;script-src */{z}/{x}/{y}.png",
        "https://user@tiles.example.org/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
    ],
)
def test_an_address_that_is_no_template_or_could_widen_the_content_policy_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="write the whole address"):
        Settings(tile_url=url, tile_attribution="© Example")
