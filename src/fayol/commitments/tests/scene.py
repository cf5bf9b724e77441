"""A small scene for the engine's tests: one task asked of the finance department, and who is who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from fayol.commitments import actions
from fayol.commitments.actions import Asking
from fayol.commitments.models import Commitment
from fayol.commitments.states import Move, Nature, State
from fayol.organisation.actor import Actor
from fayol.organisation.models import Person, Unit

DUE = date(2026, 11, 30)
LATER = date(2026, 12, 4)


@dataclass
class Scene:
    """`asker` is the office's coordinator 林晓雯; the task is asked of 周岚 in the finance department."""

    now: datetime

    def unit(self, name: str) -> Unit:
        return Unit.objects.get(Q(short_name=name) | Q(official_name=name))

    def actor(self, name: str, behalf: str = "") -> Actor:
        principal = Person.objects.get(name=behalf) if behalf else None
        return Actor(Person.objects.get(name=name), principal)

    @property
    def asker(self) -> Actor:
        return self.actor("林晓雯")

    @property
    def performer(self) -> Actor:
        return self.actor("周岚")

    def asking(self, **changes: Any) -> Asking:
        values: dict[str, Any] = {
            "title": "编制年会经费预算表",
            "performer_unit_id": self.unit("财务部").pk,
            "requester_unit_id": self.unit("总裁办").pk,
            "requester_id": self.asker.person_id,
            "responsible_id": self.performer.person_id,
            "condition": "经部长签字，总额不超86万元",
            "required_on": DUE,
        }
        return Asking(**{**values, **changes})

    def asked(self, **changes: Any) -> Commitment:
        return actions.dispatch_many([self.asking(**changes)], by=self.asker, now=self.now)[0]

    def later(self, hours: float) -> datetime:
        return self.now + timedelta(hours=hours)

    def brought_to(self, state: State, nature: Nature = Nature.CONSULTATIVE) -> Commitment:
        """A task in that state, brought there by its proper moves."""
        if state is State.DRAFT:
            return actions.create_drafts([self.asking(nature=nature)], by=self.asker, now=self.now)[0]
        row = self.asked(nature=nature)
        for number, move in enumerate(ROADS[state], start=1):
            row = make(move, row, self, at=self.later(number))
        return row


def make(move: Move, row: Commitment, scene: Scene, *, at: datetime, by: Actor | None = None) -> Commitment:
    """Make the move with fitting words, by the side that may unless `by` is given."""
    asker, performer = by or scene.asker, by or scene.performer
    elsewhere = scene.unit("采购部").pk
    colleague = Person.objects.get(name="孙悦").pk
    calls: dict[Move, Any] = {
        Move.ASSIGN: lambda: actions.assign(row, by=asker, now=at),
        Move.ACKNOWLEDGE: lambda: actions.acknowledge(row, by=performer, now=at),
        Move.PROMISE: lambda: actions.promise(row, due_on=DUE, by=performer, now=at),
        Move.COUNTER: lambda: actions.counter(row, words="上游人数晚到", due_on=LATER, by=performer, now=at),
        Move.WITHDRAW: lambda: actions.withdraw(row, by=performer, now=at),
        Move.AGREE: lambda: actions.agree(row, by=asker, now=at),
        Move.INSIST: lambda: actions.insist(row, words="场地付款不能晚", by=asker, now=at),
        Move.DECLINE: lambda: actions.decline(
            row, ground="采购职责在采购部第二条", suggested_unit_id=elsewhere, by=performer, now=at
        ),
        Move.DISPUTE: lambda: actions.dispute(
            row, ground="采购职责在采购部第二条", suggested_unit_id=elsewhere, by=performer, now=at
        ),
        Move.REASSIGN: lambda: actions.reassign(row, unit_id=elsewhere, by=asker, now=at),
        Move.PASS_ON: lambda: actions.pass_on(row, person_id=colleague, by=performer, now=at),
        Move.HAND_OVER: lambda: actions.hand_over(
            row, person_id=colleague, words="初稿已成，缺签字", by=performer, now=at
        ),
        Move.PROGRESS: lambda: actions.progress(row, note="初稿已成", percent=60, by=performer, now=at),
        Move.REPORT: lambda: actions.report(row, result="预算表已签字", by=performer, now=at),
        Move.ACCEPT: lambda: actions.accept(row, by=asker, now=at),
        Move.HAND_BACK: lambda: actions.hand_back(row, missing="缺部长签字", by=asker, now=at),
        Move.AMEND: lambda: actions.amend(row, condition="总额不超80万元", words="压缩开支", by=asker, now=at),
        Move.HOLD: lambda: actions.hold(
            row, waiting=actions.Standstill(what="等采购报价", unit_id=elsewhere), by=performer, now=at
        ),
        Move.RESUME: lambda: actions.resume(row, by=performer, now=at),
        Move.CANCEL: lambda: actions.cancel(row, words="年会取消", by=asker, now=at),
        Move.REOPEN: lambda: actions.reopen(row, words="发现漏项", by=asker, now=at),
    }
    done: Commitment = calls[move]()
    return done


ROADS: dict[State, tuple[Move, ...]] = {
    State.ASSIGNED: (),
    State.ACKNOWLEDGED: (Move.ACKNOWLEDGE,),
    State.COUNTERED: (Move.COUNTER,),
    State.DECLINED: (Move.DECLINE,),
    State.PROMISED: (Move.PROMISE,),
    State.ON_HOLD: (Move.PROMISE, Move.HOLD),
    State.REPORTED: (Move.PROMISE, Move.REPORT),
    State.HANDED_BACK: (Move.PROMISE, Move.REPORT, Move.HAND_BACK),
    State.FULFILLED: (Move.PROMISE, Move.REPORT, Move.ACCEPT),
    State.CANCELLED: (Move.CANCEL,),
}
