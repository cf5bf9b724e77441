"""Uploads that are too long stop while they arrive, not after they filled the disk."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

CHUNK = 64 * 1024  # bytes
FORM = 1024 * 1024  # bytes, the most that everything in a form but its files may come to


class LimitedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS. When the files of one request exceed `settings.MAX_UPLOAD` bytes together the
    rest is not kept, `request.upload_too_large` is True, and neither that file nor the fields after it are there:
    `fayol.web.http` answers 413 with a page that says the limit."""

    def handle_raw_input(
        self, input_data: IO[bytes], META: dict[str, Any], content_length: int, boundary: str, encoding: Any = None
    ) -> None:
        self.body = input_data
        hopeless = content_length > settings.MAX_UPLOAD + FORM  # then nothing is kept, not even the first part
        self.seen = content_length if hopeless else 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.seen += len(raw_data)
        if self.seen > settings.MAX_UPLOAD:
            if self.request is not None:
                vars(self.request)["upload_too_large"] = True
            while self.body.read(CHUNK):  # Django would read the rest line by line, and a line may be 300 MB long
                pass
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
