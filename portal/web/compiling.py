"""How templates become functions: as Jinja does it, less what no template of ours asks for.

A page makes some hundred calls and writes some hundred values. What Jinja adds to each, in case
that a function wants the context or that a text is joined to markup, was half of a page's time.
"""

from collections.abc import Iterable
from functools import partial
from io import StringIO
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.runtime import markup_join as joined
from markupsafe import Markup, _escape_inner  # type: ignore[attr-defined]
from markupsafe import escape as escaped_markup

# Says of a text, quicker than the class itself, that it is markup.
as_markup = partial(str.__new__, Markup)


def escape(value: Any) -> str:
    """The text of a value for a page: it is written at once and need not say that it is markup."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return escaped_markup(value)


def markup_join(values: Iterable[Any]) -> str:
    """What `~` makes of its values."""
    parts = list(values)
    for part in parts:
        if type(part) is not str:
            return joined(parts)
    return "".join(parts)


class Generator(CodeGenerator):
    """Writes calls as calls, and macros as functions."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(node, frame)
        # Looked up when a page is made, these stand before what the first line imports.
        self.writeline(f"from {__name__} import as_markup, escape, markup_join")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        self.visit(node.node, frame)
        stream, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        arguments = self.stream.getvalue()
        self.stream = stream
        self.write(f"({arguments.removeprefix(', ')})")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        self.write("environment.modules[")
        self.visit(node.template, frame)
        self.write("]")

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
