"""Programs that answer on a free port, how much processor time they use, and asking them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 64
# `make run` serves exactly so.
GRANIAN = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "1",
           "--host", "127.0.0.1", "--log-level", "warning")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """A running program and the port it answers on."""

    pid: int
    port: int

    def seconds(self) -> float:
        """User and system time of the program and its children so far."""
        return sum(map(seconds, self.family()))

    def family(self) -> list[int]:
        parents = {pid: _parent(pid) for pid in _pids()}
        found = [self.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def megabytes(self, field: str) -> float:
        """The largest `field` of /proc/*/status among the program and its children."""
        return max(_memory(pid, field) for pid in self.family())


@dataclass(frozen=True, slots=True)
class Request:
    """The bytes of one request; the server answers every time with as many bytes."""

    path: str
    headers: str = ""

    @property
    def data(self) -> bytes:
        return f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\n{self.headers}\r\n".encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def granian(
    target: str,
    environment: Mapping[str, str] | None = None,
    port: int = 0,
    output: IO[str] | None = None,
) -> Iterator[Server]:
    """`target` (module:app) served as `make run` serves the portal."""
    port = port or free_port()
    program = Path(sys.executable).parent / "granian"
    command = [str(program), *GRANIAN, "--port", str(port), target]
    # Jobs run elsewhere: what is measured is answering.
    given = {**os.environ, "JOBS": "external", **(environment or {})}
    with running(command, port, given, output) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str] | None = None,
    output: IO[str] | None = None,
) -> Iterator[Server]:
    """A program from its first answer until it is stopped again."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        wait_for(port, process)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return when something answers on `port`."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/") as answer:  # our own server
                answer.read()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"nothing answers on port {port}") from error
            time.sleep(0.02)


def get(port: int, path: str, headers: str = "", source: str = "") -> bytes:
    """The whole answer to one request on a connection of its own, head and body."""
    with connect(port, source) as connection:
        connection.sendall(Request(path, f"Connection: close\r\n{headers}").data)
        parts = []
        while part := connection.recv(1 << 18):
            parts.append(part)
    return b"".join(parts)


def connect(port: int, source: str = "") -> socket.socket:
    """A connection, from any address 127.x.y.z asked for."""
    connection = socket.create_connection(
        ("127.0.0.1", port), 60, source_address=(source, 0) if source else None
    )
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive(connection: socket.socket) -> bytes:
    """What has come so far; never nothing."""
    part = connection.recv(1 << 18)
    assert part, "the server closed the connection"
    return part


class Asker:
    """Asks for the same few addresses again and again over connections kept open."""

    def __init__(self, server: Server, requests: Sequence[Request], *, status: int = 200) -> None:
        self.server = server
        self.connections = [connect(server.port) for _ in range(CONNECTIONS)]
        self.asked = [(request.data, self._length(request, status)) for request in requests]
        self.lengths = [length for _data, length in self.asked]

    def _length(self, request: Request, status: int) -> int:
        """How long the answer is, seen twice: the second may come from memory."""
        get(self.server.port, request.path, request.headers)
        connection = self.connections[0]
        connection.sendall(request.data)
        answer = receive(connection)
        while b"\r\n\r\n" not in answer:
            answer += receive(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(f"HTTP/1.1 {status}".encode()), head[:200]
        lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
        length = int(next((v for n, _, v in lines if n == b"content-length"), b"0"))
        missing = length - len(body) if status == 200 else 0
        while missing > 0:
            missing -= len(receive(connection))
        return len(head) + 4 + (length if status == 200 else 0)

    def cost(self, count: int) -> float:
        """Microseconds of the server's processor time for one of `count` requests."""
        before = self.server.seconds()
        for start in range(0, count, CONNECTIONS):
            asked = [self.asked[(start + i) % len(self.asked)] for i in range(CONNECTIONS)]
            for connection, (data, _length) in zip(self.connections, asked, strict=True):
                connection.sendall(data)
            for connection, (_data, length) in zip(self.connections, asked, strict=True):
                while length > 0:
                    length -= len(receive(connection))
                assert length == 0, "an answer of another length"
        used = self.server.seconds() - before
        return used / (-(-count // CONNECTIONS) * CONNECTIONS) * 1e6

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _fields(pid: int) -> list[str]:
    # The name of the program stands in brackets and may hold blanks.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int:
    try:
        return int(_fields(pid)[1])
    except (OSError, IndexError):
        return 0


def seconds(pid: int) -> float:
    """User and system time: in nanoseconds where the kernel tells, otherwise in ticks."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        user, system = _fields(pid)[11:13]
        return (int(user) + int(system)) / TICK


def _memory(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0
