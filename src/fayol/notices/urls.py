from __future__ import annotations

from django.urls import path

from fayol.notices import urls_following
from fayol.notices.views import answering, changing, composing, groups, lists, page

app_name = "notices"
urlpatterns = [
    *urls_following.urlpatterns,
    path("", lists.page, name="list"),
    path("new/", composing.new, name="new"),
    path("groups/", groups.index, name="groups"),
    path("groups/new/", groups.new, name="group_new"),
    path("groups/<int:pk>/", groups.edit, name="group"),
    path("groups/<int:pk>/retire/", groups.retire, name="group_retire"),
    path("files/<int:pk>/", page.attachment, name="file"),
    path("answers/<int:pk>/confirm/", answering.confirm, name="confirm"),
    path("answers/<int:pk>/reconfirm/", answering.reconfirm, name="reconfirm"),
    path("answers/<int:pk>/take/", answering.take, name="take"),
    path("answers/<int:pk>/report/", answering.report, name="report"),
    path("answers/<int:pk>/restate/", answering.restate, name="restate"),
    path("calls/<int:pk>/<str:said>/", answering.check, name="check"),
    path("<int:pk>/", page.show, name="page"),
    path("<int:pk>/edit/", composing.edit, name="edit"),
    path("<int:pk>/send/", composing.send, name="send"),
    path("<int:pk>/discard/", composing.discard, name="discard"),
    path("<int:pk>/correct/", changing.correct, name="correct"),
    path("<int:pk>/withdraw/", changing.withdraw, name="withdraw"),
    path("<int:pk>/join/", changing.join, name="join"),
]
