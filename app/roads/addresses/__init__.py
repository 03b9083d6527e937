"""Addresses and places by words and by position: an index made from the extract at import, servers on wish."""

from app.roads.addresses.build import AddressSummary, build_address_index
from app.roads.addresses.index import AddressHit, AddressIndex, IndexMissing

__all__ = ["AddressHit", "AddressIndex", "AddressSummary", "IndexMissing", "build_address_index"]
