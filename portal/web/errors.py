"""Every failure is a page of the portal that says what to do."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import MapAdapter, RequestRedirect

from portal.core import db
from portal.core.text import N_
from portal.core.uploads import MEGABYTE
from portal.web import access, i18n, parking
from portal.web.filters import number
from portal.web.pages import path, render
from portal.web.security import is_cross_site

log = structlog.get_logger()
Sentences = tuple[str, str]

PAGES: dict[int, Sentences] = {
    400: (N_("这个请求没有读懂"), N_("请回到上一页再试一次。")),
    403: (N_("这一页不对外开放"), N_("如果您认为应当能打开，请联系主办单位。")),
    404: (N_("没有这一页"), N_("地址可能写错了，或者内容已经不再公布。您可以从首页重新查找。")),
    405: (N_("这个地址不能这样打开"), N_("请从首页重新进入。")),
    410: (N_("没有这一页"), N_("地址可能写错了，或者内容已经不再公布。您可以从首页重新查找。")),
    413: (N_("提交的内容太大"), ""),
    421: (N_("这个域名不属于本站"), N_("请使用本站公布的网址。")),
    429: (N_("查询太频繁"), N_("请过1分钟再试。")),
    500: (
        N_("现在打不开这一页"),
        N_("问题已经记下。请过1分钟再试；仍打不开时，请把下面的编号告诉我们。"),
    ),
    503: (N_("还没有存上"), N_("现在正在写入一大批数据，一般不到1分钟。")),
}
FILES_TOO_LARGE = N_("这里一次最多传%(n)s兆。请回到上一页，分几次传，或者把文件缩小、拆开后再传。")
TEXT_TOO_LONG = N_("这里一次最多提交约%(n)s个汉字。请回到上一页，缩短内容后再提交。")
BYTES_OF_HAN = 3


def show(status: int) -> Response:
    title, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return render(
        "errors/error.html",
        status=status,
        title=title,
        advice=i18n.translate(advice) if advice else _too_large(),
        reference=g.get("request_id", "") if status >= 500 else "",
        typed=_typed() if status >= 500 else [],
    )


def _too_large() -> str:
    """How much this page takes, and what to do."""
    limit, config = request.max_content_length or 0, current_app.config
    takes_files = limit != config["MAX_CONTENT_LENGTH"]
    if takes_files and (request.content_length or limit + 1) > limit:
        return i18n.translate(FILES_TOO_LARGE, n=limit // MEGABYTE)
    most = config["MAX_FORM_MEMORY_SIZE"] // BYTES_OF_HAN // 1000 * 1000
    return i18n.translate(TEXT_TOO_LONG, n=number(most))


def _typed() -> list[tuple[str, str]]:
    """What was typed into the form that could not be taken, so that it can be sent again."""
    return [] if request.method != "POST" or is_cross_site() else parking.typed()


def _http(error: HTTPException) -> Response:
    response = show(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _wrong_method(error: MethodNotAllowed) -> ResponseReturnValue:
    """Whoever opens the address that a form is sent to is led to the page of the form.

    A rejected form is shown under that address, and the links from there to the other language
    or back from signing in open it.
    """
    adapter = current_app.create_url_adapter(request)
    found = _page_above(adapter, request.path) if adapter and request.method == "GET" else ""
    if not found:
        return _http(error)
    parking.move(path(request.path), path(found))
    query = request.query_string.decode()
    return redirect(path(f"{found}?{query}" if query else found), 303)


def _page_above(adapter: MapAdapter, address: str) -> str:
    """The nearest address above this one that can be opened, or nothing."""
    place = address
    while place := place.rstrip("/").rpartition("/")[0]:
        for each in (place, f"{place}/"):
            try:
                adapter.match(each, method="GET")
            except (HTTPException, RequestRedirect):
                continue
            return each
    return ""


def _token(_error: CSRFError) -> ResponseReturnValue:
    return access.send_back() or show(400)


def _database(error: OperationalError) -> Response:
    """A writer who was kept waiting for too long is told so; anything else is unexpected."""
    if not db.is_busy(error):
        raise error
    log.warning("web.busy", path=request.path)
    response = show(503)
    response.headers["Retry-After"] = "60"
    return response


def _unexpected(_error: Any) -> Response:
    return show(500)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(MethodNotAllowed, _wrong_method)
    app.register_error_handler(CSRFError, _token)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(500, _unexpected)
