"""Uploaded files: named by their content, so that the same file is kept once and a changed one is noticed."""

from __future__ import annotations

from django.db import models


class StoredFile(models.Model):
    """One upload. The content lies in the file store under its SHA-256."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    uploaded_by_id = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="file_content")]

    def __str__(self) -> str:
        return self.name
