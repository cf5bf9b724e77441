"""How long a cell may be."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

LONGEST = {"official_name": 120, "short_name": 40, "code": 40, "name": 60, "mobile": 30, "title": 60}
COLUMNS = {
    "official_name": "名称", "short_name": "简称", "code": "编码", "name": "姓名", "mobile": "手机", "title": "职务",
}  # fmt: skip


def check_lengths(planner: Any, row: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if len(getattr(row, name)) > LONGEST[name]:
            planner.fault(row, COLUMNS[name], _("最多{most}个字，请缩短。").format(most=LONGEST[name]))
