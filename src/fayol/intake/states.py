"""Where a document taken in, and each draft in it, stands."""

from __future__ import annotations

from enum import StrEnum

from fayol.kernel.text import gettext_noop as _


class DocumentStatus(StrEnum):
    """`dispatched` from the first dispatch on; drafts left open may follow into the same matter."""

    DRAFT = "draft"
    DISPATCHED = "dispatched"
    DROPPED = "dropped"


DOCUMENT_WORDS: dict[str, str] = {
    DocumentStatus.DRAFT: _("待交办"),
    DocumentStatus.DISPATCHED: _("已交办"),
    DocumentStatus.DROPPED: _("已作废"),
}


class DraftState(StrEnum):
    OPEN = "open"
    DROPPED = "dropped"
    DISPATCHED = "dispatched"


DRAFT_WORDS: dict[str, str] = {
    DraftState.OPEN: _("待交办"),
    DraftState.DROPPED: _("不交办"),
    DraftState.DISPATCHED: _("已交办"),
}
