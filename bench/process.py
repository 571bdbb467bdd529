"""Goal 11: how soon a second start answers, and how much memory a web process takes and keeps."""

import socket
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bench import data
from bench.figures import Figure, median
from bench.servers import Request, connect, granian, receive

STEPS = 5
# One address may look up so often a minute; each address here asks less.
EACH_ADDRESS = 20


def run(city: Path, *, requests: int, starts: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        copy = data.copy(city, Path(folder))
        return [*_starts(copy, starts), *_memory(copy, requests)]


def _starts(city: Path, times: int) -> Iterator[Figure]:
    """What `make run` does the second time: migrate, look for the demo, serve."""
    taken = []
    for _time in range(times):
        begun = time.perf_counter()
        data.flask(data.url(city), "migrate")
        data.flask(data.url(city), "demo", "--if-empty")
        with granian("wsgi:app", {"DATABASE_URL": data.url(city)}):
            taken.append(time.perf_counter() - begun)
    yield Figure("second start to first answer", median(taken), "s", "<= 5")


def _memory(city: Path, requests: int) -> Iterator[Figure]:
    mixed = cycle(_mixed(city))
    with granian("wsgi:app", {"DATABASE_URL": data.url(city)}) as server:
        _ask(server.port, list(islice(mixed, requests // STEPS)), 0)
        sizes = [server.megabytes("VmRSS")]
        for step in range(1, STEPS):
            _ask(server.port, list(islice(mixed, requests // STEPS)), step)
            sizes.append(server.megabytes("VmRSS"))
        anonymous = server.megabytes("RssAnon")
    title = f"memory of a web process after {requests:,} mixed requests"
    yield Figure(title, sizes[-1], "MB", "<= 150")
    yield Figure(f"{title}, without mapped files", anonymous, "MB")
    # Flat: what the last three fifths of the requests added.
    yield Figure("memory, growth in the last three fifths", sizes[-1] / sizes[1], "x", "<= 1.05")


def _mixed(city: Path) -> list[str]:
    shops = data.shops(city)
    names = data.rows(city, "SELECT normalised FROM subject_name ORDER BY rank LIMIT 3000")
    found = ["/", "/en/", "/terms", "/help/", "/about", "/no-such-page"]
    for number, (code, door) in enumerate(shops):
        found += [f"/subjects/{code}", f"/q/{door}", f"/en/subjects/{code}"]
        found.append(f"/subjects/{code}/records")
        if number % 4 == 0:
            name = names[number % len(names)][0]
            found += [f"/search?q={_quoted(name[2:6])}", f"/code-check?code={code}"]
    return found


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _ask(port: int, paths: list[str], step: int) -> None:
    """Ask in order, from ever other addresses as a public does."""
    for start in range(0, len(paths), EACH_ADDRESS):
        number = start // EACH_ADDRESS
        with connect(port, f"127.{step + 1}.{number // 250 % 250}.{number % 250 + 1}") as asking:
            for path in paths[start : start + EACH_ADDRESS]:
                asking.sendall(Request(path, "Accept-Encoding: br\r\n").data)
                _read(asking, path)


def _read(asking: socket.socket, path: str) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += receive(asking)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head[9:12] in {b"200", b"303", b"404"}, (path, head[:100])
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += receive(asking)
