"""HTTP for the network itself."""

from fastapi import APIRouter, Response

from app.kit.web import PROBLEMS, ApiRoute, Caller, with_version
from app.partners import network_service
from app.partners.network_schemas import NetworkChange, WholeNetworkOut

router = APIRouter(prefix="/api/v1/network", route_class=ApiRoute, tags=["network"], responses=PROBLEMS)


@router.get("")
def get_network(call: Caller, response: Response) -> WholeNetworkOut:
    """Your network, with its version as ETag."""
    found = call.read(
        lambda session: WholeNetworkOut.model_validate(network_service.read_network(session, call.principal))
    )
    with_version(response, found.version)
    return found


@router.patch("")
def change_network(call: Caller, response: Response, change: NetworkChange) -> WholeNetworkOut:
    """Make limits of food safety stricter, from the version in If-Match. Loosening them is refused."""
    version = call.expected_version()
    found = call.read(
        lambda session: WholeNetworkOut.model_validate(
            network_service.change_network(session, call.principal, change, version, call.now)
        )
    )
    with_version(response, found.version)
    return found
