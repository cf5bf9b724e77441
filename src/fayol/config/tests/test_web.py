from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from fayol.organisation.models import Account

pytestmark = pytest.mark.django_db


def upload(rf: RequestFactory, *sizes: int) -> HttpRequest:
    files = [SimpleUploadedFile(f"{i}.docx", b"x" * size) for i, size in enumerate(sizes)]
    return rf.post("/intake/", {"title": "分工方案", "file": files})


def test_an_upload_within_the_limit_arrives_whole(rf: RequestFactory, settings: Settings) -> None:
    settings.MAX_UPLOAD = 200_000
    request = upload(rf, 90_000, 90_000)
    assert [file.size for file in request.FILES.getlist("file")] == [90_000, 90_000]
    assert not hasattr(request, "upload_too_large")


@pytest.mark.parametrize("sizes", [(300_000,), (150_000, 150_000)])
def test_an_upload_beyond_the_limit_stops_and_says_so_and_keeps_what_was_typed(
    rf: RequestFactory, settings: Settings, sizes: tuple[int, ...]
) -> None:
    settings.MAX_UPLOAD = 200_000
    request = upload(rf, *sizes)
    assert request.POST["title"] == "分工方案"
    assert sum(file.size or 0 for file in request.FILES.getlist("file")) <= 200_000
    assert vars(request)["upload_too_large"] is True


def test_pages_forbid_scripts_and_styles_that_are_not_ours_and_being_framed(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert (rules["frame-ancestors"], rules["form-action"]) == ("'none'", "'self'")
    assert "unsafe" not in policy
    assert {"script-src", "style-src"} & set(rules) == set()  # both follow default-src


def test_pages_are_chinese_whatever_the_browser_sends_and_english_for_who_chose_it(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "en-US,en;q=0.9"})
    assert page.headers["Content-Language"] == "zh-hans"
    assert "登录" in page.content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert client.get("/accounts/login/").headers["Content-Language"] == "en"


def test_nobody_can_sign_up(client: Client) -> None:
    form = {"username": "stranger", "password1": "a-long-word-42", "password2": "a-long-word-42"}
    client.post("/accounts/signup/", form)
    assert not Account.objects.filter(username="stranger").exists()


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client: Client) -> None:
    Account.objects.create_user(username="limin", password="a-long-word-42")
    for _ in range(6):
        client.post("/accounts/login/", {"login": "limin", "password": "wrong"})
    client.post("/accounts/login/", {"login": "limin", "password": "a-long-word-42"})
    assert "_auth_user_id" not in client.session


def test_a_load_balancer_hears_that_the_process_answers(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
