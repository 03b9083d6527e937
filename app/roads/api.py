"""The base map over HTTP: tiles and attribution of an imported region. Map data is open: no key."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response, status
from pydantic import BaseModel, Field

from app.roads.region import Region, RegionError, open_region
from app.roads.tiles import HIGHEST_ZOOM, LOWEST_ZOOM, TILE_FORMAT, TileOutOfRange, tile

router = APIRouter(prefix="/api/v1/regions", tags=["map"])

TILE_CACHE = "public, max-age=3600, stale-while-revalidate=86400"


class RegionOut(BaseModel):
    """An imported region, for whoever draws its map."""

    name: str
    attribution: str = Field(description="Must stay visible wherever the map is shown")
    bounds: tuple[float, float, float, float] = Field(description="West, south, east, north in degrees")
    lowest_zoom: int
    highest_zoom: int
    fingerprint: str = Field(description="Changes with the map file, the profile and the engine")


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


@router.get("/{name}")
def read_region(region: Annotated[Region, Depends(named_region)]) -> RegionOut:
    """Attribution, bounds and fingerprint of a region."""
    return RegionOut(
        name=region.name,
        attribution=region.attribution,
        bounds=region.bounds,
        lowest_zoom=LOWEST_ZOOM,
        highest_zoom=HIGHEST_ZOOM,
        fingerprint=region.fingerprint,
    )


@router.get("/{name}/tiles/{z}/{x}/{y}.json", response_class=Response)
def read_tile(
    region: Annotated[Region, Depends(named_region)],
    z: int,
    x: int,
    y: int,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """One square of the base map: areas, lines, roads and names in tile units."""
    headers = {"Cache-Control": TILE_CACHE, "ETag": f'"{region.fingerprint[:16]}-{TILE_FORMAT}"'}
    try:
        if if_none_match == headers["ETag"]:
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(tile(region, z, x, y), media_type="application/json", headers=headers)
    except TileOutOfRange as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such map tile.") from error
