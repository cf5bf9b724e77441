from __future__ import annotations

from django.urls import path

from fayol.answers.views import office

app_name = "answers"
urlpatterns = [
    path("links/", office.links, name="links"),
    path("links/<int:pk>/revoke/", office.revoke, name="revoke"),
    path("wish/", office.wish, name="wish"),
    path("incoming/", office.incoming, name="incoming"),
    path("incoming/<int:pk>/", office.letter, name="letter"),
    path("incoming/<int:pk>/done/", office.looked_at, name="looked_at"),
]
