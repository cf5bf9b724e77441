from __future__ import annotations

from django.urls import path

from fayol.matters.flows import views

app_name = "flows"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="new"),
    path("keep/<int:pk>/", views.keep, name="keep"),
    path("<int:pk>/", views.show, name="page"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/use/", views.use, name="use"),
    path("<int:pk>/retire/", views.retire, name="retire"),
]
