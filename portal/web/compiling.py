"""How templates become functions: as Jinja does it, less what no template of ours asks for.

A page makes some hundred calls and writes some hundred values. What Jinja adds to each, in case
that a function wants the context or that a text is joined to markup, was half of a page's time.
"""

import re
from collections.abc import Iterable, Sequence
from functools import partial
from io import StringIO
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.runtime import markup_join as joined
from markupsafe import Markup
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]
from markupsafe import escape as escaped_markup

from portal.web import i18n

# Where a message takes in a value.
PLACE = re.compile(r"%\((\w+)\)[sd]")
# Says of a text, quicker than the class itself, that it is markup.
as_markup = partial(str.__new__, Markup)


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


def markup_join(values: Sequence[Any]) -> str:
    """What `~` makes of its values."""
    for value in values:
        if type(value) is not str:
            return joined(values)
    return "".join(values)


class Generator(CodeGenerator):
    """Writes calls as calls, and macros as functions."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.macros: frozenset[str] = frozenset()
        self.stored: frozenset[str] = frozenset()
        # What closes the values that are being written.
        self.ends: list[str] = []

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        names = node.find_all(nodes.Name)
        self.stored = frozenset(name.name for name in names if name.ctx != "load")
        self.macros = _macros(node) - self.stored
        super().visit_Template(node, frame)
        # Looked up when a page is made, these stand before what the first line imports.
        self.writeline(f"from {__name__} import as_markup, escape, escape_text, markup_join")

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        if frame.parent is not None or frame.buffer is not None:
            super().blockvisit(nodes, frame)
            return
        # A template or block hands over one text: piece by piece it would pass every layout.
        self.buffer(frame)
        super().blockvisit(nodes, frame)
        self.writeline(f"yield concat({frame.buffer})")
        frame.buffer = None

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        if frame.toplevel and self.has_known_extends:
            return
        context = self.derive_context(frame) if node.scoped else self.get_context_ref()
        block = f"{context}.blocks[{node.name!r}][0]({context})"
        self.writeline(f"{frame.buffer}.extend({block})", node)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        children = [part for child in node.nodes for part in self._parts(child)]
        super().visit_Output(nodes.Output(children, lineno=node.lineno), frame)

    def _parts(self, child: nodes.Expr) -> Sequence[nodes.Expr]:
        """A message with its values is written piece by piece, like the text around it."""
        pieces = self._pieces(child) if isinstance(child, nodes.Call) else ()
        if not pieces:
            return [child]
        return [nodes.TemplateData(one) if isinstance(one, str) else one for one in pieces if one]

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if self._is_markup(node):
            self.write("(")
            self.ends.append(")")
        else:
            # Most values are text: to look here what they are saves a call.
            place = self.temporary_identifier()
            self.write(f"(escape_text({place}) if type({place} := (")
            self.ends.append(f")) is str else escape({place}))")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(self.ends.pop())

    def _is_markup(self, node: nodes.Expr) -> bool:
        """Whether a macro makes it, whose text is markup already."""
        called = node.node if isinstance(node, nodes.Call) else None
        return isinstance(called, nodes.Name) and called.name in self.macros

    def visit_CondExpr(self, node: nodes.CondExpr, frame: Frame) -> None:
        if node.expr2 is None:
            # Jinja makes a thing of it that tells where it was left undefined.
            node = nodes.CondExpr(node.test, node.expr1, nodes.Const(""), lineno=node.lineno)
        super().visit_CondExpr(node, frame)

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:
        is_known = node.name in self.macros or node.name in self.environment.globals
        if node.ctx == "load" and is_known and node.name not in self.stored:
            self.write(frame.symbols.ref(node.name))
        else:
            super().visit_Name(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if pieces := self._pieces(node):
            self._write_pieces(pieces, frame)
            return
        self.visit(node.node, frame)
        stream, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        arguments = self.stream.getvalue()
        self.stream = stream
        self.write(f"({arguments.removeprefix(', ')})")

    def _pieces(self, node: nodes.Call) -> Sequence[str | nodes.Expr]:
        """A message in the language of the templates and what stands in its places, in turns.

        Nothing for what is no message, or not known before the page is made.
        """
        is_message = isinstance(node.node, nodes.Name) and node.node.name == "_"
        if not (is_message and node.kwargs and isinstance(node.args[0], nodes.Const)):
            return ()
        language = getattr(self.environment, "language", "")
        named = {pair.key: pair.value for pair in node.kwargs}
        words = PLACE.split(str(i18n.markup(node.args[0].value, language))) if language else []
        is_known = all(name in named for name in words[1::2])
        if not is_known or any("%" in text for text in words[::2]):
            return ()
        return [named[word] if place % 2 else word for place, word in enumerate(words)]

    def _write_pieces(self, pieces: Iterable[str | nodes.Expr], frame: Frame) -> None:
        self.write('as_markup("".join((')
        for piece in pieces:
            if isinstance(piece, str):
                self.write(f"{piece!r}, ")
            else:
                self.write("escape(")
                self.visit(piece, frame)
                self.write("), ")
        self.write(")))")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        self.write("environment.modules[")
        self.visit(node.template, frame)
        self.write("]")

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        if frame.toplevel:
            super().visit_FromImport(node, frame)
            return
        self.newline(node)
        self.write("included_template = ")
        self._import_common(node, frame)
        for each in node.names:
            name, alias = (each, each) if isinstance(each, str) else each
            self.writeline(f"{frame.symbols.ref(alias)} = included_template.{name}")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        # What has no such attribute may have such a key, or is said to be undefined.
        place = self.temporary_identifier()
        self.write(f"({place} if ({place} := getattr(({place}_of := (")
        self.visit(node.node, frame)
        self.write(f")), {node.attr!r}, missing)) is not missing")
        self.write(f" else environment.getattr({place}_of, {node.attr!r}))")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        given = [argument.name for argument in macro_ref.node.args]
        taken = [f"{name}=missing" for name in given]
        taken += ["*varargs" if macro_ref.accesses_varargs else "*", "macro=macro"]
        if macro_ref.accesses_caller:
            taken.append("caller=None")
            given.append("caller")
        if macro_ref.accesses_kwargs:
            taken.append("**kwargs")
            given.append("kwargs")
        if macro_ref.accesses_varargs:
            given.append("varargs")
        self.write(f"(lambda {', '.join(taken)}: as_markup(macro({', '.join(given)})))")


def _macros(template: nodes.Template) -> frozenset[str]:
    """The names of all macros of a template, its own and those of others."""
    made = {macro.name for macro in template.find_all(nodes.Macro)}
    for each in template.find_all(nodes.FromImport):
        made.update(name if isinstance(name, str) else name[1] for name in each.names)
    return frozenset(made)
