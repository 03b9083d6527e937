"""Python's search for reference cycles, set for processes that hold large days for long.

The problem of a large day is fifty thousand objects. A full search looks at every object there is, and takes longer
than an edit of such a day may take; cycles are few here.
"""

import gc

NEW_OBJECTS, YOUNG_SEARCHES, OLD_SEARCHES = 50_000, 20, 100


def search_seldom() -> None:
    """Leave out what is there already, which stays as long as the process does, and search the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, YOUNG_SEARCHES, OLD_SEARCHES)
