"""`python -m bench.cluster [faults|…]`: starts everything and prints tables of what was seen."""

import argparse
import tempfile
from pathlib import Path

from bench.cluster import faults
from bench.cluster.parts import cluster


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("what", nargs="*", default=["faults"])
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="portal-cluster-"))
    print(folder, flush=True)
    with cluster(folder) as made:
        if "faults" in given.what:
            faults.run(made, given.only)


if __name__ == "__main__":
    main()
