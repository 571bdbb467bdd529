"""A fresh demo city, served as in production on a free port, and cookies of people of the demo."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.servers import ROOT, free_port, granian
from portal.config import VAR
from tests.databases import SERVERS

SECRET = "only for the bench, and long enough to be accepted"  # noqa: S105
SUBJECTS = "200"
# Run with the settings of the portal that is attacked: there the demo's passwords open nothing.
# The token of forms is fixed, as a tool keeps to the cookie that it was given.
COOKIE = """
import sys
from portal import create_app
from portal.accounts import service
from portal.core import db
app = create_app()
with app.app_context():
    account = service.find_by_contact(service.Contact("email", sys.argv[1]))
    token = service.begin_session(account, user_agent="attack")
    db.session.commit()
    kept = {"id": token, "csrf_token": "0" * 40}
    print(app.session_interface.get_signing_serializer(app).dumps(kept))
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the portal answers, and what it failed at."""

    url: str
    environment: dict[str, str]
    failures: Path
    log: Path

    def cookie(self, email: str) -> str:
        """The cookie of a new session of this person."""
        ran = _python(["-c", COOKIE, email], self.environment)
        return f"session={ran.strip().splitlines()[-1]}"

    def run(self, program: str) -> str:
        """What a program prints that runs with the portal's settings."""
        return _python(["-c", program], self.environment).strip().splitlines()[-1]

    def failed(self) -> list[str]:
        return self.failures.read_text(encoding="utf-8").splitlines()


@contextmanager
def target(kind: str, folder: Path, app: str = "bench.attack.app:app") -> Iterator[Target]:
    """A portal on a fresh database of this kind; both are gone afterwards."""
    server = SERVERS[kind]()
    port = free_port()
    failures, log = folder / "failures", folder / "log"
    failures.touch()
    environment = {
        **os.environ,
        "DATABASE_URL": server.new(),
        "SECRET_KEY": SECRET,
        "QR_KEY": SECRET,
        "STORAGE_URL": f"file://{folder}/files",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SITE_DEMO": "1",
        "FAILURES": str(failures),
    }
    try:
        for command in (["migrate"], ["demo", "--subjects", SUBJECTS], ["work", "--once"]):
            _python(["-m", "flask", "--app", "wsgi", "portal", *command], environment)
        # What the commands before made for the demo serves as the seal of a real portal.
        environment |= {"PORTAL_ENV": "production", "SEAL_P12": str(VAR / "seal" / "seal.p12")}
        with log.open("w") as output, granian(app, environment, port, output):
            yield Target(environment["SITE_URL"], environment, failures, log)
    finally:
        server.stop()


def _python(arguments: list[str], environment: dict[str, str]) -> str:
    ran = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, text=True,
                         capture_output=True, check=False)  # fmt: skip
    if ran.returncode:
        raise SystemExit(ran.stdout + ran.stderr)
    return ran.stdout
