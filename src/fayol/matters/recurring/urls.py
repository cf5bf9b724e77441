from __future__ import annotations

from django.urls import path

from fayol.matters.recurring import views

app_name = "recurring"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="new"),
    path("<int:pk>/", views.show, name="page"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/rest/", views.rest, name="rest"),
]
