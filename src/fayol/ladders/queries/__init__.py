"""Named reads of the ladders."""

from fayol.ladders.queries.chases import chased_already, goes_out_at
from fayol.ladders.queries.climbs import (
    Following,
    LadderView,
    Reach,
    RungView,
    brief_list,
    climbs_above,
    following_of,
    ladder_of,
    muted_among,
    next_rung,
    rungs_of,
)
from fayol.ladders.queries.preview import DryItem, DryLine, DryRun, dry_run
from fayol.ladders.queries.shelf import Edition, editions, ladder_from, shelf

__all__ = [
    "DryItem",
    "DryLine",
    "DryRun",
    "Edition",
    "Following",
    "LadderView",
    "Reach",
    "RungView",
    "brief_list",
    "chased_already",
    "climbs_above",
    "dry_run",
    "editions",
    "following_of",
    "goes_out_at",
    "ladder_from",
    "ladder_of",
    "muted_among",
    "next_rung",
    "rungs_of",
    "shelf",
]
