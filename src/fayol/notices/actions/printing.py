"""A notice on paper: printed for addressees, and the slip that came back written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fayol.answers.actions import link_on_paper
from fayol.channels.actions import hand_over
from fayol.channels.contract import ways_by_hand
from fayol.channels.paper import PAPER
from fayol.channels.registry import Message
from fayol.facts.journal import record
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.notices.actions import _turn
from fayol.notices.actions.answering import Answer, put
from fayol.notices.actions.sending import locked_out
from fayol.notices.actions.telling import words_of
from fayol.notices.models import Notice, Receipt, Told
from fayol.notices.queries_page import latest_telling
from fayol.notices.states import Form, Stage, Status, Way
from fayol.organisation.actor import Actor

MOST_PRINTED = 200
"""Addressees at one press: a stack that one printer takes."""


@transaction.atomic
def print_for(
    notice: Notice, receipts: Collection[int], *, by: Actor, now: datetime, expect: int | None = None
) -> list[Receipt]:
    """The notice as it now stands is handed over on paper to these addressees, each with a link of the own while there
    is something to answer and no account to answer with. Who has an account has the notice in the system all the same.

    Refused without anybody, for more than MOST_PRINTED, and to others than the issuing side. One fact names them all;
    printing again gives the same links.
    """
    row = locked_out(notice, by=by, now=now, expect=expect)
    rows = list(row.receipts.filter(pk__in=receipts).select_related("person__account", "unit").order_by("place", "id"))
    if not rows:
        raise Refused("none_picked", _("请先勾选要打印给谁。"))
    if len(rows) > MOST_PRINTED:
        raise Refused("too_many", _("一次最多打印{n}人，请分几次。"), n=MOST_PRINTED)
    record("notice", row.pk, "notice.printed", by=by, now=now, data={"receipts": [one.pk for one in rows]})
    words, fact = words_of(row), latest_telling(row)
    messages = [
        Message(fact, one.person_id, words.title, words.body, words.link, asks=words.asks, urgency=words.urgency)
        for one in rows
    ]
    way = next(one for one in ways_by_hand() if one.name == PAPER)
    handed = {one.person_id: one for one in hand_over(way, messages, people=[one.person for one in rows], now=now)}
    for one in rows:
        if row.status == Status.SENT and not can_sign_in(one):
            link_on_paper(handed[one.person_id], one.person, by=by, now=now)
    return rows


def can_sign_in(row: Receipt) -> bool:
    """A link on paper goes through many hands: who has an account answers there."""
    return row.person.account is not None and row.person.account.is_active


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What stands on a returned slip. `signer`: who signed, when it was not the addressee."""

    answer: Answer | None = None
    signer: str = ""
    words: str = ""


@transaction.atomic
def log_slip(receipt: Receipt, *, slip: Slip, by: Actor, now: datetime, expect: int | None = None) -> Told:
    """代录: a slip came back on paper. It stands as a call does: the addressee is asked whether it is so, and an answer
    on it is what he means to do, not yet his answer. Signed by somebody else it was only taken in.

    Refused to others than the issuing side, when the addressee has answered himself, and for what is to be uploaded.
    """
    turn = _turn.begin(receipt, by=by, now=now, expect=expect)
    row, signer = turn.row, slip.signer.strip()[:60]
    if not turn.standing.issuer or by.person is None:
        raise Refused("issuer", _("由发通知的一方登记纸质回执。"))
    if row.stage == Stage.CONFIRMED:
        raise Refused("answered", _("本人已经答复，不用再登记。"))
    own = not signer or signer == row.person.name
    told = Told.objects.create(
        receipt=row, by=by.person, at=now, way=Way.WRITING.value, reached=own, answered=True,
        heard="" if own else signer, words=slip.words.strip()[:300],
    )  # fmt: skip
    if own:
        _write(turn, slip)
        turn.reach(Stage.TOLD, now)
        row.duty_since = row.call_since = None
    else:
        turn.reach(Stage.PROXIED, now)
        row.proxied_at = row.proxied_at or now
    turn.extra |= {"told": told.pk, "reached": own, "answered": True, "heard": told.heard, "way": told.way}
    _turn.finish(turn, "told")
    return told


def _write(turn: _turn.Turn, slip: Slip) -> None:
    if slip.answer is None or Form(turn.notice.form) is Form.UPLOAD:
        return
    put(turn, slip.answer)
