from __future__ import annotations

from django.urls import path

from fayol.matters import (
    views,
    views_asking,
    views_baseline,
    views_figures,
    views_next,
    views_plan,
    views_plan_edit,
    views_reconfirm,
)

app_name = "matters"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views_asking.create, name="new"),
    path("<int:pk>/", views.show, name="page"),
    path("<int:pk>/edit/", views_asking.edit, name="edit"),
    path("<int:pk>/ask/", views_asking.ask, name="ask"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/finish/", views.finish, name="finish"),
    path("<int:pk>/next/", views_next.show, name="next"),
    path("<int:pk>/plan/", views_plan.show, name="plan"),
    path("<int:pk>/plan/suggest/", views_plan_edit.suggest, name="plan_suggest"),
    path("<int:pk>/plan/<int:task_pk>/", views_plan_edit.task, name="plan_task"),
    path("<int:pk>/plan/<int:task_pk>/link/", views_plan_edit.link, name="plan_link"),
    path("<int:pk>/plan/<int:task_pk>/tie/<int:tie_pk>/", views_plan_edit.tie, name="plan_tie"),
    path("<int:pk>/baseline/", views_baseline.show, name="baseline"),
    path("<int:pk>/baseline/make/", views_baseline.make, name="baseline_make"),
    path("<int:pk>/baseline/remind/", views_baseline.remind, name="baseline_remind"),
    path("<int:pk>/baseline/agree/<int:ack_pk>/", views_baseline.agree, name="baseline_agree"),
    path("<int:pk>/start/", views_baseline.start, name="start"),
    path("<int:pk>/start/stop/", views_baseline.stop, name="start_stop"),
    path("<int:pk>/figures/", views_figures.show, name="figures"),
    path("<int:pk>/figures/add/", views_figures.add, name="figure_add"),
    path("<int:pk>/figures/<int:figure_pk>/", views_figures.change, name="figure"),
    path("<int:pk>/figures/<int:figure_pk>/uses/", views_figures.uses, name="figure_uses"),
    path("reconfirm/<int:pk>/", views_reconfirm.reconfirm, name="reconfirm"),
    path("effect/<int:task_pk>/<slug:move>/", views_reconfirm.effect, name="effect"),
]
