"""Each outside checker finds the fault that is planted for it, and none in a sound page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from tests.site import checkers

SOUND = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>查询</title>
<style>body{color:#111;background:#fff} a:focus{outline:3px solid #111}</style></head>
<body><main><h1>查询</h1><p>正文</p><p><a href="/x">一个链接</a></p></main></body></html>"""


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    # Every address answers with the sound page, so that nothing needs a server.
    context.route("**/*", lambda route: route.fulfill(body=SOUND, content_type="text/html"))
    page = context.new_page()
    page.goto("http://127.0.0.1/")
    yield page
    context.close()


def test_a_sound_page_passes_every_checker(page: Page) -> None:
    assert checkers.axe(page) == []
    assert checkers.codesniffer(page) == []
    assert checkers.sideways(page) == []
    assert checkers.broken_words(page) == []
    assert checkers.unseen_focus(page) == []
    assert checkers.cookies(page.context) == []


def plant(page: Page, html: str) -> None:
    page.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html
    )


def test_axe_finds_pale_text(page: Page) -> None:
    plant(page, '<p style="color:#bbb">浅</p>')
    assert any("color-contrast" in told for told in checkers.axe(page))


def test_axe_finds_a_picture_without_alternative(page: Page) -> None:
    plant(page, '<img src="/x.png">')
    assert any("image-alt" in told for told in checkers.axe(page))


def test_codesniffer_finds_a_field_without_name(page: Page) -> None:
    plant(page, '<form action="/x"><input name="q"></form>')
    assert any("H91.InputText.Name" in told for told in checkers.codesniffer(page))


def test_a_page_that_scrolls_sideways_is_found(page: Page) -> None:
    plant(page, '<div style="width:500px">宽</div>')
    assert any("scrolls sideways" in told for told in checkers.sideways(page))


def test_a_header_that_breaks_inside_a_word_is_found(page: Page) -> None:
    cell = '<div style="width:{};overflow-wrap:anywhere"><h2>County Government</h2></div>'
    plant(page, cell.format("20em"))
    assert checkers.broken_words(page) == []
    plant(page, cell.format("9em"))
    assert checkers.broken_words(page) == ["the word Government breaks"]


def test_a_focus_that_nobody_sees_is_found(page: Page) -> None:
    plant(page, '<a href="/y" style="outline:none">无</a>')
    assert any("the focus is not seen" in told for told in checkers.unseen_focus(page))


def test_a_cookie_is_found(page: Page) -> None:
    page.evaluate("document.cookie = 'visitor=1'")
    assert checkers.cookies(page.context) == ["sets the cookie visitor"]
    assert checkers.cookies(page.context, frozenset({"visitor"})) == []


def test_script_errors_and_third_parties_are_found(page: Page) -> None:
    with checkers.watched(page) as told:
        page.evaluate("console.error('broken')")
        page.evaluate("fetch('http://third.example/x').catch(() => 0)")
        page.evaluate("setTimeout(() => { throw new Error('thrown') })")
        page.wait_for_timeout(100)
    assert {sentence.split(":")[0] for sentence in told} >= {
        "console error",
        "asks a third party",
        "script error",
    }


def test_nu_passes_sound_files(tmp_path: Path) -> None:
    (tmp_path / "sound.html").write_text(SOUND)
    (tmp_path / "sound.css").write_text("p { color: #111 }")
    assert checkers.nu(tmp_path / "sound.html", tmp_path / "sound.css") == []


def test_nu_finds_faults_in_html_and_css(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(SOUND.replace("<p>正文</p>", "<p hx-get='/'>正文</p>"))
    (tmp_path / "bad.css").write_text("p { colour: #111 }")
    told = checkers.nu(tmp_path / "bad.html", tmp_path / "bad.css")
    assert any("bad.html" in sentence and "hx-get" in sentence for sentence in told)
    assert any("bad.css" in sentence and "colour" in sentence for sentence in told)


def test_nu_that_cannot_run_is_not_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkers, "NU", tmp_path / "absent.jar")
    (tmp_path / "sound.html").write_text(SOUND)
    assert any("did not run" in told for told in checkers.nu(tmp_path / "sound.html"))
