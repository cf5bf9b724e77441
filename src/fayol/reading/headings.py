"""Headings that name a unit, and the duties listed below them."""

from __future__ import annotations

import re

from fayol.reading.clauses import Roles
from fayol.reading.predicates import AFTER_COMPANION, ANY_END, FOLLOW
from fayol.reading.sentences import REVERSE, WITH, Told
from fayol.reading.units import Raw, subject_at

_DUTY_HEADING = re.compile(
    r"(?:的)?(?:（[^（）]{1,20}）)?(?:(?:牵头|负责|主办|承办|配合|协办|参与)(?:负责|落实|办理|实施"
    r"|完成)?的?(?:重点)?(?:工作|任务|事项|措施)*(?:（[^（）]{1,12}）)?[：。]?$)?(?:在[^，。；]{2,20})?(?:安全生产"
    r"|主要|工作|具体|监督管理|监管|应急|共同|有关)*(?:职责|职能|任务|责任|分工)?(?:是|为|包括|如下|分工)*[：。]?$"
)


def heading_units(text: str, label: int) -> Told | None:
    """A heading that is a unit and at most "工作职责" ("第七条 区科委工作职责："): what follows is its business."""
    if not 2 < len(text) - label <= 44:
        return None
    body = text[label:]
    ending = next(
        (
            m
            for m in re.finditer(
                r"(?=(?:的|（|在|牵头|负责|主办|承办|配合|协办|参与|安全生产|主要|工作|具体|监督管理"
                r"|监管|应急|共同|有关|职责|职能|任务|责任|分工|：|。|$))",
                body,
            )
            if _DUTY_HEADING.fullmatch(body, m.start())
        ),
        None,
    )
    if ending is None or (label == 0 and not re.search(r"职[责能]", body)):
        return None
    stop = label + ending.start()
    if body.startswith("由"):
        label += 1
    subject = subject_at(text[:stop], label, stop, ANY_END)
    if subject is None or subject.person or re.match(r"附件", body):
        return None
    told = Told(label, stop, how="owner")
    helping = re.match(r"的?(?:配合|协办|参与)", body[ending.start() :])
    (told.roles.helping if helping else told.roles.answering).extend(subject.units)
    return told


def owned_roles(owner: Told, text: str, start: int) -> tuple[Roles, list[Raw]]:
    """What the owner of a listed duty does in it, and whom the duty itself names beside it (places in `text`)."""
    units = [*owner.roles.stated, *owner.roles.answering]
    if not units:
        return Roles(helping=list(owner.roles.helping)), []
    reverse = REVERSE.match(text, start)
    if reverse:
        other = subject_at(text, reverse.end(), len(text), FOLLOW)
        if other:
            return Roles(helping=units), list(other.units)
    together = WITH.search(text, start)
    if together:
        other = subject_at(text, together.end(), len(text), AFTER_COMPANION)
        if other:
            return Roles(answering=units), list(other.units)
    return Roles(answering=units), []
