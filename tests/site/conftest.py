"""A served portal with a small demo city, and a real Chromium to look at it."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from tests.conftest import SECRET

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """One answer of the site."""

    status: int
    mimetype: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Site:
    """A portal that answers at `url`, and the SQLite file beneath it."""

    url: str
    database: Path

    def answer(self, address: str, cookie: str = "") -> Answer:
        """What comes back for `address`, redirects followed, refusals too."""
        request = Request(  # noqa: S310  # our own server
            self.url + quote(address, safe="/?&=%"), headers={"Cookie": cookie}
        )
        try:
            opened = urlopen(request)  # noqa: S310  # our own server
        except HTTPError as error:
            opened = error
        with opened:
            headers = opened.headers
            return Answer(opened.status, headers.get_content_type(), dict(headers), opened.read())

    def values(self, query: str) -> list[str]:
        """The first column of `query` on the site's database."""
        with closing(sqlite3.connect(self.database)) as connection:
            return [str(row[0]) for row in connection.execute(query)]

    def soon(self, query: str) -> list[str]:
        """The first column of `query` once a job has made it have rows."""
        for _attempt in range(2400):
            if found := self.values(query):
                return found
            time.sleep(0.1)
        raise AssertionError(f"no row came in four minutes: {query}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium, or the one that CHROMIUM names; it finds no other host."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell"),
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Granian serving a city of 200 subjects, as `make run` does."""
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    database = folder / "portal.sqlite"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "PORTAL_ENV": "development",
        "QR_KEY": SECRET,
    }
    for command in (["migrate"], ["demo", "--subjects", "200"]):
        ran = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "portal", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"),
                *(
                    "--blocking-threads",
                    "1",
                    "--workers-kill-timeout",
                    "2",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                ),
                "wsgi:app",
            ],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    found = Site(f"http://127.0.0.1:{port}", database)
    try:
        _wait(found, server, log)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(site: Site, server: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(200):
        assert server.poll() is None, log.read_text()
        try:
            if site.answer("/readyz").status == 200:
                return
        except (URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"the portal did not answer: {log.read_text()}")
