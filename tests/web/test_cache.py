"""The page cache: quick, never stale, never mixing languages, modes or visitors."""

import gzip
from datetime import date

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core import db
from portal.records import service as records
from tests.conftest import Clock
from tests.factories import TODAY, make_record, make_subject


@pytest.fixture
def client(own_app: Flask) -> FlaskClient:
    return own_app.test_client(use_cookies=False)


def ask(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    return client.get(address, headers={name.replace("_", "-"): v for name, v in headers.items()})


def test_the_second_answer_comes_from_memory_and_is_the_same(client: FlaskClient) -> None:
    first, second = client.get("/about"), client.get("/about")
    assert "X-Request-Id" not in second.headers, "Flask was not asked"
    assert first.data == second.data
    assert second.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_languages_modes_and_fragments_are_kept_apart(client: FlaskClient) -> None:
    answers = [
        ask(client, "/about"),
        ask(client, "/en/about"),
        ask(client, "/about", Cookie="view=elder"),
        ask(client, "/about?view=standard", Cookie="view=elder"),
    ]
    for _ in range(2):
        for address, headers, first in zip(
            ("/about", "/en/about", "/about"),
            ({}, {}, {"Cookie": "view=elder"}),
            answers,
            strict=False,
        ):
            assert ask(client, address, **headers).data == first.data
    assert b'data-view="elder"' in answers[2].data
    assert b'data-view="standard"' in answers[3].data


def test_bytes_are_compressed_as_the_browser_likes(client: FlaskClient) -> None:
    plain = client.get("/about").data
    packed = ask(client, "/about", Accept_Encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain
    zipped = ask(client, "/about", Accept_Encoding="gzip")
    assert gzip.decompress(zipped.data) == plain
    assert "Accept-Encoding" in zipped.headers["Vary"]


def test_an_unchanged_page_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/about").headers["ETag"]
    again = ask(client, "/about", If_None_Match=etag)
    assert (again.status_code, again.data) == (304, b"")
    assert ask(client, "/about", If_None_Match='W/"other"').status_code == 200


def test_head_has_headers_only(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.head("/about")
        assert (answer.status_code, answer.data) == (200, b"")
    assert client.head("/no-such-page").data == b""


def test_a_visitor_with_a_session_is_never_served_from_memory(client: FlaskClient) -> None:
    client.get("/about")
    assert "X-Request-Id" in ask(client, "/about", Cookie="session=x").headers


def test_what_sets_a_cookie_or_fails_is_not_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert "Set-Cookie" in client.get("/about?view=elder").headers
        assert "X-Request-Id" in client.get("/no-such-page").headers


def test_a_repaired_record_is_gone_on_the_next_request(client: FlaskClient) -> None:
    subject = make_subject()
    record = make_record(subject, title="要修复的处罚")
    address = f"/subjects/{subject.code}"
    assert "要修复的处罚" in client.get(address).text
    records.repair(record.id, on=TODAY, actor="desk")
    db.session.commit()
    assert "要修复的处罚" not in client.get(address).text


def test_a_record_is_gone_at_midnight_though_nothing_was_written(
    client: FlaskClient, clock: Clock
) -> None:
    subject = make_subject()
    make_record(subject, title="到期的处罚", decided_on=date(2025, 11, 21))
    address = f"/subjects/{subject.code}"
    clock.set(date(2026, 11, 20), hour=23, minute=59)
    assert "到期的处罚" in client.get(address).text
    clock.move(minutes=1)
    assert "到期的处罚" not in client.get(address).text


def test_memory_is_bounded(own_app: Flask, client: FlaskClient) -> None:
    cache = own_app.wsgi_app  # type: ignore[attr-defined]
    cache.limit = 40_000
    for number in range(40):
        client.get(f"/about?n={number}")
    assert cache.bytes <= cache.limit
    assert 0 < len(cache.pages) < 40


def test_what_is_in_memory_is_counted_in_every_encoding(
    own_app: Flask, client: FlaskClient
) -> None:
    cache = own_app.wsgi_app  # type: ignore[attr-defined]
    for accepted in ("br", "", "gzip", "", "gzip"):
        ask(client, "/about", Accept_Encoding=accepted)
        assert cache.bytes == sum(page.size for page in cache.pages.values())
    (page,) = cache.pages.values()
    assert set(page.variants) == {"br", "gzip"}, "plain is made when it is asked for"


def test_what_is_no_text_is_kept_as_it_is(own_app: Flask, client: FlaskClient) -> None:
    for _ in range(2):
        answer = ask(client, "/static/images/screenshot.png", Accept_Encoding="br, gzip")
        assert "Content-Encoding" not in answer.headers
        assert answer.data.startswith(b"\x89PNG")
    assert len(own_app.wsgi_app.pages) == 1  # type: ignore[attr-defined]


def test_what_would_push_out_everything_else_is_not_kept(
    own_app: Flask, client: FlaskClient
) -> None:
    client.get("/about")
    assert len(client.get("/static/fonts/NotoSansSC-Bold.ttf").data) > 2_000_000
    (key,) = own_app.wsgi_app.pages  # type: ignore[attr-defined]
    assert key[0] == "/about"


def test_a_database_without_tables_is_no_version() -> None:
    from portal.core.revision import RevisionReader

    assert RevisionReader("sqlite://").current() == -1
