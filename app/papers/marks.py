"""The picture beside a check code that a telephone reads."""

import segno

MARK = 64.0  # points across: about 22 mm


def qr_squares(address: str) -> list[list[int]]:
    """The squares of the QR code of an address, by row; 1 is black. The paper around it is its quiet zone."""
    return [list(row) for row in segno.make(address, error="m", micro=False, boost_error=False).matrix]
