"""What our way of compiling templates keeps of Jinja's, and what it keeps of pages."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from jinja2 import Template, nodes
from jinja2.exceptions import TemplateAssertionError, UndefinedError
from markupsafe import Markup

from portal.config import ROOT
from portal.web import i18n, templates
from portal.web.expressions import EXACT
from portal.web.templates import Templates
from tests.browser import Browser
from tests.factories import make_account, make_subject

Render = Callable[..., str]


@pytest.fixture
def chinese(shared_app: Flask) -> Iterator[Templates]:
    with shared_app.test_request_context("/"):
        yield shared_app.extensions["templates"]["zh"]


@pytest.fixture
def render(chinese: Templates) -> Render:
    """Renders the source of a template with what it is given."""
    return lambda source, **context: chinese.from_string(source).render(context)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ value }}", "&lt;b&gt;&#34;汤&#34;"),
        ("{{ markup }}", "<i>汤</i>"),
        ("{{ 3 }}{{ none }}{{ 1.5 }}", "3None1.5"),
        ("{{ value ~ 1 }}", "&lt;b&gt;&#34;汤&#34;1"),
        ("{{ value ~ markup }}", "&lt;b&gt;&#34;汤&#34;<i>汤</i>"),
        ("{{ 'a' ~ 'b' }}", "ab"),
        ("{{ things.key }}{{ things['key'] }}", "店店"),
        ("{{ things.key.upper() }}", "店"),
        ("{{ 'a' if value }}{{ 'b' if nobody }}{{ ('c' if nobody) is defined }}", "aTrue"),
        (
            "{% set _ = value %}{{ _ }}{% set path = markup %}{{ path }}",
            "&lt;b&gt;&#34;汤&#34;<i>汤</i>",
        ),
        ("{{ things.nothing }}|{{ nobody }}|{{ things.nothing is defined }}", "||False"),
    ],
)
def test_values_are_written_and_escaped(render: Render, source: str, text: str) -> None:
    given = {"value": '<b>"汤"', "markup": Markup("<i>汤</i>"), "things": {"key": "店"}}
    assert render(source, **given) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("m('<')", "&lt;|b|"),
        ("m(1, second=2)", "1|2|"),
        ("m(second=2, first=1)", "1|2|"),
        ("all('a', x=3)", "a{'x': 3}".replace("'", "&#39;")),
        ("later(1)", "1|2"),
    ],
)
def test_macros_take_their_arguments_as_ever(render: Render, call: str, text: str) -> None:
    macros = (
        "{% macro m(first, second='b') %}{{ first }}|{{ second }}|"
        "{{ caller() if caller }}{% endmacro %}"
        "{% macro all(first) %}{{ first }}{{ kwargs }}{% endmacro %}"
        "{% macro later(first, second=first + 1) %}{{ first }}|{{ second }}{% endmacro %}"
    )
    assert render(macros + "{{ " + call + " }}") == text
    assert render(macros + "{% call m(1) %}<p>{% endcall %}") == "1|b|<p>"


MESSAGES = [key for key in i18n._catalogue("en") if isinstance(key, str) and "%(" in key]


@pytest.mark.parametrize("language", i18n.LOCALES)
@pytest.mark.parametrize("value", [7, "<b>", Markup("<i>汤</i>"), None])
def test_a_message_with_values_is_what_its_translation_says(
    shared_app: Flask, language: str, value: object
) -> None:
    """However it is compiled: on its own, inside an expression, with what nobody asked for."""
    environment: Templates = shared_app.extensions["templates"][language]
    assert len(MESSAGES) > 100
    for message in MESSAGES:
        kinds = dict(re.findall(r"%\((\w+)\)([sd])", message))
        given = {name: 7 if kind == "d" else value for name, kind in kinds.items()}
        call = f"_({json.dumps(message)}, {', '.join(f'{name}=its_{name}' for name in kinds)}, z=1)"
        source = (
            f"{{{{ {call} }}}}|{{% set said = {call} %}}{{{{ said }}}}{{{{ said.__html__() }}}}"
        )
        with shared_app.test_request_context("/"), i18n.speaking(language):
            told = environment.from_string(source).render(
                {f"its_{name}": each for name, each in given.items()}
            )
            said = i18n.in_template(message, **given)
        assert told == f"{said}|{said}{said}", message


def test_a_message_without_its_value_is_refused(render: Render) -> None:
    with pytest.raises(KeyError):
        render("{{ _('来源：%(source)s', other=1) }}")


def test_the_language_is_known_where_a_template_is_compiled(shared_app: Flask) -> None:
    source = "{% if locale() == 'en' %}soup{% else %}汤{% endif %}{{ locale() }}"
    environments = shared_app.extensions["templates"]
    told = {name: each.from_string(source).render() for name, each in environments.items()}
    assert told == {"zh": "汤zh", "en": "soupen"}


def test_only_what_a_macro_makes_is_taken_for_markup(render: Render) -> None:
    macro = "{% macro m() %}<b>{{ caller() if caller }}{% endmacro %}"
    assert render(macro + "{{ m() }}{{ f() }}", f=lambda: "<b>") == "<b>&lt;b&gt;"
    again = "{% for m in [f] %}{{ m() }}{% endfor %}"
    assert render(macro + again, f=lambda: "<b>") == "&lt;b&gt;"


def test_a_macro_refuses_what_it_does_not_know(render: Render) -> None:
    macro = "{% macro m(first) %}{{ first }}{% endmacro %}"
    with pytest.raises(TypeError):
        render(macro + "{{ m(1, 2) }}")
    with pytest.raises(TypeError):
        render(macro + "{{ m(third=3) }}")
    with pytest.raises(TypeError):
        render(macro + "{{ m() }}")
    with pytest.raises(UndefinedError):
        render("{{ nobody() }}")


@pytest.mark.parametrize("name", ["context", "type", "macro", "escape"])
def test_no_argument_of_a_macro_is_called_like_what_its_function_uses(
    chinese: Templates, name: str
) -> None:
    with pytest.raises(TemplateAssertionError, match="cannot name an argument"):
        chinese.from_string(f"{{% macro m({name}) %}}x{{% endmacro %}}")


def test_every_macro_is_called_with_the_arguments_it_takes(chinese: Templates) -> None:
    """What is left out or too much would be seen only where the page that does it is built."""
    trees = {name: chinese.parse(_source(name)) for name in chinese.list_templates(["html"])}
    macros = {
        (name, macro.name): macro for name, tree in trees.items()
        for macro in tree.find_all(nodes.Macro)
    }  # fmt: skip
    calls = [found for name, tree in trees.items() for found in _calls(name, tree, macros)]
    assert len(calls) > 1000
    assert not [told for told in calls if told]


def _source(name: str) -> str:
    return (ROOT / "templates" / name).read_text()


def _calls(
    name: str, tree: nodes.Template, macros: dict[tuple[str, str], nodes.Macro]
) -> Iterator[str]:
    """Of each call of a macro what is wrong with it, or an empty text."""
    known = {own: macro for (place, own), macro in macros.items() if place == name}
    for each in tree.find_all(nodes.FromImport):
        for given in each.names:
            of, called = (given, given) if isinstance(given, str) else given
            if (each.template.value, of) in macros:  # type: ignore[attr-defined]
                known[called] = macros[each.template.value, of]  # type: ignore[attr-defined]
    stored = {found.name for found in tree.find_all(nodes.Name) if found.ctx != "load"}
    for call in tree.find_all(nodes.Call):
        macro = known.get(getattr(call.node, "name", ""))
        if macro is None or macro.name in stored or call.dyn_args:
            continue
        names = [argument.name for argument in macro.args]
        told = {*names[: len(call.args)], *(pair.key for pair in call.kwargs)}
        needed = set(names[: len(names) - len(macro.defaults)])
        takes_more = any(found.name == "kwargs" for found in macro.find_all(nodes.Name))
        is_right = len(call.args) <= len(names) and needed <= told
        is_known = takes_more or told <= set(names)
        yield "" if is_right and is_known else f"{name}:{call.lineno} {macro.name}"


def test_a_view_gives_no_name_that_every_template_knows(shared_app: Flask) -> None:
    with shared_app.test_request_context("/"), pytest.raises(TypeError, match="knows already"):
        templates.render("errors/error.html", {"path": "/", "status": 404})


def test_the_pages_built_most_read_only_what_is_there(chinese: Templates) -> None:
    def render(name: str, **given: object) -> str:
        code = chinese.compile("{{ thing.key }}{{ thing['key'] }}", name=name)
        return Template.from_code(chinese, code, {}).render(given)

    assert render("reports/read.html", thing={"key": "汤"}) == "汤汤"
    with pytest.raises(AttributeError):
        render("lookup/show.html", thing={"key": "汤"})
    with pytest.raises(UndefinedError):
        render("lookup/show.html")
    assert set(chinese.list_templates()) >= EXACT


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if locale() == 'en' %}a{% elif value %}b{% else %}c{% endif %}", "b"),
        ("{% if locale() == 'en' %}a{% elif nobody %}b{% else %}c{% endif %}", "c"),
        ("{% if locale() == 'zh' %}a{% elif value %}b{% endif %}", "a"),
        ("{% if locale() == 'en' %}a{% endif %}", ""),
        ("{% macro m(x) %}{% if x %}{% set y = 1 %}{{ x }}{% endif %}{% endmacro %}{{ m(2) }}", "2"),
        ("{% macro m(x) %}{% if x %}a{% endif %}{% endmacro %}{{ m(0) }}", ""),
        ("{% macro m(x) %}{% set x = x ~ '!' %}{{ x }}{% endmacro %}{{ m(value) }}", "&lt;!"),
        ("{% for x in [1, 2] %}{% if x > 1 %}{% set y = x %}{% endif %}{{ y }}{% endfor %}", "2"),
        ("{% set y = 1 %}{% for x in [2] %}{% set y = x %}{{ y }}{% endfor %}{{ y }}", "21"),
        ("{% if nobody %}{% set y = 1 %}{% endif %}{{ y }}|{{ y is defined }}", "|False"),
        ("{{ 3 | number }}{{ day | day }}{{ [value, '', day | day] | phrases }}",
         "32026年1月2日&lt;，2026年1月2日"),
        ("{{ '<' if value }}{{ value if value else '<' }}", "&lt;&lt;"),
        ("{{ value ~ value }}{{ markup ~ value ~ 1 }}{{ '<' ~ value }}",
         "&lt;&lt;<i>&lt;1&lt;&lt;"),
    ],
)  # fmt: skip
def test_names_and_branches_are_what_jinja_makes_of_them(
    render: Render, source: str, text: str
) -> None:
    assert render(source, value="<", markup=Markup("<i>"), day=date(2026, 1, 2)) == text


def test_a_page_stands_in_its_layout_and_writes_its_title_twice(chinese: Templates) -> None:
    layout = "<t{% block a %}{% endblock %}>{% block b %}-{% endblock %}{{ self.a() }}</t>"
    page = "{% extends layout %}{% block a %}<{{ value }}>{% endblock %}"
    found = chinese.from_string(page).render(layout=chinese.from_string(layout), value="&")
    assert found == "<t<&amp;>>-<&amp;></t>"


def test_what_is_kept_is_made_once_for_each_language_and_key(chinese: Templates) -> None:
    made: list[str] = []
    source = (
        "{% kept %}{{ made.append('all') }}汤{% endkept %}"
        "{% kept key %}{{ made.append(key) }}{{ key }}{% endkept %}"
    )
    template = chinese.from_string(source)
    told = [template.render({"made": made, "key": key}) for key in ("a", "b", "a")]
    assert told == ["None汤Nonea", "None汤Noneb", "None汤Nonea"]
    assert made == ["all", "a", "b"]
    root = i18n._root.set("/en")
    template.render({"made": made, "key": "a"})
    i18n._root.reset(root)
    assert made == ["all", "a", "b", "all", "a"]


def test_what_is_kept_is_the_same_for_everybody(app: Flask, browser: Browser) -> None:
    """Each page says the same whether other pages and visitors filled the memory before or not."""
    subject = make_subject(name="淮南市长存牛肉汤馆")
    pages = [f"/subjects/{subject.code}", "/", "/search?q=汤", "/help/", "/services", "/nowhere"]
    visits = [(browser, f"{root}{page}") for page in pages for root in ("", "/en")]
    visits += [(Browser(app), f"{pages[0]}?view=elder")]
    mine = Browser(app).sign_in(make_account("王小麦"))
    visits += [(mine, "/me/"), (mine, "/en/me/"), (mine, "/help/")]
    alone = []
    for visitor, address in visits:
        for environment in app.extensions["templates"].values():
            environment.kept.clear()
        alone.append(_body(visitor, address))
    assert [_body(visitor, address) for visitor, address in reversed(visits)] == alone[::-1]


def _body(visitor: Browser, address: str) -> str:
    text = visitor.client.get(address, follow_redirects=True).text
    return re.sub('name="csrf_token" value="[^"]*"', "", text)
