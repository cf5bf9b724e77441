from __future__ import annotations

from django.urls import path

from fayol.channels.views import channels, office

app_name = "deliveries"
urlpatterns = [
    path("", office.page, name="page"),
    path("retry/", office.retry_all, name="retry_all"),
    path("drop/", office.drop_all, name="drop_all"),
    path("test/", channels.test, name="test"),
    path("channels/", channels.index, name="channels"),
    path("channels/patience/", channels.be_patient, name="patience"),
    path("channels/<slug:name>/", channels.page, name="channel"),
    path("channels/<slug:name>/switch/", channels.switch, name="switch"),
    path("accounts/<int:pk>/", channels.accounts, name="accounts"),
    path("<int:pk>/retry/", office.retry, name="retry"),
    path("<int:pk>/drop/", office.drop, name="drop"),
    path("addresses/<int:pk>/on/", office.turn_on, name="turn_on"),
]
