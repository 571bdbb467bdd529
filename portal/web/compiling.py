"""How templates become functions: as Jinja does it, less what no template of ours asks for.

A page makes some hundred calls and writes some hundred values. What Jinja adds to each, in case
that a function wants the context or that a text is joined to markup, was half of a page's time.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from typing import Any, TypeVar

from jinja2 import nodes
from jinja2.compiler import (
    CodeGenerator,
    DependencyFinderVisitor,
    Frame,
    MacroRef,
    find_undeclared,
)
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.visitor import NodeTransformer
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
# Names that no argument of a macro may have: its function uses them.
TAKEN = frozenset({*TOOLS, "context", "environment", "missing", "resolve", "undefined"})
FIXED = (str, int, float, tuple, type(None))
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


class Generator(CodeGenerator):
    """Writes calls as calls, and macros and blocks as functions that return their text."""

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

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        node = _Decided(self.environment).visit(node)
        names = node.find_all(nodes.Name)
        self.stored = frozenset(name.name for name in names if name.ctx != "load")
        self.macros = _macros(node) - self.stored
        self.sure = [set()]
        super().visit_Template(node, frame)
        # Looked up when a page is made, these stand before what the first line imports.
        self.writeline(f"from {__name__} import {', '.join(TOOLS)}")
        for name in sorted(self.known):
            self.writeline(f"known_{name} = environment.globals[{name!r}]")
        for kind, places in (("filters", self.filters), ("tests", self.tests)):
            for name, place in places.items():
                self.writeline(f"{place} = environment.{kind}[{name!r}]")
        self.writeline("kept = environment.kept")

    def write_commons(self) -> None:
        self.writeline("resolve = context.resolve_or_missing")
        self.writeline("undefined = environment.undefined")

    def pull_dependencies(self, nodes: Iterable[nodes.Node]) -> None:
        visitor = DependencyFinderVisitor()
        for node in nodes:
            visitor.visit(node)
        for names, places in ((visitor.filters, self.filters), (visitor.tests, self.tests)):
            for name in sorted(names - places.keys()):
                places[name] = self.temporary_identifier()

    def enter_frame(self, frame: Frame) -> None:
        loads = frame.symbols.loads
        for place, (action, name) in list(loads.items()):
            if action == VAR_LOAD_RESOLVE and self._is_known(name):
                del loads[place]
        self.sure.append(set(self.sure[-1]))
        super().enter_frame(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        super().leave_frame(frame, with_python_scope)
        self.sure.pop()

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        super().visit_Assign(node, frame)
        if isinstance(node.target, nodes.Name) and not frame.soft_frame:
            self.sure[-1].add(frame.symbols.ref(node.target.name))

    def _is_known(self, name: str) -> bool:
        """Whether it is the same for every template, and this one calls nothing else so."""
        return name in self.environment.globals and name not in self.stored | self.macros

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        is_page = frame.require_output_check
        if frame.parent is not None or frame.buffer is not None or is_page:
            super().blockvisit(nodes, frame)
        else:
            # A template or block hands over one text: in pieces it would pass every layout.
            self._write_body(list(nodes), frame, "return (", ",)")

    def _write_body(
        self, body: Sequence[nodes.Node], frame: Frame, before: str, after: str
    ) -> None:
        """All that a function writes, returned at its end."""
        only = body[0] if len(body) == 1 else None
        if isinstance(only, nodes.If) and not only.elif_:
            branch = frame.soft()
            self.writeline("if ", only)
            self.visit(only.test, branch)
            self.write(":")
            self.indent()
            self._write_body(only.body, branch, before, after)
            self.outdent()
            self._write_body(only.else_, branch, before, after)
        elif isinstance(only, nodes.Output):
            self.writeline(before, only)
            values = self._values(only, frame)
            self.write("" if len(values) == 1 else "concat((")
            for value in values:
                self._write_value(value, frame)
                self.write("" if len(values) == 1 else ", ")
            self.write(after if len(values) == 1 else "))" + after)
        elif body:
            self.buffer(frame)
            super().blockvisit(body, frame)
            self.writeline(f"{before}concat({frame.buffer}){after}")
        else:
            self.writeline(f'{before}""{after}')

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        if frame.toplevel and self.has_known_extends:
            return
        self.writeline(f"{frame.buffer}.extend(context.blocks[{node.name!r}](context))", node)

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:
        """A page stands in one layout, from its first line on; what it does not say, that says."""
        self.writeline("parent_template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(")")
        self.writeline("context.blocks = {**parent_template.blocks, **context.blocks}")
        self.has_known_extends = True

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        self.writeline("template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(")")
        names = f"context.get_all(), True, {self.dump_local_context(frame)}"
        text = f"template.root_render_func(template.new_context({names}))"
        self.writeline(f"{frame.buffer}.extend({text})")

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        if frame.require_output_check:
            # Outside of its blocks a page with a layout writes nothing.
            return
        values = self._values(node, frame)
        before, after = ("append(", ")") if len(values) == 1 else ("extend((", "))")
        self.writeline(f"{frame.buffer}.{before}", node)
        self.indent()
        for value in values:
            self.newline(None if isinstance(value, str) else value)
            self._write_value(value, frame)
            self.write(",")
        self.outdent()
        self.writeline(after)

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

    def _is_set(self, name: str, frame: Frame) -> bool:
        """Whether it needs no look whether it is undefined; what is resolved says so itself."""
        place = frame.symbols.ref(name)
        action, _name = frame.symbols.find_load(place) or ("", "")
        return name in self.macros or action == VAR_LOAD_RESOLVE or place in self.sure[-1]

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

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
        if not isinstance(node.call.node, nodes.ExtensionAttribute):
            super().visit_CallBlock(node, frame)
            return
        # What is kept is looked up before the function that would make it.
        place = self.temporary_identifier()
        self.writeline(f"if ({place} := kept.get((", node)
        for argument in node.call.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write("page_root()))) is None:")
        self.indent()
        call_frame, macro = self.macro_body(node, frame)
        self.writeline("caller = ")
        self.macro_def(macro, call_frame)
        self.writeline(f"{place} = ")
        self.visit_Call(node.call, frame, forward_caller=True)
        self.outdent()
        self.simple_write(place, frame)

    def macro_body(
        self, node: nodes.Macro | nodes.CallBlock, frame: Frame
    ) -> tuple[Frame, MacroRef]:
        """One function that takes the arguments as a call writes them, and returns markup."""
        frame = frame.inner()
        symbols = frame.symbols
        symbols.analyze_node(node)
        special = find_undeclared(node.body, ("caller", "kwargs"))
        for name in sorted(special):
            symbols.declare_parameter(name)
        frame.require_output_check = False
        symbols.analyze_node(node)
        names = [argument.name for argument in node.args]
        if TAKEN & set(names):
            self.fail(f"{sorted(TAKEN & set(names))} cannot name an argument", node.lineno)
        fallbacks = dict(zip(names[::-1], node.defaults[::-1], strict=False))
        taken = [name + _fallback(fallbacks.get(name)) for name in names]
        taken += ["*, caller=None"] * ("caller" in special) + ["**kwargs"] * ("kwargs" in special)
        self.writeline(f"def macro({', '.join(taken)}):", node)
        self.indent()
        self.enter_frame(frame)
        for name in [*names, *sorted(special)]:
            self.writeline(f"{symbols.ref(name)} = {name}")
            if _fallback(fallbacks.get(name)) == "=missing":
                self.writeline(f"if {name} is missing: {symbols.ref(name)} = ")
                self.visit(fallbacks[name], frame)
        self._write_body(node.body, frame, "return as_markup(", ")")
        self.leave_frame(frame, with_python_scope=True)
        self.outdent()
        return frame, MacroRef(node)

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        self.write("macro")


def _fallback(node: nodes.Expr | None) -> str:
    """What an argument is when a call leaves it out, as Python writes it."""
    if node is None:
        return ""
    try:
        value = node.as_const()
    except nodes.Impossible:
        return "=missing"
    return f"={value!r}" if isinstance(value, FIXED) else "=missing"


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


class _Decided(NodeTransformer):
    """Takes the branch that is decided already, such as what depends on the language alone."""

    def __init__(self, environment: Any) -> None:
        self.context = nodes.EvalContext(environment)

    def visit_If(self, node: nodes.If) -> nodes.Node | list[nodes.Node]:
        self.generic_visit(node)
        try:
            is_so = node.test.as_const(self.context)  # type: ignore[attr-defined]
        except nodes.Impossible:
            return node
        if is_so or not node.elif_:
            return node.body if is_so else node.else_
        first, *others = node.elif_
        return nodes.If(first.test, first.body, others, node.else_, lineno=first.lineno)

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        return node


def _macros(template: nodes.Template) -> frozenset[str]:
    """The names of all macros of a template, its own and those of others, and of their callers."""
    made = {"caller", *(macro.name for macro in template.find_all(nodes.Macro))}
    for each in template.find_all(nodes.FromImport):
        made.update(name if isinstance(name, str) else name[1] for name in each.names)
    return frozenset(made)
