from __future__ import annotations

from django.urls import path

from fayol.web import inbox, running, search, theme, tour, views, workbench

app_name = "web"
urlpatterns = [
    path("", workbench.page, name="workbench"),
    path("chase/", workbench.chase_all, name="chase"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox_read"),
    path("search/", search.page, name="search"),
    path("status/", running.page, name="status"),
    path("metrics", running.metrics, name="metrics"),
    path("counts/", views.counts, name="counts"),
    path("theme/", theme.choose, name="theme"),
    path("tour/", tour.overview, name="tour"),
    path("tour/close/", tour.close, name="tour_close"),
    path("enter/", views.enter, name="enter"),
    path("components/", views.components, name="components"),
]
