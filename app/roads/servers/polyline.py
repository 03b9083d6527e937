"""Reading encoded polylines, the way routing servers write lines down.

The format: https://developers.google.com/maps/documentation/utilities/polylinealgorithm, with six digits instead of
five where servers are asked for "polyline6".
"""

from app.roads.servers.connection import MalformedAnswer

LONGEST_NUMBER_BITS = 35


def decoded(text: str, digits: int = 6) -> tuple[tuple[float, float], ...]:
    """The (longitude, latitude) pairs of an encoded line. Raises MalformedAnswer for text that is no such line."""
    numbers = _numbers(text)
    if len(numbers) % 2:
        raise MalformedAnswer("a line that ends within a position")
    latitude = longitude = 0
    scale = 10**digits
    line = []
    for latitude_step, longitude_step in zip(numbers[::2], numbers[1::2], strict=True):
        latitude += latitude_step
        longitude += longitude_step
        if abs(latitude) > 90 * scale or abs(longitude) > 180 * scale:
            raise MalformedAnswer("a line that leaves the world")
        line.append((longitude / scale, latitude / scale))
    return tuple(line)


def _numbers(text: str) -> list[int]:
    """Signed whole numbers: five bits a character, lowest first, the sign in the lowest bit of all."""
    found: list[int] = []
    bits = shift = 0
    for character in text:
        value = ord(character) - 63
        if not 0 <= value < 64 or shift > LONGEST_NUMBER_BITS:
            raise MalformedAnswer("characters that no line has")
        bits |= (value & 31) << shift
        shift += 5
        if value < 32:
            found.append(~(bits >> 1) if bits & 1 else bits >> 1)
            bits = shift = 0
    if shift:
        raise MalformedAnswer("a line that ends within a number")
    return found
