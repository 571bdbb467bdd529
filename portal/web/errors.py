"""Every failure is a page of the portal that says what to do."""

from typing import Any

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.core.text import N_
from portal.web import access, parking
from portal.web.pages import render
from portal.web.security import is_cross_site

Sentences = tuple[str, str]

PAGES: dict[int, Sentences] = {
    400: (N_("这个请求没有读懂"), N_("请回到上一页再试一次。")),
    403: (N_("这一页不对外开放"), N_("如果您认为应当能打开，请联系主办单位。")),
    404: (N_("没有这一页"), N_("地址可能写错了，或者内容已经不再公布。您可以从首页重新查找。")),
    405: (N_("这个地址不能这样打开"), N_("请从首页重新进入。")),
    410: (N_("没有这一页"), N_("地址可能写错了，或者内容已经不再公布。您可以从首页重新查找。")),
    413: (N_("提交的内容太大"), N_("请减少内容后再试。")),
    421: (N_("这个域名不属于本站"), N_("请使用本站公布的网址。")),
    429: (N_("查询太频繁"), N_("请过1分钟再试。")),
    500: (
        N_("现在打不开这一页"),
        N_("问题已经记下。请过1分钟再试；仍打不开时，请把下面的编号告诉我们。"),
    ),
}


def show(status: int) -> Response:
    title, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return render(
        "errors/error.html",
        status=status,
        title=title,
        advice=advice,
        reference=g.get("request_id", "") if status >= 500 else "",
        typed=_typed() if status >= 500 else [],
    )


def _typed() -> list[tuple[str, str]]:
    """What was typed into the form that could not be taken, so that it can be sent again."""
    if request.method != "POST" or is_cross_site():
        return []
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if not any(secret in name for secret in parking.SECRETS)
    ]


def _http(error: HTTPException) -> Response:
    response = show(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _token(_error: CSRFError) -> Response:
    return access.send_back() or show(400)


def _unexpected(_error: Any) -> Response:
    return show(500)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _token)
    app.register_error_handler(500, _unexpected)
