"""Uploads that are looked at and forgotten: never written to disk, not even for a moment."""

from io import BytesIO
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

# What a multipart body has around its one file.
ENVELOPE = 64 * 1024


def in_memory(name: str, limit: int) -> bytes | None:
    """The bytes of the one file called `name`; None when none came. Answers 413 above `limit`."""
    length = request.content_length
    if length is None or length > limit + ENVELOPE:
        raise RequestEntityTooLarge
    request.max_content_length = limit + ENVELOPE
    parser = FormDataParser(
        stream_factory=_memory, max_content_length=limit + ENVELOPE, max_form_parts=10
    )
    _stream, _form, files = parser.parse(
        request.stream, request.mimetype, length, request.mimetype_params
    )
    file = files.get(name)
    return file.stream.read() if file else None


def _memory(*_arguments: Any, **_named: Any) -> BytesIO:
    return BytesIO()
