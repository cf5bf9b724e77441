"""Everything the page of one matter shows, gathered once for a viewer and an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as t

from fayol.commitments import access as commitments
from fayol.commitments import presenter as tasks
from fayol.commitments.forms import FORMS, ONE_TAP, MoveForm
from fayol.commitments.models import Commitment
from fayol.commitments.presenter_talk import Entry, Names
from fayol.commitments.presenter_talk import told as told_of_task
from fayol.commitments.queries_page import names_for
from fayol.commitments.states import NATURE_WORDS, URGENCY_WORDS, Move, Nature, Urgency
from fayol.facts.journal import histories_of
from fayol.facts.models import Fact
from fayol.matters import access, presenter, presenter_plan_news, queries
from fayol.matters.forms import EndForm
from fayol.matters.models import Matter
from fayol.matters.states import BASIS_WORDS, KLASS_WORDS, VISIBILITY_WORDS, Basis, Klass, Status, Visibility
from fayol.organisation.models import Person, Unit
from fayol.organisation.queries import primary_posts, roster
from fayol.organisation.states import PostRole
from fayol.web.http import Page, Problem, components, keyset

SIZE = 50
SORTS = {"": ("ended", "due_at", "pk"), "unit": ("performer_unit__order", "due_at", "pk"), "ref": ("pk",)}


def url_of(matter: Matter) -> str:
    return reverse("matters:page", args=[matter.pk])


@dataclass(frozen=True)
class Line:
    """A task in the list, with what is drawn of it."""

    row: Commitment
    light: components.Light
    ball: components.Ball
    seg: components.Seg


@dataclass
class Sheet:
    """One matter for one viewer. `do` is close or cancel when that form is open."""

    matter: Matter
    viewer: Person
    now: datetime
    do: str = ""
    sort: str = ""
    at: str = ""
    form: EndForm | None = None
    problem: Problem | None = None

    def __post_init__(self) -> None:
        if self.do not in ("close", "cancel") or not self.runs or not self.is_open:
            self.do = ""
        elif self.form is None:
            self.form = EndForm()

    @property
    def url(self) -> str:
        return url_of(self.matter)

    @property
    def is_open(self) -> bool:
        return self.matter.status == Status.OPEN

    @cached_property
    def runs(self) -> bool:
        return access.can_run(self.viewer, self.matter, self.now)

    # ── tasks ──

    @cached_property
    def page(self) -> Page[Commitment]:
        order = SORTS.get(self.sort, SORTS[""])
        return keyset(queries.leads_of(self.matter, self.viewer, self.now), order, self.at, SIZE)

    @cached_property
    def under(self) -> dict[int, list[Commitment]]:
        return queries.supports_under(self.page.rows)

    @cached_property
    def lines(self) -> list[Line]:
        rows = [one for lead in self.page.rows for one in (lead, *self.under.get(lead.pk, ()))]
        return [self._line(row) for row in rows]

    def _line(self, row: Commitment) -> Line:
        ball = tasks.ball_of(row, self.viewer.pk, self.now)
        return Line(row, tasks.light_of(row, self.now), ball, tasks.seg_of(row))

    @cached_property
    def figures(self) -> queries.Figures:
        return queries.figures_of([self.matter], self.now).get(self.matter.pk, queries.Figures())

    @property
    def light(self) -> components.Light:
        return presenter.light_of(self.matter, self.figures, self.now)

    # ── whose move ──

    @cached_property
    def turns(self) -> list[Commitment]:
        return queries.turns_of(self.matter, self.viewer, self.now) if self.is_open else []

    @cached_property
    def nearest(self) -> Commitment | None:
        return queries.next_up(self.matter, self.viewer, self.now) if self.is_open and not self.turns else None

    @property
    def bar(self) -> components.MoveBar:
        if not self.is_open:
            return components.MoveBar(self.matter.get_status_display(), meta=self.matter.outcome)
        if self.do:
            words = t("撤销事项") if self.do == "cancel" else t("办结事项")
            return components.MoveBar(words, mine=True, form=True)
        if self.turns:
            return presenter.my_bar(self.turns, self.now)
        if self.nearest:
            return presenter.their_bar(self.nearest, self.now)
        return self._bar_without_tasks()

    def _bar_without_tasks(self) -> components.MoveBar:
        done = bool(self.figures.total)
        doing = t("办结事项") if done else t("把事项分解成任务")
        meta = t("全部任务都已了结。") if done else t("写明谁牵头、谁配合、何时完成，交办后开始计时。")
        if self.runs:
            return components.MoveBar(doing, meta=meta, mine=True)
        coordinator = self.matter.coordinator
        return components.MoveBar(doing, coordinator.name, t("协调人"), t("现在不需要您操作。"))

    @property
    def wants_tasks(self) -> bool:
        return self.runs and self.is_open and not self.figures.total

    @property
    def wants_closing(self) -> bool:
        open_tasks = self.figures.total - self.figures.done
        return self.runs and self.is_open and bool(self.figures.total) and not open_tasks

    @cached_property
    def tap(self) -> MoveForm | None:
        """The next move as one button, where nothing has to be filled in."""
        if not self.turns:
            return None
        row = self.turns[0]
        move = tasks.primary_of(row, commitments.moves_of(self.viewer, row, self.now))
        return FORMS[move](row) if move in ONE_TAP and move is not None else None

    @property
    def tap_is_verdict(self) -> bool:
        return self.tap is not None and self.tap.move is Move.ACCEPT

    @property
    def turn_verb(self) -> str:
        return t(tasks.VERB[self.turns[0].state])

    @property
    def one_tap_end(self) -> bool:
        """即办: whoever has it ends it in a tap."""
        return self.matter.klass == Klass.INSTANT and bool(self.turns) and self.turns[0].holder_side == "performer"

    @property
    def can_chase(self) -> bool:
        return self.nearest is not None and commitments.can_chase(self.viewer, self.nearest, self.now)

    # ── what it is ──

    @cached_property
    def parties(self) -> tuple[list[Unit], list[Unit]]:
        return queries.party_names(self.matter)

    @property
    def supporting(self) -> str:
        return "、".join(unit.name for unit in self.parties[0])

    @property
    def informed(self) -> str:
        return "、".join(unit.name for unit in self.parties[1])

    @cached_property
    def lead_head(self) -> str:
        return next((post.person.name for post in roster(self.matter.lead_unit) if post.role == PostRole.HEAD), "")

    @property
    def benefits(self) -> list[tuple[str, str]]:
        return [(t(words), self.matter.benefits[k]) for k, words in presenter.SIDES if self.matter.benefits.get(k)]

    @property
    def basis(self) -> str:
        return self.matter.basis_text or t(BASIS_WORDS[Basis(self.matter.basis_kind)])

    @property
    def features(self) -> list[tuple[str, str]]:
        matter = self.matter
        sponsor = self._introduced(matter.sponsor) if matter.sponsor else ""
        given = [
            (t("类别"), t(KLASS_WORDS[Klass(matter.klass)])),
            (t("性质"), t(NATURE_WORDS[Nature(matter.nature)])),
            (t("紧急程度"), t(URGENCY_WORDS[Urgency(matter.urgency)])),
            (t("依据类别"), t(BASIS_WORDS[Basis(matter.basis_kind)])),
            (t("分管领导"), sponsor),
            (t("协调人"), t("%(name)s，可召集、催办、记录") % {"name": matter.coordinator.name}),
            (t("立项单位"), matter.requester_unit.name),
            (t("谁能看到"), t(VISIBILITY_WORDS[Visibility(matter.visibility)])),
            (t("结果"), matter.outcome),
        ]
        return [(label, words) for label, words in given if words]

    def _introduced(self, person: Person) -> str:
        post = primary_posts([person.pk]).get(person.pk)
        return f"{person.name}　{post.words}" if post else person.name

    @cached_property
    def news(self) -> list[tuple[Entry, Commitment | None]]:
        """The latest entries, newest first, each with the task it belongs to."""
        rows = {line.row.pk: line.row for line in self.lines}
        latest = queries.news_of(self.matter, list(rows.values()), presenter_plan_news.TELLINGS)
        theirs = histories_of("commitment", {f.subject_id for f in latest if f.subject_type == "commitment"})
        names = Names(*names_for([fact for facts in theirs.values() for fact in facts], list(rows.values())))
        told = {(pk, e.seq): e for pk, facts in theirs.items() for e in told_of_task(facts, names, {}, self.now)}
        own = {**self._own_news, **self._plan_news(latest)}
        return [
            (told[f.subject_id, f.seq], rows[f.subject_id])
            if f.subject_type == "commitment"
            else (own[f.subject_type, f.subject_id, f.seq], None)
            for f in latest
        ]

    @property
    def _own_news(self) -> dict[tuple[str, int, int], Entry]:
        pk = self.matter.pk
        return {("matter", pk, e.seq): e for e in presenter.told(histories_of("matter", [pk])[pk], self.now)}

    def _plan_news(self, latest: list[Fact]) -> dict[tuple[str, int, int], Entry]:
        facts = [fact for fact in latest if fact.verb in presenter_plan_news.TELLINGS]
        wanted = presenter_plan_news.titles_wanted(facts)
        titles: dict[int, str] = {}
        if wanted:
            seen = commitments.visible_to(self.viewer, self.now).filter(pk__in=wanted)
            titles = dict(seen.values_list("pk", "title"))
        return {(f.subject_type, f.subject_id, f.seq): presenter_plan_news.told(f, titles, self.now) for f in facts}
