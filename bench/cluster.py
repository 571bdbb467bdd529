"""The real thing on one machine, under load, with each part killed in turn: what does a user see?

PostgreSQL, Redis, two web nodes, two workers, nginx in front, as deploy/ has them. Run it with
`.venv/bin/python -m bench.cluster`; it needs nginx and redis-server and prints a table of faults.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from tests.databases import Postgresql

ROOT = Path(__file__).resolve().parent.parent
SECRET = "only for the bench, and long enough to be accepted"  # noqa: S105
READERS = 4
SECONDS = 6.0
PATHS = ("/", "/about", "/subjects/92340499MADEM0011M", "/scenarios/", "/terms")
# Seldom enough for the limit of an address, which is counted in Redis.
LIMITED = ("/scenarios/beef-soup", 0.7)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Part:
    """One process that can be killed and started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """All at once, as a loss of power does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Load:
    """Readers who ask on and on, and one who writes; counts what they are told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.stop = threading.Event()
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self._read, args=(number,)) for number in range(READERS)
        ] + [threading.Thread(target=self._write)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _read(self, number: int) -> None:
        place = number
        while number == 0 and not self.stop.is_set():
            self._note("read", LIMITED[0])
            time.sleep(LIMITED[1])
        while not self.stop.is_set():
            # Half of them never in the memory of pages.
            query = f"{'&' if '?' in PATHS[place % 5] else '?'}n={time.monotonic_ns()}"
            self._note("read", PATHS[place % 5] + (query if place % 2 else ""))
            place += 1
            time.sleep(0.02)

    def _write(self) -> None:
        while not self.stop.is_set():
            self._note("write", "/scenarios/beef-soup/near", b"")
            time.sleep(2)

    def _note(self, kind: str, path: str, data: bytes | None = None) -> None:
        request = Request(self.url + quote(path, safe="/?&=%"), data=data)  # noqa: S310
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310
                status = str(answer.status)
        except HTTPError as error:
            status = str(error.code)
        except (URLError, OSError):
            status = "no answer"
        with self.lock:
            self.seen[f"{kind} {status}"] += 1


def nginx_config(folder: Path, port: int, nodes: list[int]) -> Path:
    """deploy/nginx.conf without TLS, on our ports."""
    servers = "".join(f"server 127.0.0.1:{node} max_fails=1 fail_timeout=5s;" for node in nodes)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log /dev/null; events {{}}\n"
        f"http {{ access_log off; {temporary} upstream portal {{ {servers} keepalive 32; }}\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://portal; "
        f"include {ROOT}/deploy/portal_proxy.conf; }} }} }}\n"
    )
    return config


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, dict[str, Part], Postgresql, str]]:
    """Everything started; ends it again."""
    database = Postgresql()
    url = database.new()
    redis, front, *nodes = (free_port() for _ in range(4))
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "QR_KEY": SECRET,
        "LIMITS_URL": f"redis://127.0.0.1:{redis}/0",
        "STORAGE_URL": f"file://{folder}/files",
        "SITE_URL": f"http://127.0.0.1:{front}",
        "JOBS": "external",
        "PROXIES": "1",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "portal"]
    for command in (["migrate"], ["demo", "--subjects", "200"]):
        subprocess.run([*flask, *command], cwd=ROOT, env=environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1",
               "--blocking-threads", "4", "--host", "127.0.0.1"]  # fmt: skip
    config = nginx_config(folder, front, nodes)
    commands = {
        "Redis": ["redis-server", "--port", str(redis), "--save", "", "--dir", str(folder)],
        "web node 1": [*granian, "--port", str(nodes[0]), "wsgi:app"],
        "web node 2": [*granian, "--port", str(nodes[1]), "wsgi:app"],
        "worker 1": [*flask, "work"],
        "worker 2": [*flask, "work"],
        "nginx": ["nginx", "-c", str(config)],
    }
    parts = {name: Part(name, command, environment) for name, command in commands.items()}
    try:
        for port in (*nodes, front):
            wait_for(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{front}", parts, database, url
    finally:
        for part in parts.values():
            part.kill()
        database.stop()


def wait_for(address: str) -> None:
    for _attempt in range(300):
        try:
            with urlopen(address, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def settle(url: str) -> None:
    """Until every node answers again, however nginx takes turns."""
    good = 0
    while good < 20:
        try:
            with urlopen(f"{url}/readyz", timeout=2):  # noqa: S310
                good += 1
        except OSError:
            good = 0
        time.sleep(0.3)


def fault(url: str, kill: Callable[[], None], again: Callable[[], None]) -> Counter[str]:
    """What users were told from a second before the fault until some seconds after it."""
    settle(url)
    with Load(url) as load:
        time.sleep(1)
        kill()
        time.sleep(SECONDS)
        again()
        time.sleep(2)
    return load.seen


def main() -> None:
    for program in ("nginx", "redis-server"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing. Install it, then run this again.")
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as (url, parts, database, at):
        print("| killed | readers were told | a writer was told |\n|---|---|---|")
        show("nothing", fault(url, lambda: None, lambda: None))
        for part in ("web node 1", "web node 2", "worker 1", "Redis"):
            show(part, fault(url, parts[part].kill, parts[part].start))
        show("connections of the database", fault(url, lambda: cut(database, at), lambda: None))
        show("both web nodes at once", fault(url, lambda: both(parts), lambda: up(parts)))


def cut(database: Postgresql, url: str) -> None:
    """End every connection of the portal, as a restart of the database does."""
    name = url.rpartition("/")[2].partition("?")[0]
    database._execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    )


def both(parts: dict[str, Part]) -> None:
    parts["web node 1"].kill()
    parts["web node 2"].kill()


def up(parts: dict[str, Part]) -> None:
    parts["web node 1"].start()
    parts["web node 2"].start()


def show(name: str, seen: Counter[str]) -> None:
    told = {"read": [], "write": []}
    for key, count in sorted(seen.items()):
        kind, _blank, status = key.partition(" ")
        told[kind].append(f"{status}: {count}")
    print(f"| {name} | {', '.join(told['read'])} | {', '.join(told['write'])} |", flush=True)


if __name__ == "__main__":
    main()
