"""Goal 3 with a replica: a changed, disputed or repaired record shows on the next request."""

import os
import time

from bench.cluster.faults import replay, settle
from bench.cluster.load import request
from bench.cluster.parts import Cluster

ROUNDS = 200


def run(cluster: Cluster) -> None:
    """Half of the rounds with a replica that keeps up, half with one that is held back."""
    settle(cluster)
    os.environ.update(cluster.environment)
    from bench.truth import writes
    from portal import create_app
    from portal.core import db

    with create_app().app_context():
        for name, is_held_back in (("keeps up", False), ("is held back", True)):
            before = cluster.replica_counts()
            if is_held_back:
                replay(cluster, "pause")
            stale = 0
            for number, (path, word, is_shown) in enumerate(writes(ROUNDS, ROUNDS * is_held_back)):
                for _reader in range(2):
                    answer = request(cluster.front, f"{path}?n={name[0]}{number}{time.time_ns()}")
                    assert answer.status == "200", answer
                    stale += (word in answer.text) is not is_shown
            if is_held_back:
                replay(cluster, "resume")
            after = cluster.replica_counts()
            where = {key: after[key] - before.get(key, 0) for key in after}
            print(f"replica {name}: {stale} stale of {2 * ROUNDS} answers after {ROUNDS} writes; "
                  f"asked of the replica: {where}", flush=True)  # fmt: skip
            db.session.rollback()
            settle(cluster)
