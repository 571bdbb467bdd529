"""Each part killed in turn under load: what readers and writers were told, what was stored."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg

from bench.cluster.load import Load, Told
from bench.cluster.parts import Cluster, accepts, ask, follow, port_of

SECONDS = 6.0
SECONDS_AWAY = 5.0
Step = Callable[[Cluster], None]
COLUMNS = "| fault, for 6 s | readers were told | slowest | writers were told | told done, stored |"


def run(cluster: Cluster, only: str = "") -> None:
    print(COLUMNS)
    print("|---|---|---|---|---|", flush=True)
    for name, (breaks, mends) in FAULTS.items():
        if only in name:
            before = Counter(cluster.replica_counts())
            told = fault(cluster, breaks, mends)
            print(row(name, told, cluster), flush=True)
            after = Counter(cluster.replica_counts())
            print(f"  replica: {dict(after - before)}", flush=True)


def fault(cluster: Cluster, breaks: Step, mends: Step) -> Told:
    """From a second before the fault until three seconds after it, and what was begun then."""
    settle(cluster)
    with Load(cluster.front) as load:
        time.sleep(1)
        breaks(cluster)
        time.sleep(SECONDS)
        mends(cluster)
        time.sleep(3)
    return load.told


def row(name: str, told: Told, cluster: Cluster) -> str:
    once, lost, doubled = stored(told, cluster)
    faults = "".join(
        f", {count} {word}" for word, count in (("LOST", lost), ("DOUBLED", doubled)) if count
    )
    given_up = Counter(told.given_up.values())
    faults += f", given up {dict(given_up)}" if given_up else ""
    return (
        f"| {name} | {in_words(told.read)} | {told.slowest:.1f} s | {in_words(told.write)} "
        f"| {len(told.done)}, {once}{faults} |"
    )


def stored(told: Told, cluster: Cluster) -> tuple[int, int, int]:
    """Of those who were told that it is done: stored once, not at all, more than once.

    Those who gave up count as doubled when they are stored twice, too.
    """
    settle(cluster)
    counts: Counter[str] = Counter()
    for (facts,) in cluster.query("SELECT facts FROM complaint WHERE facts LIKE %s", "第%件：%"):
        counts[facts.partition("件")[0][1:]] += 1
    numbers = [counts[number] for number in told.done]
    doubled = sum(counts[number] > 1 for number in (*told.done, *told.given_up))
    return numbers.count(1), numbers.count(0), doubled


def in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{word}: {count}" for word, count in sorted(counts.items()))


def settle(cluster: Cluster) -> None:
    """Until everything answers again and the replica has caught up."""
    good = 0
    until = time.monotonic() + 90
    while good < 6:
        if time.monotonic() > until:
            raise SystemExit("The cluster does not recover; see the logs in its folder.")
        try:
            for node in cluster.nodes:
                ask(f"http://127.0.0.1:{node}/readyz")
            first, second = _version(cluster.primary), _version(cluster.replica)
            good = good + 1 if first == second else 0
        except (OSError, psycopg.Error):
            good = 0
        time.sleep(0.5)


def _version(url: str) -> int:
    with psycopg.connect(url, connect_timeout=2) as connection:
        found = connection.execute("SELECT value FROM revision").fetchone()
        return int(found[0]) if found else -1


def killed(*names: str) -> tuple[Step, Step]:
    def breaks(cluster: Cluster) -> None:
        for name in names:
            cluster.parts[name].kill()

    def mends(cluster: Cluster) -> None:
        for name in names:
            cluster.parts[name].start()

    return breaks, mends


def silent(name: str) -> tuple[Step, Step]:
    return (
        lambda cluster: cluster.parts[name].pause(),
        lambda cluster: cluster.parts[name].go_on(),
    )


def _superuser(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("portal@", "postgres@"), autocommit=True)


def replay(cluster: Cluster, word: str) -> None:
    with _superuser(cluster.replica) as connection:
        try:
            connection.execute(f"SELECT pg_wal_replay_{word}()")
        except psycopg.errors.SerializationFailure:
            # It did go on, over this very statement.
            return


def _cut(cluster: Cluster) -> None:
    """End every connection of the portal, as a restart of the database does."""
    cluster.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = 'portal' AND pid <> pg_backend_pid()"
    )


def rolling(cluster: Cluster) -> None:
    """As DEPLOY.md does it: one node after the other, each asked before the next."""
    for number, port in enumerate(cluster.nodes, 1):
        part = cluster.parts[f"web node {number}"]
        part.end()
        part.start()
        for _attempt in range(100):
            try:
                ask(f"http://127.0.0.1:{port}/readyz")
                break
            except OSError:
                time.sleep(0.2)
        # nginx asks a node that was away again after two seconds.
        time.sleep(3)
    for name in ("worker 1", "worker 2"):
        cluster.parts[name].end()
        cluster.parts[name].start()


def _promote(cluster: Cluster) -> None:
    """As DEPLOY.md does it: the primary is lost for good, its replica takes its place."""
    cluster.parts["primary"].kill()
    if cluster.parts["replica"].process.poll() is not None:
        cluster.parts["replica"].start()
    accepts(port_of(cluster.parts["replica"]))
    with _superuser(cluster.replica) as connection:
        connection.execute("SELECT pg_promote()")
    cluster.environment["DATABASE_URL"] = cluster.environment.pop("DATABASE_REPLICA_URL")
    rolling(cluster)


def _promote_what_was_away(cluster: Cluster) -> None:
    """For a while the replica receives nothing, then the primary is lost."""
    cluster.parts["replica"].kill()
    time.sleep(SECONDS_AWAY)
    _promote(cluster)


def _promote_what_was_waited_for(cluster: Cluster) -> None:
    """The same, but nobody is told that anything is done before the replica has it."""
    with _superuser(cluster.primary) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(1)
    _promote_what_was_away(cluster)


def _follow(cluster: Cluster) -> None:
    follow(cluster)
    rolling(cluster)


def _nothing(_cluster: Cluster) -> None:
    return


FAULTS: dict[str, tuple[Step, Step]] = {
    "nothing": (_nothing, _nothing),
    "rolling restart of nodes and workers": (rolling, _nothing),
    "web node 1 killed": killed("web node 1"),
    "web node 2 killed": killed("web node 2"),
    "web node 1 silent": silent("web node 1"),
    "worker 1 killed": killed("worker 1"),
    "Redis killed": killed("Redis"),
    "S3 server killed": killed("S3"),
    "replica killed": killed("replica"),
    "replica silent": silent("replica"),
    "replica behind": (
        lambda cluster: replay(cluster, "pause"),
        lambda cluster: replay(cluster, "resume"),
    ),
    "database connections cut once": (_cut, _nothing),
    "primary killed": killed("primary"),
    "primary and replica killed": killed("primary", "replica"),
    "primary lost, replica promoted": (_promote, _follow),
    "replica away 5 s, primary lost, replica promoted": (_promote_what_was_away, _follow),
    "replica away 5 s, primary lost, replica promoted; synchronous": (
        _promote_what_was_waited_for,
        _follow,
    ),
    "nginx killed": killed("nginx"),
    "both web nodes killed": killed("web node 1", "web node 2"),
}
