"""Views that take files may be sent more than others."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from werkzeug.datastructures import FileStorage

from portal.core.uploads import FILE_BYTES, FILES, MEGABYTE

View = TypeVar("View", bound=Callable[..., object])

MARK = "__portal_takes_files__"
# All files at their largest, and what stands around them.
REQUEST_BYTES = FILES * FILE_BYTES + MEGABYTE


def takes_files(view: View) -> View:
    """A request to this view may carry ten files."""
    setattr(view, MARK, True)
    return view


def sent_files(name: str = "files") -> list[tuple[str, bytes]]:
    """Name and bytes of each file that was sent; a field left empty sends none."""
    sent: list[FileStorage] = request.files.getlist(name)
    return [(file.filename, file.read(FILE_BYTES + 1)) for file in sent if file.filename]


def allow() -> None:
    """Before anything reads the form: the token stands in it, so it is read early."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and getattr(view, MARK, False):
        request.max_content_length = REQUEST_BYTES


def init_app(app: Flask) -> None:
    app.before_request(allow)
