"""The organisation from one workbook: preview with every faulty row, then all of it or nothing."""

from fayol.organisation.importing.applying import apply
from fayol.organisation.importing.plan import Plan
from fayol.organisation.importing.planning import make_plan as preview
from fayol.organisation.importing.rows import OrgSheet, PersonRow, PostRow, RowProblem, UnitRow
from fayol.organisation.importing.telling import SheetChanges, same, told
from fayol.organisation.importing.workbook import as_sheet, export, read_workbook

__all__ = [
    "OrgSheet", "PersonRow", "Plan", "PostRow", "RowProblem", "SheetChanges", "UnitRow", "apply", "as_sheet", "export",
    "preview", "read_workbook", "same", "told",
]  # fmt: skip
