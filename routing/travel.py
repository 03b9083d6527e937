"""Travel times and distances between the sites of a problem, one matrix per road profile."""

from dataclasses import dataclass

Row = tuple[int | None, ...]


@dataclass(frozen=True)
class TravelMatrix:
    """Seconds and metres from site i to site j, in the order of Problem.sites; None where no road leads."""

    seconds: tuple[Row, ...]
    metres: tuple[Row, ...]

    def leg(self, origin: int, destination: int) -> tuple[int, int] | None:
        """Seconds and metres of one drive, or None if there is no road."""
        seconds = self.seconds[origin][destination]
        metres = self.metres[origin][destination]
        if seconds is None or metres is None:
            return None
        return seconds, metres
