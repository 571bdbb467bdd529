"""Templates compiled once per language: a fixed message costs nothing when a page is built."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, cast

from flask import Flask, current_app
from flask.templating import Environment
from jinja2 import Template, Undefined, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.nodes import EvalContext
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup, escape

from portal.core.db import to_json
from portal.web import i18n
from portal.web.compiling import Generator
from portal.web.running import the_app

FIXED_MESSAGE = ["name", "lparen", "string", "rparen"]
LANGUAGE = ["name", "lparen", "rparen"]


class Translated(Extension):
    """Puts words in place of `_("…")` and `locale()` while a template is read."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        return _translated(list(stream), cast(Templates, self.environment).language)


class Kept(Extension):
    """`{% kept %}…{% endkept %}` is made once for each language and then kept.

    What stands inside must be the same for everybody and every page for as long as the process
    lives; `{% kept key %}` is kept once for each of a handful of keys.
    """

    tags = {"kept"}  # Jinja's own declaration

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        place = nodes.Const(f"{parser.name}:{line}")
        is_bare = parser.stream.current.type == "block_end"
        key = nodes.Const(None) if is_bare else parser.parse_expression()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("_make", [place, key])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _make(self, place: str, key: object, caller: Callable[[], Markup]) -> Markup:
        made = caller()
        if not self.environment.auto_reload:
            cast(Templates, self.environment).kept[place, key, i18n.root()] = made
        return made


class Names(Context):
    """What a template sees, in one mapping, and behind it what every template knows."""

    def __init__(
        self,
        environment: Any,
        parent: dict[str, Any],
        name: str | None,
        blocks: Mapping[str, Any],
        globals: MutableMapping[str, Any] | None = None,
    ) -> None:
        self.environment, self.name = environment, name
        self.vars = self.parent = _Names(parent)
        self.vars.known = environment.globals
        self.resolve_or_missing = self.vars.__getitem__  # type: ignore[assignment]
        self.eval_ctx = environment.escaping
        self.exported_vars: set[str] = set()
        self.globals_keys: set[str] = set()
        self.blocks = blocks  # type: ignore[assignment]  # no page asks a layout for its own words


class _Names(dict[str, Any]):
    known: MutableMapping[str, Any]

    def __missing__(self, name: str) -> Any:
        return self.known[name] if name in self.known else _undefined(name)


@lru_cache(maxsize=1024)
def _undefined(name: str) -> Undefined:
    return Undefined(name=name)


class Modules(dict[str, Any]):
    """The macros of each template that others import from, made when first asked for."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def __missing__(self, name: str) -> Any:
        found = self.environment.get_template(name)._get_default_module()
        if not self.environment.auto_reload:
            self[name] = found
        return found


class Templates(Environment):
    """The templates of one language, each looked up once."""

    code_generator_class = Generator
    context_class = Names

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Every template of ours is a page.
        self.escaping = EvalContext(self, "page.html")
        # Flask's own environment speaks as the request does.
        self.speak("")

    def speak(self, language: str) -> None:
        """Forget what was looked up, and translate into this language from now on."""
        self.language = language
        self.kept: dict[tuple[str, object, str], Markup] = {}
        self.known: dict[Any, Template] = {}
        self.modules = Modules(self)

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

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja's chain of two mappings is walked name by name for every page.
        return {**self.globals, **(d or {})}


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
        if token.value == "locale" and call[:3] == LANGUAGE:
            yield Token(token.lineno, "string", language)
            place += 3
            continue
        yield token
        place += 1


def template(name: str) -> Template:
    """The template in the language of the request."""
    environments: dict[str, Templates] = the_app().extensions["templates"]
    return environments[i18n.locale()].get_template(name)


def render(name: str, context: dict[str, Any]) -> str:
    """The text of a template; Flask's own names are known to every one."""
    found = template(name)
    if not context.keys().isdisjoint(found.environment.globals):
        raise TypeError(f"{name}: {[*context]} name what every template knows already")
    names = Names(found.environment, context, name, found.blocks)
    try:
        return "".join(found.root_render_func(names))
    except Exception:  # told with the lines of the templates, as Jinja does
        found.environment.handle_exception()


def _environment(app: Flask, language: str) -> Templates:
    environment: Any = app.jinja_env.overlay(extensions=[Translated, Kept])
    environment.speak(language)
    return cast(Templates, environment)


def _json(value: Any, **form: Any) -> str:
    return current_app.json.dumps(value, **form) if form else to_json(value)


def init_app(app: Flask) -> None:
    app.jinja_env.policies.update({"json.dumps_function": _json, "json.dumps_kwargs": {}})
    app.extensions["templates"] = {
        language: _environment(app, language) for language in i18n.LOCALES
    }
