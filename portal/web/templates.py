"""Templates compiled once per language: a fixed message costs nothing when a page is built."""

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import escape

from portal.web import i18n
from portal.web.compiling import Generator

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


class Templates(Environment):
    """The templates of one language, each looked up once."""

    code_generator_class = Generator
    known: dict[Any, Template]

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        found = None if self.auto_reload else self.known.get(name)
        if found is None:
            found = self.known[name] = super().get_template(name, parent, globals)
        return found


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
    environments: dict[str, Templates] = current_app.extensions["templates"]
    return environments[i18n.locale()].get_template(name)


def render(name: str, context: dict[str, Any]) -> str:
    """The text of a template with Flask's own names beside those of `context`."""
    current_app.update_template_context(context)
    return template(name).render(context)


def _environment(app: Flask, language: str) -> Templates:
    environment: Any = app.jinja_env.overlay(extensions=[Translated])
    environment.extend(language=language)
    environment.template_class = Page
    environment.known = {}
    return environment


def init_app(app: Flask) -> None:
    app.extensions["templates"] = {
        language: _environment(app, language) for language in i18n.LOCALES
    }
