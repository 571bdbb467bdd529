"""Results of Credit China's acceptance window, as a file that the credit office hands in."""

import csv
import io

from portal.cases.service import By
from portal.core.actor import Actor
from portal.core.cells import decoded
from portal.core.errors import Refused
from portal.repair.service import outside

NEEDED = {"本站办件编号", "结果"}


def take_results(data: bytes, actor: Actor) -> tuple[int, list[str]]:
    """Carry out the results of a CSV file; returns how many, and a sentence for every bad row.

    Good rows are carried out although others are bad. Raises Refused for no file or wrong columns.
    """
    if not data.strip():
        raise Refused("file_missing", "file")
    rows = csv.DictReader(io.StringIO(decoded(data)))
    if not set(rows.fieldnames or ()) >= NEEDED:
        raise Refused("file_columns", "file")
    given = list(rows)
    problems = outside.import_results(given, by=By(actor.label, "clerk", actor.body or ""))
    return len(given) - len(problems), problems
