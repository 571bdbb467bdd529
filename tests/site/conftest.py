"""A served portal with a small demo city, and a real Chromium to look at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from portal.cli import cli

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """A portal that answers at `url`, and the SQLite database beneath it."""

    url: str
    database_url: str

    def read(self, address: str, cookie: str = "") -> str:
        """The source of a page, also of one that says why it cannot be shown."""
        with self._open(address, cookie) as answer:
            return str(answer.read().decode())

    def mimetype(self, address: str) -> str:
        with self._open(address, "") as answer:
            return str(answer.headers.get_content_type())

    def _open(self, address: str, cookie: str) -> Any:
        request = Request(self.url + address, headers={"Cookie": cookie})  # noqa: S310  # our own
        try:
            return urlopen(request)  # noqa: S310  # our own server
        except HTTPError as error:
            return error


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium, or the one that CHROMIUM names; it finds no other host."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Granian serving a city of 200 subjects, as `make run` does."""
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    database_url = f"sqlite:///{folder / 'portal.sqlite'}"
    environment = {**os.environ, "DATABASE_URL": database_url, "PORTAL_ENV": "development"}
    commands = [["migrate"], ["demo", "--subjects", "200"]]
    for command in [command for command in commands if command[0] in cli.commands]:
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
                *("--blocking-threads", "1", "--host", "127.0.0.1", "--port", str(port)),
                "wsgi:app",
            ],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    found = Site(f"http://127.0.0.1:{port}", database_url)
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
            if site.read("/readyz") == "ready\n":
                return
        except (URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"the portal did not answer: {log.read_text()}")
