"""Readers who ask on and on, and people who send a concern of six pages with a number in it."""

import http.client
import io
import re
import secrets
import socket
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from PIL import Image

from bench.cluster.parts import HOST

READERS = 4
WRITERS = 2
PATHS = (
    "/", "/about", "/subjects/92340499MADEM0011M", "/scenarios/beef-soup", "/q/DEM0000001",
)  # fmt: skip
# Whoever is told that it did not work presses again, so often and no more.
PRESSES = 40
# We signed the certificate ourselves.
TLS = ssl.create_default_context()
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
_places = iter(range(1, 1 << 30))
_lock = threading.Lock()


def address() -> str:
    """Ever another address of this machine, as visitors have: limits count by it."""
    with _lock:
        number = next(_places)
    return f"127.{number // 60000 % 100 + 1}.{number // 250 % 240 + 1}.{number % 250 + 1}"


@dataclass
class Answer:
    status: str
    location: str = ""
    text: str = ""
    cookies: tuple[str, ...] = ()
    seconds: float = 0.0


class Connection(http.client.HTTPSConnection):
    """To 127.0.0.1, by the name of the site."""

    def connect(self) -> None:
        source = self.source_address  # type: ignore[attr-defined]
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout, source)
        self.sock = TLS.wrap_socket(plain, server_hostname=HOST)


def request(port: int, path: str, *, body: bytes | None = None, source: str = "",
            headers: dict[str, str] | None = None, timeout: float = 15) -> Answer:  # fmt: skip
    """One request on a connection of its own; "no answer" when there is none."""
    begun = time.monotonic()
    opened = Connection(HOST, port, timeout=timeout, source_address=(source or address(), 0))
    try:
        opened.request("POST" if body is not None else "GET", quote(path, safe="/?&=%"), body,
                       {"Host": HOST, **(headers or {})})  # fmt: skip
        told = opened.getresponse()
        text = told.read().decode("utf-8", "replace")
        return Answer(
            str(told.status),
            told.headers.get("Location", ""),
            text,
            tuple(told.headers.get_all("Set-Cookie") or ()),
            time.monotonic() - begun,
        )
    except (OSError, http.client.HTTPException):
        return Answer("no answer", seconds=time.monotonic() - begun)
    finally:
        opened.close()


@dataclass
class Told:
    """What everybody was told."""

    read: Counter[str] = field(default_factory=Counter)
    write: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    done: set[str] = field(default_factory=set)
    given_up: dict[str, str] = field(default_factory=dict)


class Load:
    """Readers and writers from entering to leaving; writers finish what they began."""

    def __init__(self, port: int, *, writers: int = WRITERS, pause: float = 0.05) -> None:
        self.port, self.pause = port, pause
        self.stop = threading.Event()
        self.told = Told()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self._read, args=(number,)) for number in range(READERS)
        ] + [threading.Thread(target=self._write) for _number in range(writers)]

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
        while not self.stop.is_set():
            path = PATHS[place % len(PATHS)]
            # Half of them never in the memory of pages.
            answer = request(self.port, f"{path}?n={secrets.token_hex(6)}" if place % 2 else path)
            with self.lock:
                self.told.read[answer.status] += 1
                self.told.slowest = max(self.told.slowest, answer.seconds)
            place += 1
            time.sleep(self.pause)

    def _write(self) -> None:
        while not self.stop.is_set():
            number = secrets.token_hex(8)
            errand = Errand(self.port, number)
            reference = errand.run()
            with self.lock:
                self.told.write.update(errand.told)
                if reference:
                    self.told.done.add(number)
                else:
                    self.told.given_up[number] = errand.last
            time.sleep(0.2)


class Errand:
    """One person who sends one concern, and presses again when told that it did not work."""

    def __init__(self, port: int, number: str) -> None:
        self.port, self.number, self.source = port, number, address()
        self.cookies: dict[str, str] = {}
        self.told: Counter[str] = Counter()
        self.last = ""

    def run(self) -> str:
        """The reference told at the end; empty when given up."""
        start = "/complaints/new?kind=concern"
        place = self._send(start)
        for answers in (
            {"matter": "service", "area": "340403002"},
            {"protection": "anonymous"},
            {"facts": f"第{self.number}件：在窗口等了三个小时没有人受理，也没有说明原因。",
             "demand": "请告诉我什么时候能办。"},
        ):  # fmt: skip
            place = place and self._send(place, **answers)
        place = place and self._upload(place)
        place = place and self._send(place, promised="y")
        return place.rpartition("/")[2] if "/cases/" in place else ""

    def _send(self, place: str, **answers: str) -> str:
        page = self._persist(place)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        if token is None:
            return ""
        body = urlencode({"csrf_token": token[1], **answers}).encode()
        return self._persist(place, body, "application/x-www-form-urlencoded").location

    def _upload(self, place: str) -> str:
        """A picture of its own, so that every one must be stored."""
        page = self._persist(place)
        form = re.search(r'<form[^>]*action="([^"]*)"[^>]*enctype|'
                         r'<form[^>]*enctype[^>]*action="([^"]*)"', page.text)  # fmt: skip
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        if token is None or form is None:
            return ""
        edge = secrets.token_hex(16)
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            f"{token[1]}\r\n".encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n".encode()
            + _picture()
            + b"\r\n",
            f"--{edge}--\r\n".encode(),
        ]
        target = form[1] or form[2]
        self._persist(target, b"".join(parts), f"multipart/form-data; boundary={edge}")
        further = re.search(r'href="([^"]*/check)"', self._persist(place).text)
        return further[1] if further else ""

    def _persist(self, place: str, body: bytes | None = None, kind: str = "") -> Answer:
        """Ask until it is answered, as often as somebody presses again."""
        answer = Answer("no answer")
        for _press in range(PRESSES):
            headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
            if kind:
                headers["Content-Type"] = kind
            answer = request(self.port, place, body=body, source=self.source, headers=headers)
            for cookie in answer.cookies:
                name, _equals, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            if body is not None:
                self.told["taken" if answer.status == "303" else answer.status] += 1
            self.last = f"{answer.status} at {place}"
            is_late = answer.status in {"422", "429"}
            if answer.status[0] in "23" or (answer.status[0] == "4" and not is_late):
                return answer
            time.sleep(0.7)
        return answer


def _picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).save(out, "JPEG")
    return out.getvalue()
