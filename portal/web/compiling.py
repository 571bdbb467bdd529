"""How templates become functions: as Jinja does it, less what no template of ours asks for.

Macros and blocks are functions that return their text; what every template knows is looked up
once, when it is compiled.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.compiler import DependencyFinderVisitor, Frame, MacroRef, find_undeclared
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.visitor import NodeTransformer

from portal.web.expressions import TOOLS, Expressions

# Names that no argument of a macro may have: its function uses them.
TAKEN = frozenset({
    *TOOLS, "context", "environment", "included_template", "macro", "missing", "resolve", "str",
    "template", "type", "undefined",
})  # fmt: skip
FIXED = (str, int, float, tuple, type(None))


class Generator(Expressions):
    """Writes macros and blocks as functions, and what is kept as a look for it."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        node = _Decided(self.environment).visit(node)
        names = node.find_all(nodes.Name)
        self.stored = frozenset(name.name for name in names if name.ctx != "load")
        self.macros = _macros(node) - self.stored
        self.sure = [set()]
        super().visit_Template(node, frame)
        # Looked up when a page is made, these stand before what the first line imports.
        self.writeline(f"from {Expressions.__module__} import {', '.join(TOOLS)}")
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
        for name in names:
            # Nothing else is called so in the function: the argument itself is what is meant.
            symbols.loads[name] = symbols.loads.pop(symbols.ref(name))
            symbols.refs[name] = name
        self.enter_frame(frame)
        for name in sorted(special):
            self.writeline(f"{symbols.ref(name)} = {name}")
        for name in names:
            if _fallback(fallbacks.get(name)) == "=missing":
                self.writeline(f"if {name} is missing: {name} = ")
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
