"""An old version serves while the new one migrates the database, then one node after the other."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.cluster.faults import in_words, rolling, settle
from bench.cluster.load import Load
from bench.cluster.parts import Cluster, cluster
from bench.servers import ROOT


def run(commit: str) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-old-") as name:
        folder, old = Path(name), Path(name) / "code"
        old.mkdir()
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True,
                                 stdout=subprocess.PIPE)  # fmt: skip
        subprocess.run(["tar", "-x", "-C", str(old)], input=archive.stdout, check=True)
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", "compile", "-d",
                        "translations"], cwd=old, check=True)  # fmt: skip
        data = folder / "data"
        data.mkdir()
        folder.chmod(0o755)
        with cluster(data, code=old) as made:
            print(f"old version: {commit}, schema {_schema(made)}", flush=True)
            settle(made)
            with Load(made.front) as load:
                time.sleep(3)
                begun = time.monotonic()
                made.flask("migrate")
                taken = time.monotonic() - begun
                time.sleep(3)
            print(f"while migrating to {_schema(made)} in {taken:.1f} s, old code serving: readers "
                  f"{in_words(load.told.read)}, slowest {load.told.slowest:.1f} s; writers "
                  f"{in_words(load.told.write)}", flush=True)  # fmt: skip
            for part in made.parts.values():
                if part.name.startswith(("web node", "worker")):
                    part.cwd = ROOT
            with Load(made.front) as load:
                time.sleep(1)
                rolling(made)
                time.sleep(3)
            print(
                f"then the new version, node by node: readers {in_words(load.told.read)}, "
                f"slowest {load.told.slowest:.1f} s; writers {in_words(load.told.write)}"
            )


def _schema(made: Cluster) -> str:
    return str(made.query("SELECT version_num FROM alembic_version")[0][0])
