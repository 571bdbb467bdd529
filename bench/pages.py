"""Public pages: from memory against a bare Flask and nginx, and built afresh in process."""

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import data
from bench.figures import Figure, median
from bench.servers import Asker, Request, Server, free_port, get, granian, running
from portal import spare_the_collector

BROWSER = "Accept-Encoding: gzip, deflate, br\r\n"
SHOPS = 32
NGINX = """
daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; types {{ text/html html; }} default_type text/html; gzip_static on;
  keepalive_requests 10000000; sendfile on; open_file_cache max=1000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; index index.html; }}
}}
"""


def paths(city: Path) -> dict[str, list[str]]:
    """Addresses of each kind of page that is measured."""
    shops = data.shops(city)
    step = max(len(shops) // SHOPS, 1)
    chosen = shops[::step][:SHOPS]
    return {
        "scan page": [f"/q/{door}" for _code, door in chosen],
        "subject page": [f"/subjects/{code}" for code, _door in chosen],
    }


def warm(city: Path, *, count: int, rounds: int) -> list[Figure]:
    """Goal 1: pages from memory, and pages that the browser has already."""
    asked = paths(city)
    with ExitStack() as stack:
        portal = stack.enter_context(granian("wsgi:app", {"DATABASE_URL": data.url(city)}))
        hello = stack.enter_context(granian("bench.hello:app"))
        askers = {"hello": Asker(hello, [Request("/")])}
        for name, addresses in asked.items():
            requests = [Request(path, BROWSER) for path in addresses]
            askers[name] = Asker(portal, requests)
            askers[f"{name} not changed"] = Asker(portal, _known(portal, requests), status=304)
        if data.has("nginx"):
            nginx = stack.enter_context(_nginx(portal, asked))
            for name, addresses in asked.items():
                askers[f"nginx {name}"] = Asker(nginx, [Request(p, BROWSER) for p in addresses])
        costs = interleaved({n: _cost(asker, count) for n, asker in askers.items()}, rounds)
        for asker in askers.values():
            asker.close()
    return list(_warm_figures(costs, list(asked)))


def _cost(asker: Asker, count: int) -> Callable[[], float]:
    return lambda: asker.cost(count)


def _warm_figures(costs: dict[str, float], names: Sequence[str]) -> Iterator[Figure]:
    hello = costs["hello"]
    yield Figure("Flask hello, served", hello, "µs")
    for name in names:
        yield Figure(f"{name}, warm", costs[name], "µs")
        yield Figure(f"{name}, warm, not changed (304)", costs[f"{name} not changed"], "µs")
        yield Figure(f"{name}, warm, against hello", costs[name] / hello, "x", "<= 0.25")
        nginx = costs.get(f"nginx {name}")
        if nginx:
            yield Figure(f"{name}, same bytes by nginx", nginx, "µs")
            yield Figure(f"{name}, warm, against nginx", costs[name] / nginx, "x", "<= 4")


def _known(portal: Server, requests: Sequence[Request]) -> list[Request]:
    """The same requests by a browser that has the page."""
    found = []
    for request in requests:
        head = get(portal.port, request.path, request.headers).partition(b"\r\n\r\n")[0].decode()
        etag = next(
            line.partition(":")[2].strip()
            for line in head.splitlines()
            if line.lower().startswith("etag:")
        )
        found.append(Request(request.path, f"{request.headers}If-None-Match: {etag}\r\n"))
    return found


@contextmanager
def _nginx(portal: Server, asked: dict[str, list[str]]) -> Iterator[Server]:
    """nginx with the very bodies that the portal sends, as compressed files."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-nginx-") as name:
        folder, port = Path(name), free_port()
        for path in ["/", *(path for paths in asked.values() for path in paths)]:
            file = folder / "pages" / (path.strip("/") or "index.html")
            file.parent.mkdir(parents=True, exist_ok=True)
            for suffix, accept in (("", ""), (".gz", "Accept-Encoding: gzip\r\n")):
                answer = get(portal.port, path, accept)
                body = answer.partition(b"\r\n\r\n")[2]
                file.with_name(file.name + suffix).write_bytes(body)
        user = "user root;" if os.getuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, user=user))
        command = ["nginx", "-c", str(config), "-e", str(folder / "error.log")]
        with running(command, port) as server:
            yield server


def interleaved(measures: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each measure, taken in turns: A B C A B C."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _round in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: median(values) for name, values in taken.items()}


def fresh(city: Path, *, count: int, rounds: int) -> list[Figure]:
    """Goal 2: the same pages built anew each time, the page cache off, in process."""
    from bench.hello import app as hello

    portal = data.portal(data.url(city))
    spare_the_collector()
    measures = {"hello": _calls(hello.wsgi_app, ["/"], count * 5)}
    for name, addresses in paths(city).items():
        measures[name] = _calls(portal.wsgi_app, addresses, count)
        english = [f"/en{path}" for path in addresses]
        measures[f"{name}, English"] = _calls(portal.wsgi_app, english, count)
    costs = interleaved(measures, rounds)
    figures = [Figure("Flask hello, in process", costs.pop("hello"), "µs")]
    for name, cost in costs.items():
        figures.append(Figure(f"{name}, fresh", cost, "µs"))
        figures.append(
            Figure(f"{name}, fresh, against hello", cost / figures[0].value, "x", "<= 9")
        )
    return figures


def _calls(app: Callable[..., Any], addresses: Sequence[str], count: int) -> Callable[[], float]:
    for address in addresses:
        call(app, address)
    return lambda: cost_of(app, addresses, count)


def cost_of(app: Callable[..., Any], addresses: Sequence[str], count: int) -> float:
    """Microseconds of processor time for one page."""
    gc.collect()
    begun = time.process_time()
    for number in range(count):
        call(app, addresses[number % len(addresses)])
    return (time.process_time() - begun) / count * 1e6


def call(app: Callable[..., Any], path: str) -> bytes:
    """The body of one answer, asked for without a server between."""
    status: list[str] = []

    def start(line: str, _headers: object, _error: object = None) -> None:
        status.append(line)

    answer = app(environ(path), start)
    body = b"".join(answer)
    if close := getattr(answer, "close", None):
        close()
    assert status[0].startswith("200"), (path, status)
    return body


def environ(path: str) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": plain, "QUERY_STRING": query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "HTTP_ACCEPT_ENCODING": "gzip, br", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "wsgi.input": None,
        "wsgi.errors": None,
    }  # fmt: skip
