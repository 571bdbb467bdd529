"""`python -m bench.attack TOOL…`: the tools in an environment of their own, the portal fresh.

Exit status 1 when a tool found something or the portal failed at anything; what each finding came
to is told in SECURITY.md.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.attack import schemathesis, sqlmap, wapiti
from bench.attack.target import target

# The versions that SECURITY.md speaks of.
TOOLS: dict[str, tuple[str, Callable[..., list[str]]]] = {
    "schemathesis": ("schemathesis==4.32.5", schemathesis.run),
    "wapiti": ("wapiti3==3.2.3", wapiti.run),
    "sqlmap": ("sqlmap==1.10.10", sqlmap.run),
}
UV = Path(sys.executable).with_name("uv")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("tools", nargs="*", choices=[[], *TOOLS], help="which; all unless told")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=int, default=600, help="for each tool and visitor")
    given = parser.parse_args()
    found = 0
    for name in given.tools or TOOLS:
        found += attack(name, given.database, given.seconds)
    raise SystemExit(1 if found else 0)


def attack(name: str, database: str, seconds: int) -> int:
    """Let one tool try; print what it found and at what the portal failed, return how much."""
    package, run = TOOLS[name]
    with tempfile.TemporaryDirectory(prefix="portal-attack-") as told:
        folder = Path(told)
        # PostgreSQL runs as a user of its own and has to reach its files.
        folder.chmod(0o755)
        tools = installed(package, folder)
        with target(database, folder) as portal:
            found = run(portal, tools, folder, seconds)
            failed = portal.failed()
        lines = [*found, *(f"failed: {each}" for each in sorted(set(failed)))]
        if failed:
            print(portal.log.read_text(encoding="utf-8")[-20000:])
    for line in lines:
        print(f"{name}: {line}")
    print(f"{name} on {database}: {len(found)} findings, {len(failed)} failures", flush=True)
    return len(lines)


def installed(package: str, folder: Path) -> Path:
    """The programs of a package, in an environment that is thrown away."""
    place = folder / "tools"
    for command in (["venv", "-q", str(place)],
                    ["pip", "install", "-q", "--python", str(place), package]):  # fmt: skip
        subprocess.run([str(UV), *command], check=True)
    return place / "bin"


if __name__ == "__main__":
    main()
