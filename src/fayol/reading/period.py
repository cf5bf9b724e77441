"""A deadline as somebody types it into a field: "30个工作日内", "收到后24小时", "4个工作小时内"."""

from __future__ import annotations

from fayol.kernel.deadlines import COUNTED, DeadlineRule
from fayol.kernel.errors import Refused
from fayol.kernel.text import gettext_noop as _
from fayol.kernel.text import half_width
from fayol.reading.deadlines import Context, find_times

_FROM_DISPATCH = frozenset({"dispatch", "receipt"})
_KINDS = (COUNTED - {"workdays_before"}) | {"hours_after"}


def read_period(words: str) -> DeadlineRule:
    """The rule, counted from the dispatch. Refused for words that name no such period."""
    plain = "".join(half_width(words).split()).rstrip("。.")
    text = f"在{plain if plain.endswith('内') else plain + '内'}完成"
    rules = [time.rule for time in find_times(text, 0, len(text), Context(None))]
    found = [rule for rule in rules if rule.kind in _KINDS and rule.anchor in _FROM_DISPATCH and rule.n > 0]
    if len(found) != 1 or len(rules) != 1:
        raise Refused(
            "no_period",
            _("“{words}”读不出时限。请写成“30个工作日内”“24小时内”这样，或直接填日期。"),
            words=words.strip(),
        )
    rule = found[0]
    return DeadlineRule(rule.kind, anchor=rule.anchor, n=rule.n, words=words.strip()[:100])
