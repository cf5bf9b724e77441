from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from docx import Document

from fayol.files.models import StoredFile
from fayol.files.store import check, download, keep, open_file, path_of, plain_name, sweep_orphans
from fayol.kernel.errors import Refused
from fayol.organisation.actor import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def docx(*lines: str) -> bytes:
    made, file = Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(file)
    return file.getvalue()


def test_the_same_content_lies_once_and_each_upload_keeps_its_name(now: datetime) -> None:
    first = keep(upload("预算.txt", "年会预算".encode()), by=SYSTEM, now=now)
    second = keep(upload("预算（终稿）.txt", "年会预算".encode()), by=SYSTEM, now=now)
    assert (first.sha256, first.size) == (second.sha256, 12)
    assert second.name == "预算（终稿）.txt"
    assert len(list(path_of(first.sha256).parent.iterdir())) == 1
    with open_file(second) as file:
        assert file.read().decode() == "年会预算"


def test_a_content_changed_on_disk_is_not_opened(now: datetime) -> None:
    stored = keep(upload("预算.txt", "年会预算".encode()), by=SYSTEM, now=now)
    path_of(stored.sha256).write_bytes("改过的预算".encode())
    with pytest.raises(Refused, match="与上传时不一致"):
        open_file(stored)
    path_of(stored.sha256).unlink()
    with pytest.raises(Refused, match="找不到"):
        open_file(stored)


def test_a_download_is_an_attachment_that_no_browser_opens_in_place(now: datetime) -> None:
    response = download(keep(upload("预算.txt", b"<b>1"), by=SYSTEM, now=now))
    assert response["Content-Disposition"].startswith("attachment;")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/octet-stream")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("安装.exe", b"abc"), ("照片.jpg", b"MZ\x90\0"), ("脚本.txt", b"#!/bin/sh\nrm"), ("页面.html", b"hello"),
        ("图.svg", b"<svg/>"), ("说明.txt", b" <!DOCTYPE html><p>"), ("表.xlsm", b"PK"), ("程序", b"\x7fELF\x02"),
    ],
)  # fmt: skip
def test_programs_and_pages_are_refused_by_ending_and_by_content(name: str, data: bytes, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        keep(upload(name, data), by=SYSTEM, now=now)
    assert refused.value.code == "active_file"
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("机密★1年 方案.pdf", b"%PDF-1.4 x"), ("方案.txt", "机密★1年\n方案".encode()),
        ("方案.docx", docx("绝密", "方案")), ("通知.md", "# 通知\n秘密★".encode()),
    ],
)  # fmt: skip
def test_a_marked_name_or_text_is_refused_and_nothing_is_written(
    name: str, data: bytes, now: datetime, media: Path
) -> None:
    with pytest.raises(Refused) as refused:
        keep(upload(name, data), by=SYSTEM, now=now)
    assert refused.value.code == "classified"
    assert not media.exists() or not [p for p in media.rglob("*") if p.is_file()]


def test_what_cannot_be_read_may_still_be_kept_as_an_attachment(now: datetime) -> None:
    check("照片.jpg", b"\xff\xd8\xff\xe0")
    check("旧表.xls", b"\xd0\xcf\x11\xe0rest")
    check("扫描件.pdf", b"%PDF-1.4 broken")


def test_too_large_and_empty_are_refused(settings: Any, now: datetime) -> None:
    settings.MAX_UPLOAD = 1024 * 1024
    with pytest.raises(Refused, match="超过上限 1 MB"):
        keep(upload("大.bin", b"x" * (1024 * 1024 + 1)), by=SYSTEM, now=now)
    with pytest.raises(Refused, match="空文件"):
        keep(upload("空.txt", b""), by=SYSTEM, now=now)


def test_names_lose_their_path_and_their_tricks() -> None:
    assert plain_name("C:\\桌面\\预算.docx") == "预算.docx"
    assert plain_name("../../etc/passwd") == "passwd"
    assert plain_name("预算\u202excod.exe") == "预算xcod.exe"
    assert len(plain_name("长" * 400 + ".docx")) == 200
    assert plain_name("长" * 400 + ".docx").endswith(".docx")
    assert plain_name("") == "未命名"


def test_a_content_left_by_a_rollback_is_swept_once_it_is_old_and_others_stay(now: datetime) -> None:
    kept = keep(upload("留.txt", "留".encode()), by=SYSTEM, now=now)
    with transaction.atomic():
        lost = keep(upload("去.txt", "去".encode()), by=SYSTEM, now=now)
        transaction.set_rollback(True)
    (path_of(lost.sha256).parent / "tmp-broken").touch()
    assert sweep_orphans(now + timedelta(days=1), 100) == 0
    assert path_of(lost.sha256).exists()
    assert sweep_orphans(now + timedelta(days=30), 100) == 2
    assert path_of(kept.sha256).exists()
    assert not path_of(lost.sha256).exists()
