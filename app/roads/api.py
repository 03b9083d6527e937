"""The base map over HTTP: tiles and attribution of an imported region. Map data is open: no key."""

import gzip
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response, status
from pydantic import BaseModel, Field

from app.kit.web import PROBLEMS, ApiRoute
from app.roads.region import Region, RegionError, open_region
from app.roads.tile_drawing import HIGHEST_ZOOM, LOWEST_ZOOM, TILE_FORMAT
from app.roads.tiles import TileOutOfRange, tile
from app.settings import Settings

router = APIRouter(prefix="/api/v1/regions", route_class=ApiRoute, tags=["map"], responses=PROBLEMS)

TILE_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


class OtherTilesOut(BaseModel):
    """Map pictures of another server, which this installation's owner has chosen over the own map."""

    url: str = Field(description="With {z}, {x} and {y} for the tile")
    attribution: str = Field(description="Must stay visible beside the region's own")


class RegionOut(BaseModel):
    """An imported region, for whoever draws its map."""

    name: str
    attribution: str = Field(description="Must stay visible wherever the map is shown")
    bounds: tuple[float, float, float, float] = Field(description="West, south, east, north in degrees")
    lowest_zoom: int
    highest_zoom: int
    fingerprint: str = Field(description="Changes with the map file, the profile and the engine")
    other_tiles: OtherTilesOut | None = Field(description="Null: the map is drawn from the region's own tiles")


def region_folder(request: Request) -> Path:
    """Where this installation keeps its regions."""
    folder: Path = request.app.state.settings.data_folder
    return folder / "regions"


def named_region(name: str, folder: Annotated[Path, Depends(region_folder)]) -> Region:
    """The region of the path, or 404."""
    try:
        return open_region(name, folder)
    except RegionError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, error.sentence) from error


def other_tiles(request: Request) -> OtherTilesOut | None:
    """What the settings say about another server's tiles."""
    config: Settings = request.app.state.settings
    if config.tile_url is None or config.tile_attribution is None:
        return None
    return OtherTilesOut(url=config.tile_url, attribution=config.tile_attribution)


@router.get("/{name}")
def read_region(
    region: Annotated[Region, Depends(named_region)],
    others: Annotated[OtherTilesOut | None, Depends(other_tiles)],
) -> RegionOut:
    """Attribution, bounds and fingerprint of a region."""
    return RegionOut(
        name=region.name,
        attribution=region.attribution,
        bounds=region.bounds,
        lowest_zoom=LOWEST_ZOOM,
        highest_zoom=HIGHEST_ZOOM,
        fingerprint=region.fingerprint,
        other_tiles=others,
    )


@router.get(
    "/{name}/tiles/{z}/{x}/{y}.json",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def read_map_tile(
    region: Annotated[Region, Depends(named_region)],
    z: int,
    x: int,
    y: int,
    if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """One square of the base map: areas, lines, roads and names in tile units."""
    headers = {
        "Cache-Control": TILE_CACHE,
        "ETag": f'"{region.fingerprint[:16]}-{TILE_FORMAT}"',
        "Vary": "Accept-Encoding",
    }
    try:
        if if_none_match == headers["ETag"]:
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        body = tile(region, z, x, y)
    except TileOutOfRange as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such map tile.") from error
    if "gzip" in accept_encoding.lower():
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return Response(body, media_type="application/json", headers=headers)
