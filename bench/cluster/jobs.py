"""Do jobs run once? Documents to print and mails to send, while workers are killed."""

import random
import re
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from bench.cluster.faults import settle
from bench.cluster.parts import Cluster
from bench.servers import ROOT, free_port

DOCUMENTS = 40
MAILS = 200
KILLS = 6


class Mailbox:
    """Takes mails and counts them by the number that the portal gives each."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.port, self.got = free_port(), Counter[str]()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        found = re.search(rb"(?im)^message-id:\s*<?delivery-(\d+)", envelope.content)
        self.got[found[1].decode() if found else "unknown"] += 1
        time.sleep(0.02)
        return "250 OK"


def run(cluster: Cluster, mailbox: Mailbox) -> None:
    """Issue, kill workers at random moments, wait until nothing is due, and count."""
    settle(cluster)
    issue(cluster)
    random.seed(8)
    for kill in range(KILLS):
        time.sleep(random.uniform(1.5, 4))
        part = cluster.parts[f"worker {kill % 2 + 1}"]
        part.kill()
        time.sleep(0.5)
        part.start()
    cut_off = _until_done(cluster)
    sealed = Counter(
        number for (number,) in cluster.query(
            "SELECT thing_id FROM audit_event WHERE action = 'documents.seal' "
            "AND thing_id IN (SELECT number FROM document WHERE title LIKE 'bench %')"
        )
    )  # fmt: skip
    ready = cluster.query(
        "SELECT count(*) FROM document WHERE title LIKE 'bench %' AND state = 'ready'"
    )[0][0]
    states = dict(cluster.query(
        "SELECT state, count(*) FROM delivery WHERE channel = 'email' GROUP BY state"
    ))  # fmt: skip
    print(f"workers killed: {KILLS}; jobs they were cut off in: {cut_off}")
    print(f"documents issued: {DOCUMENTS}; ready: {ready}; sealings written: "
          f"{_times(sealed)}")  # fmt: skip
    print(f"mails to send: {MAILS}; deliveries: {states}; mails that arrived: "
          f"{_times(mailbox.got)}", flush=True)  # fmt: skip


def _times(counts: Counter[str]) -> str:
    found = Counter(counts.values())
    return ", ".join(f"{number} {times} time(s)" for times, number in sorted(found.items()))


def issue(cluster: Cluster) -> None:
    """As a web node does it: rows of work in the transactions that want it."""
    subprocess.run([sys.executable, "-m", "bench.cluster.jobs"], cwd=ROOT,
                   env=cluster.environment, check=True)  # fmt: skip


def _issue() -> None:
    """In a process with the settings of the cluster."""
    from sqlalchemy import select

    from bench.pdf import frozen
    from portal import create_app
    from portal.accounts import service as accounts
    from portal.accounts.models import Account
    from portal.core import db
    from portal.documents import service as documents

    facts = frozen(5)
    with create_app().app_context():
        found = select(Account.id).where(Account.email.is_not(None)).order_by(Account.id).limit(1)
        account = db.session.scalars(found).one()
        for number in range(max(DOCUMENTS, MAILS)):
            if number < DOCUMENTS:
                documents.issue(
                    facts.kind, subject_id=None, account_id=account, title=f"bench {number}",
                    snapshot=facts.snapshot, template=facts.template, actor="bench",
                )  # fmt: skip
            if number < MAILS:
                accounts.notify(account, "password_changed")
            db.session.commit()


def _until_done(cluster: Cluster) -> int:
    """Wait; leases of dead workers are let run out at once, instead of after ten minutes."""
    cut_off = 0
    for _second in range(300):
        time.sleep(1)
        if not cluster.query("SELECT 1 FROM job WHERE due_at <= now() AND attempts < 8 LIMIT 1"):
            return cut_off
        cut_off += _let_run_out(cluster)
    raise SystemExit("jobs are left over")


def _let_run_out(cluster: Cluster) -> int:
    """Rows leased for longer than any job takes belong to the dead."""
    return len(cluster.query(
        "UPDATE job SET leased_until = now() WHERE leased_until > now() "
        "AND leased_until < now() + interval '9 minutes 20 seconds' RETURNING id"
    ))  # fmt: skip


if __name__ == "__main__":
    _issue()
