"""The rules of the ladders: values and `now` in, values out."""

from fayol.ladders.policy.bundling import Ready, Sending, next_free, ready_from, send
from fayol.ladders.policy.ladder import (
    KLASSES,
    SHIPPED,
    Ladder,
    Rung,
    Shelf,
    check_pause_limit,
    check_rungs,
)
from fayol.ladders.policy.reaching import Crowd, Owing, Reached, holder_of, reach
from fayol.ladders.policy.simulating import Climber, Line, Planned, Play, refit
from fayol.ladders.policy.stepping import Outcome, Step, step
from fayol.ladders.policy.timing import (
    Coming,
    Course,
    coming,
    first_rung,
    next_coming,
    opening_from,
    opening_of,
    pause_end,
    stands_at,
)
from fayol.ladders.policy.watching import Facing, Watch, watch, why_ended

__all__ = [
    "KLASSES",
    "SHIPPED",
    "Climber",
    "Coming",
    "Course",
    "Crowd",
    "Facing",
    "Ladder",
    "Line",
    "Outcome",
    "Owing",
    "Planned",
    "Play",
    "Reached",
    "Ready",
    "Rung",
    "Sending",
    "Shelf",
    "Step",
    "Watch",
    "check_pause_limit",
    "check_rungs",
    "coming",
    "first_rung",
    "holder_of",
    "next_coming",
    "next_free",
    "opening_from",
    "opening_of",
    "pause_end",
    "reach",
    "ready_from",
    "refit",
    "send",
    "stands_at",
    "step",
    "watch",
    "why_ended",
]
