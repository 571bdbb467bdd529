"""What deploy/ says: headers, log settings, units and compose fit each other."""

import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from portal.config import Config, Site
from portal.core import uploads
from portal.ingest.forms import ImportForm
from portal.web import i18n
from portal.web.security import HEADERS
from portal.web.uploads import REQUEST_BYTES
from tests.conftest import let_go, make_app
from tests.databases import Server
from tests.site.conftest import ROOT

DEPLOY = ROOT / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text()
PAGE = (DEPLOY / "DEPLOY.md").read_text()
# Headers that graders ask for, and the least that each must say.
WANTED = {
    "Strict-Transport-Security": r"max-age=(\d{8,})",
    "Content-Security-Policy": r"^default-src 'none'",
    "X-Content-Type-Options": "^nosniff$",
    "X-Frame-Options": "^DENY$",
    "Referrer-Policy": "^same-origin$",
    "Cross-Origin-Opener-Policy": "^same-origin$",
    "Cross-Origin-Resource-Policy": "^same-origin$",
    "Permissions-Policy": r"camera=\(\)",
}


@pytest.fixture
def production(server: Server, migrated: str) -> Flask:
    return make_app(
        server.new(like=migrated),
        environment="production",
        page_cache_bytes=Config.page_cache_bytes,
        site=Site(url="https://credit.example", is_demo=False),
        seal_file="",
    )


def test_every_kind_of_answer_carries_the_headers(production: Flask) -> None:
    client = production.test_client(use_cookies=False)
    kept = client.get("/about", base_url="https://credit.example")
    for answer in (
        kept,
        client.get("/about", base_url="https://credit.example"),
        client.get("/no-such-page", base_url="https://credit.example"),
        client.get("/about", base_url="https://evil.example"),
        client.get("/me/", base_url="https://credit.example"),
        client.get("/static/unavailable.html", base_url="https://credit.example"),
        client.post("/verify", base_url="https://credit.example", data={"number": "1"}),
    ):
        for name, pattern in WANTED.items():
            assert re.search(pattern, answer.headers.get(name, "")), (answer.status, name)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    let_go(production)


def test_a_form_is_taken_over_https_from_a_browser_that_hides_where_it_was(
    production: Flask,
) -> None:
    client = production.test_client()
    page = client.get("/complaints/new?kind=concern", base_url="https://credit.example").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    sent = client.post("/complaints/new?kind=concern", base_url="https://credit.example",
                       data={"csrf_token": token[1]})  # fmt: skip
    assert "/complaints/drafts/" in sent.headers["Location"]
    let_go(production)


def test_what_nginx_refuses_as_too_large_is_told_the_limit_that_it_keeps_to() -> None:
    most = re.search(r"client_max_body_size (\d+)m;", NGINX)
    page = re.search(r"error_page 413 /static/([\w-]+\.html);", NGINX)
    assert most
    assert page
    words = (ROOT / "static" / page[1]).read_text()
    told = re.search(r"一次最多传(\d+)兆", words)
    assert told
    assert f"At most {told[1]} MB" in words
    # A file of the largest size is packed into the request with what stands around it.
    assert 0 < int(most[1]) - int(told[1]) <= 5
    # The portal takes just what it says, and nginx no less, so that the portal's own page tells.
    assert int(told[1]) * uploads.MEGABYTE == uploads.TOGETHER_BYTES
    assert uploads.TOGETHER_BYTES < REQUEST_BYTES <= int(most[1]) * uploads.MEGABYTE


def test_forms_promise_just_what_may_be_sent() -> None:
    of_file, together = (each // uploads.MEGABYTE for each in
                         (uploads.FILE_BYTES, uploads.TOGETHER_BYTES))  # fmt: skip
    for language in ("zh", "en"):
        with i18n.speaking(language):
            numbers = re.findall(r"\d+", i18n.translate(uploads.HINT))
            assert numbers == [str(each) for each in (uploads.FILES, of_file, together)]
            assert f"{together}" in i18n.translate(ImportForm.file.kwargs["description"])


def test_nginx_packs_no_page_of_people_and_sends_no_form_twice() -> None:
    front = NGINX.partition("location / {")[2]
    assert "gzip off;" in front
    assert "non_idempotent" not in (DEPLOY / "portal_proxy.conf").read_text()
    assert NGINX.count("ssl_protocols TLSv1.2 TLSv1.3;") == 2
    assert NGINX.count("client_header_timeout 10s;") == 2
    assert "TLSv1.1" not in NGINX


def test_access_logs_hold_no_query_and_stay_longer_than_the_law_asks() -> None:
    shape = re.search(r"log_format portal '([^']+)'", NGINX)
    assert shape
    assert "$args" not in shape[1]
    assert "$request " not in shape[1]
    assert "referer" not in shape[1]
    rotation = (DEPLOY / "log" / "logrotate.conf").read_text()
    kept = re.search(r"daily\s+rotate (\d+)", rotation)
    assert kept
    assert int(kept[1]) > 183


def test_the_page_names_only_files_that_are_there() -> None:
    for name in set(re.findall(r"deploy/[\w./@-]+", PAGE)):
        if not name.endswith("/"):
            assert (ROOT / name.rstrip(".")).exists(), name
    units = {path.name for path in (DEPLOY / "systemd").iterdir()}
    for name in re.findall(r"portal-(?:web|worker)@|portal-nightly", PAGE):
        assert any(unit.startswith(name) for unit in units)


@pytest.mark.parametrize("name", ["portal", "restart"])
def test_scripts_are_sound(name: str) -> None:
    script = DEPLOY / name
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)


SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$TOLD"
if [ "$1" = is-enabled ]; then case " $ENABLED " in *" $3 "*) exit 0 ;; *) exit 1 ;; esac; fi
"""


@pytest.mark.parametrize(
    "enabled",
    [
        ["portal-web@8001", "portal-web@8002", "portal-worker@1", "portal-worker@2"],
        ["portal-web@8001"],
        ["portal-worker@1", "portal-worker@2"],
    ],
)
def test_a_machine_restarts_what_it_has(tmp_path: Path, enabled: list[str]) -> None:
    for name, text in (("systemctl", SYSTEMCTL), ("curl", "#!/bin/sh\n"), ("sleep", "#!/bin/sh\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    told = tmp_path / "told"
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "TOLD": str(told),
        "ENABLED": " ".join(enabled),
    }
    subprocess.run([str(DEPLOY / "restart")], check=True, env=environment, timeout=10)
    restarts = [line for line in told.read_text().splitlines() if line.startswith("restart")]
    assert restarts == [f"restart {unit}" for unit in enabled]


def test_a_lost_primary_takes_neither_user_nor_password_along(tmp_path: Path) -> None:
    settings = tmp_path / "portal.env"
    settings.write_text(
        "SITE_URL=https://credit.example\n"
        "DATABASE_URL=postgresql://portal:p%40s@10.0.0.1:5432/portal\n"
        "DATABASE_REPLICA_URL=postgresql://portal:p%40s@10.0.0.2/portal\n"
    )
    edit, proof = re.findall(
        r"(?m)^((?:sed -i -E|grep -q) .*DATABASE_URL.*) /etc/portal.env$", PAGE
    )
    for command in (edit, proof):
        line = command.replace("REPLICA,", "10.0.0.2,").replace("@REPLICA/", "@10.0.0.2/")
        subprocess.run(["sh", "-c", f"{line} {settings}"], check=True)
    assert settings.read_text() == (
        "SITE_URL=https://credit.example\nDATABASE_URL=postgresql://portal:p%40s@10.0.0.2/portal\n"
    )


def test_units_may_write_only_where_the_portal_keeps_things() -> None:
    for path in sorted(Path(DEPLOY / "systemd").glob("*.service")):
        unit = path.read_text()
        for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n"):
            assert line in unit, path.name
        assert set(re.findall(r"(?m)^ReadWritePaths=(.*)$", unit)) <= {
            "/srv/portal/var", "/srv/portal/var /backup",
        }  # fmt: skip


def test_a_web_process_asks_for_the_same_memory_however_it_is_started() -> None:
    unit = (DEPLOY / "systemd" / "portal-web@.service").read_text()
    image = (DEPLOY / "Containerfile").read_text()
    here = (ROOT / "Makefile").read_text()
    found = [re.findall(r"GLIBC_TUNABLES(?: \?)?= ?(\S+)", text) for text in (unit, image, here)]
    assert found[0]
    assert found[0] == found[1] == found[2]


def test_every_header_is_known_here() -> None:
    assert set(HEADERS) <= set(WANTED)
