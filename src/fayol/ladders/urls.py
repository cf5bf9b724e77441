from __future__ import annotations

from django.urls import path

from fayol.ladders.views import calls, muting, policies, preview

app_name = "ladders"
urlpatterns = [
    path("calls/", calls.page, name="calls"),
    path("calls/<int:pk>/", calls.log, name="call"),
    path("preview/", preview.page, name="preview"),
    path("ladders/", policies.index, name="policies"),
    path("ladders/<str:kind>/<str:urgency>/restore/", policies.restore, name="restore"),
    path("ladders/<str:kind>/<str:urgency>/<str:klass>/restore/", policies.restore, name="restore"),
    path("ladders/<str:kind>/<str:urgency>/", policies.policy, name="policy"),
    path("ladders/<str:kind>/<str:urgency>/<str:klass>/", policies.policy, name="policy"),
    path("tasks/<int:pk>/mute/", muting.mute, name="mute"),
    path("tasks/<int:pk>/unmute/", muting.unmute, name="unmute"),
    path("promises/<int:pk>/confirm/", calls.confirm, name="confirm"),
    path("promises/<int:pk>/deny/", calls.deny, name="deny"),
]
