"""What strangers' graders say of TLS and headers, and what slow clients can do.

Both graders come from PyPI and npm into var/bench; the portal needs neither.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from bench.cluster.load import PATHS, TLS, request
from bench.cluster.parts import HOST, Cluster
from bench.data import folder as kept_folder

SSLYZE = "sslyze==6.3.1"
OBSERVATORY = "@mdn/mdn-http-observatory@1.4.8"
SLOW = 300


def run(cluster: Cluster, only: str = "") -> None:
    for grader in (tls, headers, compression, slow_clients):
        if only in grader.__name__:
            grader(cluster)


def slow_clients(cluster: Cluster) -> None:
    for name, begins in CLIENTS.items():
        slow(cluster, name, begins)


def tls(cluster: Cluster) -> None:
    """sslyze against Mozilla's intermediate profile; the trust in our own certificate aside."""
    place = kept_folder() / "sslyze"
    if not (place / "bin" / "sslyze").exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([place / "bin" / "pip", "install", "-q", SSLYZE], check=True)
    for profile in ("modern", "intermediate"):
        told = subprocess.run(
            [place / "bin" / "sslyze", f"--mozilla_config={profile}", f"--sni={HOST}",
             f"127.0.0.1:{cluster.front}"], capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        found = told.partition("COMPLIANCE AGAINST")[2]
        print(f"TLS, {profile}: " + " ".join(found.split())[:600], flush=True)
        if profile == "modern":
            for line in re.findall(r"(?m)^ +\* .*$|^ +(?:OK|VULNERABLE).*$", told):
                print("   ", line.strip())


def headers(cluster: Cluster) -> None:
    """The grade of the HTTP Observatory; it asks ports 443 and 80."""
    if cluster.front != 443:
        print("headers: not graded, ports 443 and 80 are taken or not allowed")
        return
    place = kept_folder() / "observatory"
    scan = place / "node_modules" / "@mdn" / "mdn-http-observatory" / "src" / "scan.js"
    if not scan.exists():
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", str(place), "--ignore-scripts", "--no-audit",
                        "--no-fund", "--silent", OBSERVATORY], check=True)  # fmt: skip
    # The list of preloaded sites, which it fetches at its installation; ours is not on it.
    (scan.parent.parent / "conf" / "hsts-preload.json").write_text("[]")
    trusted = {"NODE_EXTRA_CA_CERTS": str(cluster.folder / "fullchain.pem")}
    told = subprocess.run(["node", str(scan), HOST], env={**os.environ, **trusted},
                          capture_output=True, text=True, check=False).stdout  # fmt: skip
    answer: dict[str, Any] = json.loads(told)
    scan_ = answer.get("scan", answer)
    print(f"headers: {scan_.get('grade')}, {scan_.get('score')} points, "
          f"{scan_.get('testsPassed')} of {scan_.get('testsQuantity')} tests passed")  # fmt: skip
    for name, test in answer.get("tests", {}).items():
        print(f"    {name}: {test['result']} ({test['scoreModifier']:+})", flush=True)


def compression(cluster: Cluster) -> None:
    """How each kind of answer comes through the proxy."""
    css = re.search(r'href="(/static/css/[^"]+)"', request(cluster.front, "/").text)
    for path in (*PATHS[:3], css[1] if css else "/"):
        for accepted in ("br, gzip", "gzip", ""):
            taken = _encoding(cluster.front, path, accepted)
            print(f"compression: {path.partition('?')[0]}, accepts “{accepted}”: {taken}")


def _encoding(port: int, path: str, accepted: str) -> str:
    opened = _opened(port)
    opened.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: {accepted}\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    answer = b""
    while piece := opened.recv(65536):
        answer += piece
    head = answer.partition(b"\r\n\r\n")[0].decode()
    found = re.search(r"(?i)content-encoding: (\w+)", head)
    return f"{found[1] if found else 'plain'}, {len(answer):,} bytes"


def _opened(port: int, number: int = 0) -> socket.socket:
    source = ("127.0.0.1" if not number else f"127.9.{number // 250}.{number % 250 + 1}", 0)
    plain = socket.create_connection(("127.0.0.1", port), 10, source)
    return TLS.wrap_socket(plain, server_hostname=HOST)


# What each kind of slow client sends at first, and what it then sends every two seconds.
CLIENTS = {
    "half a head": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-More: yes\r\n"),
    "half a body": (
        b"POST /verify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n", b"a",
    ),
    "never a word": (b"", b""),
}  # fmt: skip


def slow(cluster: Cluster, name: str, begins: tuple[bytes, bytes]) -> None:
    """Many slow clients from one address, and as many from many; a reader asks meanwhile."""
    for is_one in (True, False):
        opened, refused = [], 0
        for number in range(SLOW):
            try:
                client = _opened(cluster.front, 0 if is_one else number)
                client.sendall(begins[0])
                opened.append(client)
            except OSError:
                refused += 1
        begun, told, slowest = time.monotonic(), Counter[str](), 0.0
        left = opened
        while left and time.monotonic() - begun < 60:
            left = [each for each in left if _goes_on(each, begins[1])]
            answer = request(cluster.front, "/about")
            told[answer.status] += 1
            slowest = max(slowest, answer.seconds)
            time.sleep(2)
        where = "one address" if is_one else f"{SLOW} addresses"
        print(f"slow clients, {name}, {SLOW} from {where}: refused at once {refused}, all gone "
              f"after {time.monotonic() - begun:.0f} s (left: {len(left)}); readers meanwhile: "
              f"{dict(told)}, slowest {slowest:.2f} s", flush=True)  # fmt: skip
        for each in opened:
            each.close()


def _goes_on(client: socket.socket, piece: bytes) -> bool:
    """Send a little more; False once the server has ended the connection."""
    try:
        client.settimeout(0.001)
        try:
            if client.recv(4096) == b"":
                return False
        except TimeoutError:
            pass
        client.settimeout(5)
        if piece:
            client.sendall(piece)
    except OSError:
        return False
    return True
