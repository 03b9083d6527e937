"""What a page loses when it is zoomed: sideways scrolling, text that is cut off, words and controls over one another.

A window of 1440 pixels at 200 % has 720 x 450 of the pixels that styles count in, one of 1280 at 400 % has 320 x 256
(WCAG 2.2, 1.4.4 and 1.4.10).
"""

from pathlib import Path

from playwright.sync_api import Page

ZOOMED = ({"width": 720, "height": 450}, {"width": 320, "height": 256})
LOOK = Path(__file__).with_suffix(".js").read_text()


def lost_when_zoomed(page: Page) -> list[str]:
    """What is lost at each of the two sizes, in a line each; the window is as it was afterwards."""
    before = page.viewport_size
    assert before is not None
    found = []
    for size in ZOOMED:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += [f"{size['width']} px: {each}" for each in page.evaluate(LOOK)]
    page.set_viewport_size(before)
    return found
