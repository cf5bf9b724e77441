from __future__ import annotations

from django.urls import path

from fayol.commitments import views

app_name = "commitments"
urlpatterns = [
    path("<int:pk>/", views.show, name="page"),
    path("<int:pk>/chase/", views.chase, name="chase"),
    path("<int:pk>/files/<int:file_id>/", views.attachment, name="file"),
    path("<int:pk>/<str:move>/", views.make, name="move"),
]
