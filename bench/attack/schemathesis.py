"""schemathesis: every answer of /api/v1 fits its schema, whatever is asked."""

import subprocess
from pathlib import Path

from bench.attack.target import Target

# Without names of things that are there, nearly every answer would be 404.
NAMED = """
[parameters]
"path.code" = "{code}"
"path.slug" = "{slug}"
"""
THERE = (("92340499MADEM0011M", "beef-soup"), ("91340499MADEM0046B", "export"))
# A day can be right in form and yet not one that is answered, as 30 February.
DAYS = """
[[operations]]
include-operation-id = ["record_page", "changes"]
checks.positive_data_acceptance.enabled = false
"""
EXAMPLES = "200"


def run(portal: Target, tools: Path, folder: Path, seconds: int) -> list[str]:
    """With names that are there, and with any; the lines that tell of failures."""
    found = []
    named = [NAMED.format(code=code, slug=slug) for code, slug in THERE]
    for settings in (*named, ""):
        (folder / "schemathesis.toml").write_text(settings + DAYS, encoding="utf-8")
        command = [
            str(tools / "schemathesis"), "run", f"{portal.url}/api/v1/openapi.json",
            "--seed", "1", "--generation-database", "none",
            "--max-examples", EXAMPLES, "--continue-on-failure",
            "--max-time", str(seconds // 3),
        ]  # fmt: skip
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        print(ran.stdout[-12000:], ran.stderr[-2000:], flush=True)
        found += [line.strip() for line in ran.stdout.splitlines() if line.startswith("- ")]
        if "generated" not in ran.stdout:
            found.append("schemathesis did not run")
    return found
