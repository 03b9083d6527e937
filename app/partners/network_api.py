"""HTTP for the network itself."""

from fastapi import APIRouter

from app.kit.web import PROBLEMS, ApiRoute, Caller
from app.partners import network_service
from app.partners.network_schemas import NetworkChange, WholeNetworkOut

router = APIRouter(prefix="/api/v1/network", route_class=ApiRoute, tags=["network"], responses=PROBLEMS)


@router.get("")
def get_network(call: Caller) -> WholeNetworkOut:
    """Your network, with its version as ETag."""
    return call.show(WholeNetworkOut, lambda session: network_service.read_network(session, call.principal))


@router.patch("")
def change_network(call: Caller, change: NetworkChange) -> WholeNetworkOut:
    """Set the cut-off time and the ladder of food that nobody takes, or make limits of food safety stricter (never
    looser), from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        WholeNetworkOut,
        lambda session: network_service.change_network(session, call.principal, change, version, call.now),
    )
