"""Addresses of the pages on which a notice is followed up; taken into `notices.urls`."""

from __future__ import annotations

from django.urls import path

from fayol.notices.views import clashes, days, following, paper, proof, reach

urlpatterns = [
    path("clashes/", clashes.index, name="clashes"),
    path("clashes/<int:pk>/", clashes.page, name="clash"),
    path("clashes/<int:pk>/choose/", clashes.choose, name="choose"),
    path("clashes/<int:pk>/ask/", clashes.ask, name="ask_to_choose"),
    path("days/", days.everybody, name="days"),
    path("days/<int:pk>/", days.one, name="day"),
    path("days/<int:pk>/take/", days.take, name="take_time"),
    path("days/free/<int:pk>/", days.free, name="free_time"),
    path("<int:pk>/receipts/", following.receipts, name="receipts"),
    path("<int:pk>/receipts/remind/", following.remind, name="remind"),
    path("<int:pk>/receipts/calls/", following.calls, name="calls"),
    path("<int:pk>/receipts/<int:receipt_pk>/call/", following.call, name="call"),
    path("<int:pk>/receipts/<int:receipt_pk>/leave/", following.leave, name="leave"),
    path("<int:pk>/receipts/<int:receipt_pk>/proof/", proof.receipt, name="proof"),
    path("<int:pk>/receipts/<int:receipt_pk>/proof.docx", proof.receipt_word, name="proof_word"),
    path("<int:pk>/receipts/<int:receipt_pk>/slip/", paper.slip, name="slip"),
    path("<int:pk>/paper/", paper.choose, name="paper"),
    path("<int:pk>/paper/sheets/", paper.sheets, name="paper_sheets"),
    path("<int:pk>/paper/sheets.docx", paper.word, name="paper_word"),
    path("<int:pk>/reach/", reach.page, name="reach"),
    path("<int:pk>/proof/", proof.whole, name="proof_list"),
    path("<int:pk>/proof.docx", proof.whole_word, name="proof_list_word"),
]
