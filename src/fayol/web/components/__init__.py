"""The parts of a page as plain values. Tags take these, or any object with the same attributes."""

from fayol.web.components.lines import Rung, Stage, Stageline, Track, stages
from fayol.web.components.marks import Badge, Confidence, Light, Mark, Receipt, Seg
from fayol.web.components.page import Choice, Crumb, Empty, Option, Quote, Shift
from fayol.web.components.people import Ball, MoveBar

__all__ = [
    "Badge",
    "Ball",
    "Choice",
    "Confidence",
    "Crumb",
    "Empty",
    "Light",
    "Mark",
    "MoveBar",
    "Option",
    "Quote",
    "Receipt",
    "Rung",
    "Seg",
    "Shift",
    "Stage",
    "Stageline",
    "Track",
    "stages",
]
