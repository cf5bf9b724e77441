"""The words in which ladders are spoken of."""

from __future__ import annotations

from fayol.kernel.text import gettext_noop as _
from fayol.ladders.states import Kind

KLASS_WORDS: dict[str, str] = {
    "": _("各类事项"),
    "instant": _("即办"),
    "ordinary": _("一般"),
    "special": _("专题"),
    "major": _("重大"),
}
START_WORDS: dict[str, str] = {Kind.SIGN: _("交办"), Kind.DELIVER: _("签收"), Kind.ANSWER: _("收到")}
DUE_WORDS: dict[str, str] = {Kind.SIGN: _("签收时限"), Kind.DELIVER: _("期限"), Kind.ANSWER: _("期限")}
