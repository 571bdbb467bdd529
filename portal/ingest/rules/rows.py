"""The rows of one file against its form: every fault they have, or their values in its order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from portal.core.masking import mask_identity, mask_person, mask_text
from portal.core.text import N_
from portal.ingest.rules import advice
from portal.ingest.rules.checks import checks
from portal.ingest.rules.findings import Finding
from portal.ingest.rules.forms import Field, Layout
from portal.ingest.rules.values import Reader

LONGEST_VALUE = 300
NO_LIMIT = 1 << 30
REPLACEMENT, NUL = "\ufffd", "\0"
CHARACTERS = (
    (
        "garbled",
        REPLACEMENT,
        N_("内容在导出前已经成为乱码，无法恢复；请从源系统以正确的编码重新导出。"),
    ),
    ("control_character", NUL, N_("单元格中含有空字符（NUL），请删除后重新导出。")),
)
ORGANISATIONS = ("legal", "individual")

Values = Sequence[Any]
Cells = Sequence[str]


class Row(NamedTuple):
    """What was read of a row. `values` is None where it cannot be taken."""

    values: Values | None
    findings: Sequence[Finding] = ()


class RowReader:
    """Reads the rows of one file; everything that depends on the header is prepared once."""

    def __init__(
        self,
        layout: Layout,
        readers: Mapping[str, Reader],
        *,
        blanks: Sequence[str],
        today: date,
        is_suspicious: bool,
    ) -> None:
        fields = layout.form.fields
        self.layout = layout
        self.fields = fields
        self.width = len(layout.header)
        self.is_suspicious = is_suspicious
        self.blanks = frozenset(blanks)
        # A field without a column is read from an empty cell behind the last one.
        self.columns = [self.width if column is None else column for column in layout.columns]
        self.pick = itemgetter(*self.columns)
        self.limits = [each.length or NO_LIMIT for each in fields]
        self.readers = {
            place: readers[each.type] for place, each in enumerate(fields) if each.type in readers
        }
        self.category = layout.form.place("category")
        self.code = _code_place(layout)
        self.identity = layout.form.place("identity")
        self.required = {key: self._required(key) for key in ORGANISATIONS}
        self.checks = checks(layout.form, today)

    def read(self, cells: Cells) -> Row:
        """One row, with everything that is to be said of it."""
        findings = list(self._cells_findings(cells))
        # In a row of another width everything from some cell on stands in the wrong column.
        fitted = [*cells[: self.width], *[""] * (self.width - len(cells)), ""]
        values = [self._filled(cell.strip()) for cell in self.pick(fitted)]
        category = self._category(values)
        if category == "natural":
            return Row(None, [self._natural_person()])
        if findings and self._is_shifted(values, findings):
            return Row(None, findings)
        findings += self._empty(values, category)
        findings += self._long(values)
        findings += self._meanings(values)
        for check in self.checks:
            for place, remark in check.on_row(values):
                findings.append(self.finding(place, fitted[self.columns[place]], *remark))
        is_good = all(finding.is_notice for finding in findings)
        return Row(values if is_good else None, findings)

    def finding(
        self,
        place: int,
        cell: str,
        rule: str,
        message: str,
        is_notice: bool = False,
    ) -> Finding:
        """A finding about a field of the form, its value masked."""
        each = self.fields[place]
        return Finding(each.label, rule, shown(each, cell), message, is_notice)

    def _filled(self, cell: str) -> str:
        return "" if cell in self.blanks else cell

    def _required(self, category: str) -> tuple[int, ...]:
        return tuple(
            place
            for place, each in enumerate(self.fields)
            if category in each.required and self.layout.columns[place] is not None
        )

    def _cells_findings(self, cells: Cells) -> Iterator[Finding]:
        # Cells behind the last column do no harm while they are empty.
        if len(cells) < self.width or any(cell.strip() for cell in cells[self.width :]):
            message = advice.COLUMNS % {"found": len(cells), "header": self.width}
            yield Finding("", "column_count", str(len(cells)), message)
        for rule, character, message in CHARACTERS if self.is_suspicious else ():
            where = [column for column, cell in enumerate(cells[: self.width]) if character in cell]
            if where:
                value = mask_text(cells[where[0]].replace(NUL, "␀"))[:LONGEST_VALUE]
                header = "、".join(self.layout.header[column] for column in where)
                yield Finding(header, rule, value, message)

    def _category(self, values: Values) -> str:
        cell = "" if self.category is None else values[self.category]
        if cell:
            return self.readers[self.category][cell].value or "legal"  # type: ignore[index]
        if self.identity is not None and values[self.identity] and not values[self.code]:
            return "natural"
        return "legal"

    def _natural_person(self) -> Finding:
        message = N_("自然人的记录不公示，本门户不收；请从文件中删去。")
        label = "" if self.category is None else self.fields[self.category].label
        return Finding(label, "natural_person", "自然人", message)

    def _is_shifted(self, values: Values, findings: list[Finding]) -> bool:
        """In a shifted row the other cells mean nothing, and nothing is said of them."""
        cell = values[self.code]
        remarks = self.readers[self.code][cell].remarks
        misplaced = [remark for remark in remarks if remark.rule == "code_misplaced"]
        findings += [self.finding(self.code, cell, *remark) for remark in misplaced[:1]]
        return bool(misplaced) or any(found.rule == "column_count" for found in findings)

    def _empty(self, values: Values, category: str) -> Iterator[Finding]:
        for place in self.required[category]:
            if not values[place]:
                message = advice.EMPTY % {"field": self.fields[place].label}
                yield self.finding(place, "", "blank_required", message)
        if not values[self.code]:
            message = N_("请填写18位统一社会信用代码；本门户只按它识别主体，旧的注册号不能代替。")
            yield self.finding(self.code, "", "no_credit_code", message)

    def _long(self, values: Values) -> Iterator[Finding]:
        for place, (value, limit) in enumerate(zip(values, self.limits, strict=True)):
            if len(value) > limit:
                message = advice.LONG % {"most": limit, "found": len(value)}
                yield self.finding(place, value, "too_long", message)

    def _meanings(self, values: list[Any]) -> Iterator[Finding]:
        for place, reader in self.readers.items():
            cell = values[place]
            values[place], remarks = reader[cell]
            for remark in remarks:
                yield self.finding(place, cell, *remark)


def shown(field: Field, cell: str) -> str:
    """A cell as a report may show it."""
    if field.personal == "number":
        return mask_identity(cell)[:LONGEST_VALUE]
    if field.personal == "name":
        return mask_person(cell)[:LONGEST_VALUE]
    return mask_text(cell)[:LONGEST_VALUE]


def _code_place(layout: Layout) -> int:
    """Every form has a field for the code of its subject."""
    return next(p for p, each in enumerate(layout.form.fields) if each.to == "subject_code")
