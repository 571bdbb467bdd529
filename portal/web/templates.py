"""Templates compiled once per language: a fixed message costs nothing when a page is built."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from flask import Flask, current_app
from jinja2 import Environment, Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import escape

from portal.web import i18n

FIXED_MESSAGE = ["name", "lparen", "string", "rparen"]


class Translated(Extension):
    """Puts the words in place of `_("…")` while a template is read."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        language = str(getattr(self.environment, "language", i18n.DEFAULT))
        return _translated(list(stream), language)


class Page(Template):
    """A template whose macros are made once: every page sees the same globals."""

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        # With a context Jinja compares all globals, for each import of each page.
        return super()._get_default_module()


class Names(Context):
    """What a template sees. None of our functions asks for the context, so calls go straight."""

    def call(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        # Jinja hands these to every call, for functions that ask.
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return function(*arguments, **named)


def _translated(tokens: list[Token], language: str) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        token = tokens[place]
        call = [following.type for following in tokens[place : place + 4]]
        if token.value == "_" and call == FIXED_MESSAGE:
            words = str(i18n.markup(tokens[place + 2].value, language))
            # Words with characters of HTML stay a call, which knows that they are markup.
            if words == str(escape(words)):
                yield Token(token.lineno, "string", words)
                place += 4
                continue
        yield token
        place += 1


def template(name: str) -> Template:
    """The template in the language of the request."""
    environments: dict[str, Environment] = current_app.extensions["templates"]
    return environments[i18n.locale()].get_template(name)


def render(name: str, context: dict[str, Any]) -> str:
    """The text of a template with Flask's own names beside those of `context`."""
    current_app.update_template_context(context)
    return template(name).render(context)


def _environment(app: Flask, language: str) -> Environment:
    environment = app.jinja_env.overlay(extensions=[Translated])
    environment.extend(language=language)
    environment.template_class = Page
    environment.context_class = Names
    return cast(Environment, environment)


def init_app(app: Flask) -> None:
    app.extensions["templates"] = {
        language: _environment(app, language) for language in i18n.LOCALES
    }
