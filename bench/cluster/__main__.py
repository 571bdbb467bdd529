"""`python -m bench.cluster faults jobs truth`: starts everything, prints what was seen.

`upgrade --from COMMIT` lets that version serve while this one migrates.
"""

import argparse
import tempfile
from pathlib import Path

from bench.cluster import faults, graders, jobs, truth, upgrade
from bench.cluster.parts import cluster, may_take

PARTS = ("faults", "jobs", "truth", "graders", "upgrade")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--only", default="", help="faults or graders whose name contains this")
    parser.add_argument("--from", dest="commit", default="", help="the version before")
    given = parser.parse_args()
    what = given.what or ["faults", "jobs", "truth"]
    if "upgrade" in what:
        upgrade.run(given.commit)
    if set(what) - {"upgrade"}:
        folder = Path(tempfile.mkdtemp(prefix="portal-cluster-"))
        print(f"logs and data: {folder}", flush=True)
        mailbox = jobs.Mailbox()
        ports = (443, 80) if what == ["graders"] and may_take(443, 80) else None
        with cluster(folder, ports=ports, SMTP_URL=f"smtp://127.0.0.1:{mailbox.port}") as made:
            if "graders" in what:
                graders.run(made, given.only)
            if "truth" in what:
                truth.run(made)
            if "jobs" in what:
                jobs.run(made, mailbox)
            if "faults" in what:
                faults.run(made, given.only)


if __name__ == "__main__":
    main()
