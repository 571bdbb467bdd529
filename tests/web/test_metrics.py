"""Figures go to allowed addresses only; behind a proxy the client's own address counts."""

from flask import Flask

from portal.core import db, jobs
from tests.conftest import Clock, let_go, make_app
from tests.databases import Server


def test_figures_name_endpoints_and_no_addresses(own_app: Flask, clock: Clock) -> None:
    client = own_app.test_client()
    client.get("/search?q=张三的店")
    jobs.enqueue("opendata.files", key="x")
    db.session.commit()
    clock.move(minutes=5)
    told = client.get("/metrics").text
    assert 'portal_requests_total{endpoint="lookup.search",status="200"}' in told
    assert "portal_jobs_oldest_seconds 300.0" in told
    assert "张三" not in told
    assert "oldest due job: 300 s" in client.get("/readyz").text


def test_others_get_no_figures(server: Server, migrated: str) -> None:
    app = make_app(server.new(like=migrated), proxies=1)
    client = app.test_client()
    outside = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    pretending = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.9"})
    inside = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    let_go(app)
    assert [outside.status_code, pretending.status_code, inside.status_code] == [404, 404, 200]


def test_without_a_proxy_nobody_is_believed_about_their_address(own_app: Flask) -> None:
    client = own_app.test_client()
    answer = client.get(
        "/metrics",
        headers={"X-Forwarded-For": "127.0.0.1"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert answer.status_code == 404
