from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fayol.worker.models import StuckRow, SweepRun, WorkerProcess

pytestmark = pytest.mark.django_db
HERE = {"HTTP_HOST": "127.0.0.1:8000"}


@pytest.fixture
def in_trouble(cast: Any) -> datetime:
    now = timezone.now()
    WorkerProcess.objects.create(host="app-1", pid=4711, started_at=now, seen_at=now, doing="commitments.resume")
    SweepRun.objects.create(name="commitments.resume", due_at=now, failures=2, error="RuntimeError: the lamp is out")
    StuckRow.objects.create(
        sweep="commitments.resume", table="commitments.commitment", row_id=9, failures=4, reason="ValueError: no day",
        first_at=now, last_at=now, again_at=now,
    )  # fmt: skip
    return now


def test_a_system_administrator_sees_the_whole_of_it(client_as: Callable[[str], Client], in_trouble: datetime) -> None:
    page = client_as("许宁").get("/status/").content.decode()
    for words in ("app-1", "4711", "连续2次出错", "the lamp is out", "ValueError: no day", "到期恢复挂起的任务"):
        assert words in page
    assert "1条记录多次处理不成" in page


def test_the_office_sees_in_short_what_is_wrong_and_no_machine(
    client_as: Callable[[str], Client], in_trouble: datetime
) -> None:
    page = client_as("林晓雯").get("/status/").content.decode()
    assert "1项定时任务出错，会自动再试。" in page
    for words in ("app-1", "the lamp is out", "ValueError"):
        assert words not in page


def test_without_a_worker_the_page_says_what_stands_still_and_what_to_do(client_as: Callable[[str], Client]) -> None:
    page = client_as("林晓雯").get("/status/").content.decode()
    assert "没有后台进程在运行，提醒、催办和邮件都停着。" in page


def test_the_page_asks_the_same_number_of_questions_however_much_went_wrong(
    client_as: Callable[[str], Client], in_trouble: datetime
) -> None:
    client = client_as("许宁")
    client.get("/status/")
    asked = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/status/")
        asked.append(len(queries))
        WorkerProcess.objects.create(host="app-2", pid=number, started_at=in_trouble, seen_at=in_trouble)
        StuckRow.objects.create(
            sweep="ladders.climb", table="ladders.climb", row_id=number, failures=1, reason="ValueError",
            first_at=in_trouble, last_at=in_trouble, again_at=in_trouble,
        )  # fmt: skip
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (HERE, 200),
        ({"HTTP_HOST": "localhost"}, 200),
        ({"HTTP_HOST": "[::1]:8000", "REMOTE_ADDR": "::1"}, 200),
        (HERE | {"REMOTE_ADDR": "10.0.0.5"}, 404),
        (HERE | {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        (HERE | {"HTTP_X_REAL_IP": "203.0.113.9"}, 404),
        ({"HTTP_HOST": "fayol.example.cn"}, 404),
        ({"HTTP_HOST": "fayol.example.cn", "HTTP_AUTHORIZATION": "Bearer a-long-token"}, 200),
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer a-long-token"}, 200),
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer a-long-toke"}, 404),
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Basic a-long-token"}, 404),
        ({"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer ü"}, 404),
    ],
)
def test_metrics_open_for_this_machine_and_for_the_token_and_are_not_there_for_others(
    asked: dict[str, Any], status: int, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "fayol.example.cn"]
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, metrics_token="a-long-token")
    answer = Client().get("/metrics", **asked)
    assert answer.status_code == status
    assert (b"fayol_workers_alive" in answer.content) is (status == 200)
    assert Client().post("/metrics", **asked).status_code == 404


def test_without_a_token_in_the_settings_no_token_opens(settings: Any) -> None:
    assert settings.ENVIRONMENT.metrics_token == ""
    assert Client().get("/metrics", REMOTE_ADDR="10.0.0.5", HTTP_AUTHORIZATION="Bearer ").status_code == 404


def test_over_plain_http_the_token_does_not_count_where_https_is_on(settings: Any) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, url="https://fayol.example.cn", metrics_token="a-long-token")
    asked: dict[str, Any] = {"REMOTE_ADDR": "10.0.0.5", "HTTP_AUTHORIZATION": "Bearer a-long-token"}
    assert Client().get("/metrics", **asked).status_code == 404
    assert Client().get("/metrics", secure=True, **asked).status_code == 200


def test_the_numbers_of_the_house_are_among_the_metrics() -> None:
    text = Client().get("/metrics", **HERE).content.decode()  # type: ignore[arg-type]
    for name in (
        "fayol_deliveries_waiting",
        "fayol_deliveries_failed",
        "fayol_commitments_overdue",
        "fayol_letters_due",
    ):
        assert f"# HELP {name} " in text
