"""Views that take files may be sent more than others; some look at a file and forget it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, Request, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from portal.core.uploads import FILE_BYTES, MEGABYTE, TOGETHER_BYTES

View = TypeVar("View", bound=Callable[..., object])

MARK = "__portal_takes_files__"
# Files, and what stands around them.
REQUEST_BYTES = TOGETHER_BYTES + MEGABYTE // 2
# What a multipart body has around its one file.
ENVELOPE = 64 * 1024


def takes_files(view: View) -> View:
    """A request to this view may carry files."""
    setattr(view, MARK, True)
    return view


def sent_files(name: str = "files", most: int = FILE_BYTES) -> list[tuple[str, bytes]]:
    """Name and bytes of each file that was sent; a field left empty sends none.

    Of a larger file one byte more than `most` is read, so that it is found too large.
    """
    sent: list[FileStorage] = request.files.getlist(name)
    return [(file.filename, file.read(most + 1)) for file in sent if file.filename]


def in_memory(name: str, limit: int) -> bytes | None:
    """The bytes of the one file called `name`; None when none came. Answers 413 above `limit`."""
    length = request.content_length
    request.max_content_length = limit + ENVELOPE
    if length is None or length > limit + ENVELOPE:
        raise RequestEntityTooLarge
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


def allow(app: Flask, asked: Request) -> None:
    """Before anything reads the form: the token stands in it, so it is read early."""
    view = app.view_functions.get(asked.endpoint or "")
    if view is not None and getattr(view, MARK, False):
        asked.max_content_length = REQUEST_BYTES
