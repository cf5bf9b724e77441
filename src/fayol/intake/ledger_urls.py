from __future__ import annotations

from django.urls import path

from fayol.intake.ledger import views, views_import

app_name = "ledger"
urlpatterns = [
    path("", views.page, name="page"),
    path("bulk/", views.bulk, name="bulk"),
    path("columns/", views.choose, name="columns"),
    path("export/", views.export, name="export"),
    path("times/", views.spent, name="times"),
    path("import/", views_import.upload, name="import"),
    path("import/<int:pk>/", views_import.review, name="review"),
    path("import/<int:pk>/apply/", views_import.apply, name="apply"),
]
