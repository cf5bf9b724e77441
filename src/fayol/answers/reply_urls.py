from __future__ import annotations

from django.urls import path

from fayol.answers.views import reply

app_name = "reply"
urlpatterns = [path("<str:token>/", reply.page, name="page")]
