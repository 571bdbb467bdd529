"""Language: Chinese at the root, English under /en/; a message is one look-up in a dict."""

import gettext as gettext_module
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from portal.core.text import N_

TRANSLATIONS = Path(__file__).resolve().parent.parent.parent / "translations"
DEFAULT = "zh"
LOCALES = {"zh": "zh-Hans", "en": "en"}

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

# A plain variable: asking Flask's request costs more than the look-up of a message.
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT)
_root: ContextVar[str] = ContextVar("root", default="")

# The language of the running request: `zh` or `en`.
locale: Callable[[], str] = _locale.get
# What stands before every address of the page: nothing, or /en.
root: Callable[[], str] = _root.get


class LanguagePrefix:
    """Moves /en into SCRIPT_NAME, so that every address built on the page keeps its language."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        language = DEFAULT
        if path == "/en" or path.startswith("/en/"):
            language = "en"
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/en"
            environ["PATH_INFO"] = path[3:] or "/"
        before = _locale.set(language), _root.set(environ.get("SCRIPT_NAME", ""))
        try:
            return self.app(environ, start_response)
        finally:
            _locale.reset(before[0])
            _root.reset(before[1])


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is written inside, away from any request, is in this language."""
    before = _locale.set(language)
    try:
        yield
    finally:
        _locale.reset(before)


@lru_cache(maxsize=len(LOCALES))
def _catalogue(language: str) -> dict[Any, str]:
    try:
        translation = gettext_module.translation("messages", str(TRANSLATIONS), [language])
    except FileNotFoundError:
        return {}
    return dict(translation._catalog)  # type: ignore[attr-defined]


def translate(message: str, **values: object) -> str:
    """`message` in the request's language, its %(name)s places filled in.

    Inside a template values are escaped, as newstyle gettext does.
    """
    language = locale()
    if language != DEFAULT:
        message = _catalogue(language).get(message) or message
    if not values:
        return message
    return message % values


def ntranslate(singular: str, plural: str, n: int, **values: object) -> str:
    """Like `translate` for a counted thing; Chinese has one form, English two."""
    language = locale()
    message = singular
    if language != DEFAULT:
        index = 0 if n == 1 else 1
        fallback = singular if n == 1 else plural
        message = _catalogue(language).get((singular, index)) or fallback
    return message % {"n": n, **values}


_ = translate


def in_template(message: str, **values: object) -> Markup:
    """`translate` for templates: values are escaped unless they are markup already."""
    if not values:
        return markup(message, locale())
    return Markup(translate(message, **_escaped(values)))  # noqa: S704  # values are escaped


@lru_cache(maxsize=4096)
def markup(message: str, language: str) -> Markup:
    """A message without places to fill in, ready for a page."""
    if language != DEFAULT:
        message = _catalogue(language).get(message) or message
    return Markup(message)  # noqa: S704  # our own text


def in_template_counted(singular: str, plural: str, n: int, **values: object) -> Markup:
    return Markup(ntranslate(singular, plural, n, **_escaped(values)))  # noqa: S704


def _escaped(values: dict[str, object]) -> dict[str, object]:
    # Numbers stay numbers: a message may hold %(position)d.
    return {name: v if isinstance(v, int) else escape(v) for name, v in values.items()}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        _=in_template,
        gettext=in_template,
        ngettext=in_template_counted,
        N_=N_,
        locale=locale,
    )
