from __future__ import annotations

from django.urls import path

from fayol.intake.views import listing, review, rows

app_name = "intake"
urlpatterns = [
    path("", listing.index, name="index"),
    path("example/", listing.example, name="example"),
    path("<int:pk>/", review.review, name="review"),
    path("<int:pk>/drafts/<int:draft_pk>/", rows.row, name="row"),
    path("<int:pk>/tick/", rows.tick, name="tick"),
    path("<int:pk>/file/", listing.file, name="file"),
    path("<int:pk>/again/", listing.again, name="again"),
    path("<int:pk>/drop/", listing.drop, name="drop"),
]
