from __future__ import annotations

from django.urls import path

from fayol.channels.views import wishes

app_name = "notifications"
urlpatterns = [
    path("", wishes.page, name="page"),
    path("resume/", wishes.resume, name="resume"),
    path("accounts/", wishes.accounts, name="accounts"),
]
