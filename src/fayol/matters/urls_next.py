"""各方下一步 over several affairs has an address of its own."""

from __future__ import annotations

from django.urls import path

from fayol.matters import views_next

app_name = "next"
urlpatterns = [path("", views_next.mine, name="mine")]
