"""The findings of the code check in the words of an import."""

from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Protocol

from portal.ingest.rules.values import Read, Reader, Remark

# Every key of the code check; what is not here is simply a wrong code.
RULES = {
    "garbled": "code_misplaced",
    "not_a_code": "code_misplaced",
    "length": "code_misplaced",
    "outer_check": "outer_check",
    "inner_check": "inner_check",
    "excel_scientific": "excel",
    "excel_rounded": "excel",
    "excel_decimal": "excel",
    "excel_leading_zeros": "excel",
    "organisation_code": "old_number",
    "registration_number": "old_number",
    "tax_number": "old_number",
    "personal_identity": "personal_identity",
    "lower_case": "lower_case",
    "full_width": "full_width",
    "separators": "separators",
    "region_unknown": "region",
    "region_former": "region",
    "region_fictional": "region",
}


class Found(Protocol):
    """One finding of the code check."""

    @property
    def key(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def severity(self) -> str: ...


class Checked(Protocol):
    """The answer of the code check."""

    @property
    def code(self) -> str: ...
    @property
    def findings(self) -> Iterable[Found]: ...


def code_reader(
    check: Callable[[str], Checked],
    is_plainly_valid: Callable[[str], bool] = lambda _cell: False,
    are_plainly_valid: Callable[[Sequence[str]], Iterable[bool]] = lambda _cells: (),
) -> Reader:
    """Reads a code into its normal form with everything that is to be said of it.

    Of one that is plainly valid nothing is said; of many that is asked together.
    """

    def read(cell: str) -> Read:
        if not cell or is_plainly_valid(cell):
            return Read(cell)
        checked = check(cell)
        return Read(checked.code, tuple(map(_remark, checked.findings)))

    def valid(cells: Sequence[str]) -> dict[str, Read]:
        return {cell: Read(cell) for cell in compress(cells, are_plainly_valid(cells))}

    return Reader(read, valid)


def _remark(found: Found) -> Remark:
    return Remark(RULES.get(found.key, "code"), found.text, found.severity == "notice")
