"""The inspecting browser finds each fault that is planted, and none in a good page."""

import pytest

from tests import inspection

POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self' 'nonce-n0'"}
GOOD = """<!doctype html>
<html lang="zh-Hans">
<head><meta charset="utf-8"><title>查询 - 信用淮南</title>
<link rel="stylesheet" href="/static/css/site.css"><script src="/static/js/site.js" defer></script>
</head>
<body>
<header><a href="#main">跳到正文</a>
<a href="/en/search" lang="en" hreflang="en">English</a></header>
<main id="main"><h1>查询</h1>
<form action="/search" method="get">
<label for="q">名称或代码</label><p id="q-hint">例如：牛肉汤</p>
<input id="q" name="q" aria-describedby="q-hint"><button>查询</button></form>
<h2>结果</h2><p>电话 0554-6644123，代码 91340400MA2MQ00123。</p><h3>许可</h3>
<img src="/static/images/seal.svg" alt="">
</main></body></html>"""
ENGLISH = (
    GOOD.replace('lang="zh-Hans"', 'lang="en"')
    .replace("查询 - 信用淮南", "Search - Credit Huainan")
    .replace("跳到正文", "Skip to content")
    .replace('<a href="/en/search" lang="en" hreflang="en">English</a>', "")
    .replace("<h1>查询</h1>", "<h1>Search</h1>")
    .replace("名称或代码", "Name or code")
    .replace("例如：牛肉汤", 'For example <span lang="zh-Hans">牛肉汤</span>')
    .replace("<button>查询", "<button>Search")
    .replace("结果", "Results")
    .replace("电话 0554-6644123，代码 91340400MA2MQ00123。", "Code 91340400MA2MQ00123")
    .replace("许可", "Licences")
)


def problems(source: str, **known: object) -> list[str]:
    return inspection.inspect(inspection.parse(source, **{"headers": POLICY, **known}))


def test_a_good_page_has_no_fault() -> None:
    assert problems(GOOD) == []


def test_a_good_english_page_has_no_fault() -> None:
    assert problems(ENGLISH, language="en") == []


def test_a_heading_that_begins_with_a_small_letter_is_found() -> None:
    found = problems(ENGLISH.replace("<h2>Results", "<h2>results"), language="en")
    assert found == ["the heading 'results' begins with a small letter"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<h2>结果</h2>", "<h2>结果</p></h2>", "not valid HTML5"),
        ("<p>电话", "<p><div>电话</div>", "not valid HTML5"),
        ("<h1>查询</h1>", "", "0 <h1>"),
        ("<h2>结果</h2>", "<h1>结果</h1>", "2 <h1>"),
        ("<h1>查询</h1>", "<h1>别的</h1>", "does not begin with the heading"),
        ("<title>查询 - 信用淮南</title>", "", "0 <title>"),
        ("<h2>结果</h2>", "<h4>结果</h4>", "<h4> '结果' follows <h1>"),
        ('id="q-hint"', 'id="q"', "the id 'q' stands 2 times"),
        ('<label for="q">名称或代码</label>', "", "no label"),
        ('<label for="q">名称或代码</label>', '<label for="q"></label>', "no label"),
        (
            "<button>查询",
            '<input type="checkbox" name="a" required><input type="checkbox" name="a" required><button>',
            "asks for all 2 boxes",
        ),
        ("<button>查询</button>", "<button></button>", "without words"),
        (
            "<button>查询</button>",
            '<button class="button button--primary">查</button><button class="button button--primary">找</button>',
            "2 main buttons",
        ),
        (' alt=""', "", "no alt"),
        ('aria-describedby="q-hint"', 'aria-describedby="gone"', "aria-describedby points at"),
        ('<label for="q">', '<label for="gone">', "for points at 'gone'"),
        ('href="#main"', 'href="#gone"', "leads to #gone"),
        (' action="/search"', "", "without action"),
        (' method="get"', "", "without method"),
        ('lang="zh-Hans"', 'lang="en"', "says lang='en'"),
        ('<html lang="zh-Hans">', "<html>", "says lang=''"),
        ("<h2>", "<script>1</script><h2>", "an inline <script>"),
        ("<h2>", '<script nonce="old">1</script><h2>', "an inline <script>"),
        ("</head>", "<style>p{}</style></head>", "an inline <style>"),
        ("<button>", '<button onclick="go()">', "inline onclick"),
        ("<h2>", '<h2 style="color:red">', "inline style"),
        ('href="/en/search"', 'href="javascript:go()"', "inline href"),
        ("<button>", '<button hx-get="/x">', "not valid HTML; write data-hx-get"),
        ("<button>", '<button tabindex="3">', "tabindex 3"),
        ('href="/static/css/site.css"', 'href="https://fonts.example/x.css"', "from elsewhere"),
        ('src="/static/js/site.js"', 'src="//cdn.example/x.js"', "from elsewhere"),
        ('alt=""', 'alt="" srcset="https://cdn.example/a.png 2x"', "from elsewhere"),
        ("0554-6644123", "13905541234", "a mobile number"),
        ("0554-6644123", "+86 13905541234。", "a mobile number"),
        ("91340400MA2MQ00123", "340403198001010017", "a personal ID number"),
        ("91340400MA2MQ00123", "34040319800101001X", "a personal ID number"),
        ("结果", "共%(n)s个结果", "left over from the template"),
        ("结果", "{{ result }}", "left over from the template"),
        ("结果", "None", "left over from the template"),
    ],
)
def test_a_planted_fault_is_found(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(sentence in problem for problem in found), found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Results", "结果", "Chinese on an English page"),
        ("</span>", "</span>名称", "Chinese on an English page"),
        ('<span lang="zh-Hans">牛肉汤</span>', "牛肉汤", "Chinese on an English page"),
        ('alt=""', 'alt="印章"', "Chinese in alt"),
        ("Credit Huainan", "信用淮南", "Chinese in title"),
        ("<button>", '<button aria-label="查询">', "Chinese in aria-label"),
    ],
)
def test_chinese_on_an_english_page_is_found(old: str, new: str, sentence: str) -> None:
    assert old in ENGLISH
    found = problems(ENGLISH.replace(old, new, 1), language="en")
    assert any(sentence in problem for problem in found), found


def test_a_name_that_is_marked_chinese_may_also_stand_in_the_title() -> None:
    page = ENGLISH.replace("<h1>Search</h1>", '<h1 lang="zh-Hans">老街牛肉汤</h1>').replace(
        "<title>Search", "<title>老街牛肉汤"
    )
    assert problems(page, language="en") == []


def test_an_error_page_begins_its_title_with_the_word_error() -> None:
    assert problems(GOOD.replace("<title>", "<title>错误：")) == []


def test_a_page_without_a_policy_is_found() -> None:
    assert problems(GOOD, headers={}) == ["no Content-Security-Policy"]


def test_a_policy_with_unsafe_sources_is_found() -> None:
    headers = {"Content-Security-Policy": "script-src 'self' 'unsafe-inline'"}
    assert problems(GOOD, headers=headers) == [
        "the Content-Security-Policy allows something unsafe"
    ]


def test_an_inline_script_with_the_right_nonce_is_allowed() -> None:
    assert problems(GOOD.replace("<h2>", '<script nonce="n0">1</script><h2>')) == []


def test_personal_numbers_are_allowed_to_the_person_signed_in() -> None:
    assert problems(GOOD.replace("0554-6644123", "13905541234"), anonymous=False) == []


def test_a_fragment_needs_no_heading_but_must_be_sound() -> None:
    good = inspection.parse("<!doctype html><html><body><p>3个</p></body></html>")
    bad = inspection.parse('<!doctype html><html><body><p style="x">3个</p></body></html>')
    assert inspection.inspect_fragment(good) == []
    assert inspection.inspect_fragment(bad) == ["inline style on <p>"]
