"""How often a service looks for garbage: a look stops everything, and takes longer the more there is."""

import gc

YOUNG, MIDDLE, OLD = 100_000, 50, 50
"""After how many new objects a look at those comes, and every how many of these one at the older ones."""


def hold() -> None:
    """Look for none until `settle`: a start makes much, and leaves next to nothing behind."""
    gc.disable()


def settle() -> None:
    """Leave what a start has made out of all later looks, and have those come more seldom.

    Only cycles of references wait for them; all else goes at once, as ever. The few that a start leaves
    behind stay: to find them takes a tenth of what the whole start does.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.enable()
