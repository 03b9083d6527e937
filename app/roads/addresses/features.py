"""Which objects of the extract can be searched for, as which kind, and how much people look for them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.roads.places import place_kind

# How often people mean such a thing when several fit, from 0 to 1: localities, then places, then addresses and streets.
LOCALITIES = {
    "city": 1.0, "town": 0.95, "village": 0.8, "suburb": 0.8, "quarter": 0.75, "neighbourhood": 0.7, "hamlet": 0.65,
    "locality": 0.55, "district": 0.5, "subdistrict": 0.5, "borough": 0.75, "island": 0.55, "square": 0.5, "farm": 0.4,
}  # fmt: skip
STREETS = {
    "motorway": 0.3, "trunk": 0.5, "primary": 0.5, "secondary": 0.48, "tertiary": 0.46, "residential": 0.44,
    "living_street": 0.44, "unclassified": 0.42, "pedestrian": 0.42, "road": 0.4, "service": 0.3, "track": 0.2,
    "footway": 0.2, "path": 0.2, "cycleway": 0.2, "steps": 0.2, "bridleway": 0.2, "busway": 0.2,
}  # fmt: skip
PLACE, FOOD_PLACE, NAMED_BUILDING, ADDRESS, POSTCODE = 0.6, 0.7, 0.45, 0.4, 0.5
PLACE_KEYS = ("amenity", "shop", "office", "tourism", "leisure", "healthcare", "craft", "club", "historic", "emergency")
NAME_KEYS = ("name", "alt_name", "old_name", "short_name", "loc_name", "official_name", "name2", "brand")
# What people call such a place when they do not know its name.
CALLED = {
    "supermarket": "supermarket grocery سوبر ماركت سوبرماركت بقالة",
    "convenience": "shop grocery بقالة دكان سمانة",
    "bakery": "bakery مخبز فرن",
    "greengrocer": "greengrocer خضار",
    "wholesale": "wholesale جملة",
    "charity": "charity جمعية خيرية",
    "food_bank": "food bank بنك طعام",
    "soup_kitchen": "soup kitchen مطبخ خيري",
    "social_facility": "social facility مركز اجتماعي",
    "community_centre": "community centre center مركز مجتمعي",
    "muslim": "mosque مسجد جامع",
    "christian": "church كنيسة",
    "school": "school مدرسة",
    "hospital": "hospital مستشفى مشفى",
    "clinic": "clinic عيادة مستوصف",
    "pharmacy": "pharmacy صيدلية",
    "fuel": "petrol station fuel محطة وقود",
    "townhall": "town hall بلدية",
    "post_office": "post office بريد",
    "bank": "bank مصرف بنك",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found; its name in every language that the extract has."""

    kind: str  # address, place, street, locality, postcode
    category: str
    name: str
    names: tuple[tuple[str, str], ...]
    number: str
    street: str
    postcode: str
    city: str
    importance: float
    called: str = ""


def entry_of(tags: Mapping[str, str], *, is_line: bool = False) -> Entry | None:
    """How an object is found; None when nobody would look for it by words."""
    name, _ = _names(tags)
    if is_line:
        highway = tags.get("highway", "").removesuffix("_link")
        return _entry(tags, "street", highway, STREETS[highway]) if name and highway in STREETS else None
    if name and tags.get("place") in LOCALITIES:
        return _entry(tags, "locality", tags["place"], LOCALITIES[tags["place"]] + _known(tags))
    category = next((tags[key] for key in PLACE_KEYS if key in tags), "")
    if name and category:
        importance = FOOD_PLACE if place_kind(tags) else PLACE
        return _entry(tags, "place", category, importance + _known(tags))
    if _has_address(tags):
        return _entry(tags, "address", category, ADDRESS)
    if name and (tags.get("building", "no") != "no" or "landuse" in tags or "railway" in tags):
        return _entry(tags, "place", tags.get("building") or tags.get("railway") or "area", NAMED_BUILDING)
    return None


def _entry(tags: Mapping[str, str], kind: str, category: str, importance: float) -> Entry:
    name, names = _names(tags)
    called = (CALLED.get(tags.get(key, ""), "") for key in (*PLACE_KEYS, "social_facility", "religion"))
    return Entry(
        kind=kind,
        category=category,
        name=name,
        names=names,
        number=tags.get("addr:housenumber") or tags.get("addr:housename", ""),
        street=tags.get("addr:street") or tags.get("addr:place", ""),
        postcode=tags.get("addr:postcode", ""),
        city=tags.get("addr:city", ""),
        importance=min(1.0, importance),
        called=" ".join(filter(None, called)) if kind == "place" else "",
    )


def _names(tags: Mapping[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The name on the sign, and all names by their key: a language's code, or alt_name and the like."""
    found = {key: tags[key] for key in NAME_KEYS if tags.get(key)}
    found |= {
        key.removeprefix("name:"): value
        for key, value in tags.items()
        if key.startswith(("name:", "alt_name:", "old_name:")) and value
    }
    sign = tags.get("name") or tags.get("name:ar") or tags.get("name:en") or next(iter(found.values()), "")
    return sign, tuple(found.items())


def _known(tags: Mapping[str, str]) -> float:
    """What the world writes about is looked for more."""
    return 0.05 if "wikidata" in tags or "wikipedia" in tags else 0.0


def _has_address(tags: Mapping[str, str]) -> bool:
    return bool(tags.get("addr:housenumber") or tags.get("addr:housename")) and bool(
        tags.get("addr:street") or tags.get("addr:place") or tags.get("addr:postcode")
    )
