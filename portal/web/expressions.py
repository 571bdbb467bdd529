"""How the values, names and calls of a template become Python.

What Jinja adds to each, in case that a function wants the context or that a text is joined to
markup, was half of a page's time.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from typing import Any, TypeVar

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from markupsafe import Markup
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]
from markupsafe import escape as escaped_markup

from portal.web import i18n

# Where a message takes in a value.
PLACE = re.compile(r"%\((\w+)\)[sd]")
# The pages that are built most: what their templates read is there, as an attribute or a key.
EXACT = frozenset({
    "components/badge.html", "components/button.html", "components/code.html",
    "components/facts.html", "components/icon.html", "components/mark.html",
    "components/notice.html", "components/record.html", "components/status.html",
    "components/tabs.html", "components/when.html", "components/zh.html", "layouts/page.html",
    "layouts/slim.html", "lookup/_record.html", "lookup/scan.html", "lookup/show.html",
    "scenarios/_entry.html",
})  # fmt: skip
# What the function of a template finds in its module.
TOOLS = ("as_markup", "concat", "escape", "escape_text", "page_root", "worded")
# Says of a text, quicker than the class itself, that it is markup.
as_markup = partial(str.__new__, Markup)
concat = "".join
page_root = i18n.root
worded = i18n.markup

Value = str | nodes.Expr
Filter = TypeVar("Filter", bound=Callable[..., str])


def plain(function: Filter) -> Filter:
    """Mark a filter whose text never needs escaping: digits and words of our own."""
    function.is_plain = True  # type: ignore[attr-defined]
    return function


def is_plain(function: object) -> bool:
    """Whether a filter is marked so."""
    return bool(getattr(function, "is_plain", False))


def escape(value: Any) -> str:
    """The text of a value for a page: it is written at once and need not say that it is markup."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return escape_text(value)
    if kind is int:
        return str(value)
    return escaped_markup(value)


class Expressions(CodeGenerator):
    """Writes values as they stand, and calls as calls."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.macros: frozenset[str] = frozenset()
        self.stored: frozenset[str] = frozenset()
        # What every template knows, as far as this one uses it.
        self.known: set[str] = set()
        self.is_exact = self.name in EXACT
        self.language: str = getattr(self.environment, "language", "")
        # Of each frame around: what is surely set where the compiler stands.
        self.sure: list[set[str]] = [set()]

    def _is_known(self, name: str) -> bool:
        """Whether it is the same for every template, and this one calls nothing else so."""
        return name in self.environment.globals and name not in self.stored | self.macros

    def _is_set(self, name: str, frame: Frame) -> bool:
        """Whether it needs no look whether it is undefined; what is resolved says so itself."""
        place = frame.symbols.ref(name)
        action, _name = frame.symbols.find_load(place) or ("", "")
        return name in self.macros or action == VAR_LOAD_RESOLVE or place in self.sure[-1]

    def _values(self, node: nodes.Output, frame: Frame) -> list[Value]:
        """What is written, in turns: text that is known already and values that are not."""
        values: list[Value] = []
        for part in (part for child in node.nodes for part in self._parts(child)):
            try:
                text = str(escaped_markup(part.as_const(frame.eval_ctx)))
            except Exception:  # as Jinja does: said better when the page is made
                values.append(part)
                continue
            if values and isinstance(values[-1], str):
                values[-1] += text
            else:
                values.append(text)
        return values

    def _parts(self, child: nodes.Expr) -> Sequence[nodes.Expr]:
        """A message with its values is written piece by piece, like the text around it."""
        pieces = self._pieces(child) if isinstance(child, nodes.Call) else ()
        if not pieces:
            return [child]
        return [nodes.TemplateData(one) if isinstance(one, str) else one for one in pieces if one]

    def _write_value(self, value: Value, frame: Frame) -> None:
        if isinstance(value, str):
            self.write(repr(value))
        elif self._is_markup(value):
            self.visit(value, frame)
        else:
            # Most values are text: to look here what they are saves a call.
            place = self.temporary_identifier()
            self.write(f"(escape_text({place}) if type({place} := (")
            self.visit(value, frame)
            self.write(f")) is str else escape({place}))")

    def _is_markup(self, node: nodes.Expr) -> bool:
        """Whether it needs no escaping, whatever its values."""
        if isinstance(node, nodes.CondExpr):
            return all(map(self._is_markup, (node.expr1, node.expr2 or nodes.Const(""))))
        if isinstance(node, nodes.Filter):
            return is_plain(self.environment.filters.get(node.name))
        if isinstance(node, nodes.Const):
            return type(node.value) is str and escape_text(node.value) == node.value
        if not isinstance(node, nodes.Call):
            return False
        # Macros, blocks and messages make markup.
        called = node.node
        is_made = isinstance(called, nodes.Name) and called.name in self.macros
        return is_made or bool(_block(node)) or self._is_worded(node)

    def _is_worded(self, node: nodes.Call) -> bool:
        return bool(self.language and _is_message(node) and not node.kwargs)

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        if node.expr2 is None:
            # Jinja makes a thing of it that tells where it was left undefined.
            node = nodes.CondExpr(node.test, node.expr1, nodes.Const(""), lineno=node.lineno)
        super().visit_CondExpr(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        """Texts are joined where they stand; what else is joined may be markup."""
        places = [_text(one) or self.temporary_identifier() for one in node.nodes]
        self.write(f"(concat(({', '.join(places)},)) if ")
        for place, one in zip(places, node.nodes, strict=True):
            if not _text(one):
                self.write(f"(type({place} := ")
                self.visit(one, frame)
                self.write(") is str) & ")
        self.write(f"True else markup_join(({', '.join(places)},)))")

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        if node.ctx == "load" and self._is_known(node.name):
            self.known.add(node.name)
            self.write(f"known_{node.name}")
        elif node.ctx == "load" and self._is_set(node.name, frame):
            self.write(frame.symbols.ref(node.name))
        else:
            super().visit_Name(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if pieces := self._pieces(node):
            self._write_pieces(pieces, frame)
        elif block := _block(node):
            self.write(f"as_markup(concat(context.blocks[{block!r}](context)))")
        elif self._is_worded(node):
            self.write("worded(")
            self.visit(node.args[0], frame)
            self.write(f", {self.language!r})")
        else:
            self.visit(node.node, frame)
            stream, self.stream = self.stream, StringIO()
            self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
            arguments = self.stream.getvalue()
            self.stream = stream
            self.write(f"({arguments.removeprefix(', ')})")

    def _pieces(self, node: nodes.Call) -> Sequence[Value]:
        """A message in the language of the templates and what stands in its places, in turns.

        Nothing for what is no message, or not known before the page is made.
        """
        if not (_is_message(node) and node.kwargs and isinstance(node.args[0], nodes.Const)):
            return ()
        named = {pair.key: pair.value for pair in node.kwargs}
        message = node.args[0].value
        words = PLACE.split(str(i18n.markup(message, self.language))) if self.language else []
        is_known = all(name in named for name in words[1::2])
        if not is_known or any("%" in text for text in words[::2]):
            return ()
        return [named[word] if place % 2 else word for place, word in enumerate(words)]

    def _write_pieces(self, pieces: Iterable[Value], frame: Frame) -> None:
        self.write("as_markup(concat((")
        for piece in pieces:
            self._write_value(piece, frame)
            self.write(", ")
        self.write(")))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        if self.is_exact:
            self.visit(node.node, frame)
            self.write(f".{node.attr}")
            return
        # What has no such attribute may have such a key, or is said to be undefined.
        place = self.temporary_identifier()
        self.write(f"({place} if ({place} := getattr(({place}_of := (")
        self.visit(node.node, frame)
        self.write(f")), {node.attr!r}, missing)) is not missing")
        self.write(f" else environment.getattr({place}_of, {node.attr!r}))")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if not self.is_exact or isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.visit(node.node, frame)
        self.write("[")
        self.visit(node.arg, frame)
        self.write("]")


def _text(node: nodes.Expr) -> str:
    """A text that stands in a template as Python writes it, or nothing."""
    is_text = isinstance(node, nodes.Const) and type(node.value) is str
    return repr(node.value) if is_text else ""  # type: ignore[attr-defined]


def _is_message(node: nodes.Call) -> bool:
    return isinstance(node.node, nodes.Name) and node.node.name == "_"


def _block(node: nodes.Call) -> str:
    """The name of a block that is written once more: `self.name()`."""
    called = node.node
    if isinstance(called, nodes.Getattr) and isinstance(called.node, nodes.Name):
        return called.attr if called.node.name == "self" else ""
    return ""
