"""One row against its form: every fault it has, or its values in the order of the form."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import gt, itemgetter
from typing import Any, NamedTuple

from portal.core.masking import mask_identity, mask_person, mask_text
from portal.ingest.rules.checks import CHECKS
from portal.ingest.rules.findings import Finding
from portal.ingest.rules.forms import Field, Layout
from portal.ingest.rules.values import Read, Remembered

LONGEST_VALUE = 300
NO_LIMIT = 1 << 30
REPLACEMENT, NUL = "\ufffd", "\0"
SHIFTED = {"code_misplaced"}

Values = list[Any]
Readers = Mapping[str, Remembered[Read]]


class Row(NamedTuple):
    """What was read of a row. `values` is None where it cannot be taken."""

    values: Values | None
    findings: Sequence[Finding] = ()


class RowReader:
    """Reads the rows of one file; everything that depends on the header is prepared once."""

    def __init__(
        self,
        layout: Layout,
        readers: Readers,
        *,
        blanks: Sequence[str],
        today: date,
        is_suspicious: bool,
    ) -> None:
        fields = layout.form.fields
        self.layout = layout
        self.fields = fields
        self.width = len(layout.header)
        self.today = today
        self.is_suspicious = is_suspicious
        self.blanks = frozenset(blanks)
        # A field without a column is read from an empty cell behind the last one.
        self.pick = itemgetter(*(self.width if c is None else c for c in layout.columns))
        self.limits = [each.length or NO_LIMIT for each in fields]
        self.readers = [
            (place, readers[each.type])
            for place, each in enumerate(fields)
            if each.type in readers
        ]
        self.category = layout.form.place("category")
        self.code = _place(layout, "subject_code")
        self.identity = layout.form.place("identity")
        self.categories = readers["category"]
        self.required = {key: self._required(key) for key in ("legal", "individual")}
        self.checks: list[Callable[..., Any]] = [
            prepared for make in CHECKS if (prepared := make(layout.form, today))
        ]

    def read(self, cells: Sequence[str]) -> Row:
        findings: list[Finding] = []
        if len(cells) != self.width:
            cells = self._fitted(cells, findings)
        if self.is_suspicious:
            self._characters(cells, findings)
        values = list(map(str.strip, self.pick((*cells, ""))))
        if not self.blanks.isdisjoint(values):
            values = ["" if value in self.blanks else value for value in values]
        category = self._category(values)
        if category == "natural":
            return Row(None, [self._natural_person()])
        if findings and self._is_shifted(values, findings):
            return Row(None, findings)
        self._empty_and_long(values, category, findings)
        self._meanings(values, findings)
        for check in self.checks:
            check(values, self._report, findings)
        is_good = not findings or all(found.is_notice for found in findings)
        return Row(values if is_good else None, findings)

    def finding(
        self, place: int, rule: str, value: str, message: str, *, is_notice: bool = False
    ) -> Finding:
        """A finding about a field of the form, its value masked."""
        each = self.fields[place]
        return Finding(each.label, rule, shown(each, value), message, is_notice)

    def _report(
        self, findings: list[Finding], to: str, rule: str, message: str, **options: Any
    ) -> None:
        place = _place(self.layout, to)
        value = str(options.pop("value", ""))
        findings.append(self.finding(place, rule, value, message, **options))

    def _required(self, category: str) -> tuple[tuple[int, ...], Callable[[Values], Any]]:
        places = tuple(
            place
            for place, each in enumerate(self.fields)
            if category in each.required and self.layout.columns[place] is not None
        )
        # The first twice: of a single place it would give no tuple.
        return places, itemgetter(places[0], *places)

    def _fitted(self, cells: Sequence[str], findings: list[Finding]) -> Sequence[str]:
        """Cells behind the last column do no harm while they are empty."""
        if len(cells) > self.width and not any(cell.strip() for cell in cells[self.width :]):
            return cells[: self.width]
        message = f"本行有{len(cells)}列，表头有{self.width}列；请检查引号、逗号和换行后重新导出。"
        findings.append(Finding("", "column_count", str(len(cells)), message))
        return [*cells[: self.width], *[""] * (self.width - len(cells))]

    def _characters(self, cells: Sequence[str], findings: list[Finding]) -> None:
        for rule, character, message in (
            (
                "garbled",
                REPLACEMENT,
                "内容在导出前已经成为乱码，无法恢复；请从源系统以正确的编码重新导出。",
            ),
            ("control_character", NUL, "单元格中含有空字符（NUL），请删除后重新导出。"),
        ):
            where = [column for column, cell in enumerate(cells) if character in cell]
            if where:
                value = mask_text(cells[where[0]].replace(NUL, "␀"))[:LONGEST_VALUE]
                header = "、".join(self.layout.header[column] for column in where)
                findings.append(Finding(header, rule, value, message))

    def _category(self, values: Values) -> str:
        cell = "" if self.category is None else values[self.category]
        if cell:
            return self.categories[cell].value or "legal"
        if self.identity is not None and values[self.identity] and not values[self.code]:
            return "natural"
        return "legal"

    def _natural_person(self) -> Finding:
        message = "自然人的记录不公示，本门户不收；请从文件中删去。"
        label = "" if self.category is None else self.fields[self.category].label
        return Finding(label, "natural_person", "自然人", message)

    def _is_shifted(self, values: Values, findings: list[Finding]) -> bool:
        """In a shifted row the other cells mean nothing, and nothing is said of them."""
        codes = dict(self.readers)[self.code][values[self.code]]
        misplaced = [remark for remark in codes.remarks if remark.rule in SHIFTED]
        for remark in misplaced[:1]:
            cell = values[self.code]
            findings.append(self.finding(self.code, remark.rule, cell, remark.message))
        return bool(misplaced) or any(found.rule == "column_count" for found in findings)

    def _empty_and_long(self, values: Values, category: str, findings: list[Finding]) -> None:
        places, required = self.required[category]
        if "" in required(values):
            for place in places:
                if not values[place]:
                    message = f"请填写{self.fields[place].label}。"
                    findings.append(self.finding(place, "blank_required", "", message))
        if not values[self.code]:
            message = "请填写18位统一社会信用代码；本门户只按它识别主体，旧的注册号不能代替。"
            findings.append(self.finding(self.code, "no_credit_code", "", message))
        if True in map(gt, map(len, values), self.limits):
            for place, value in enumerate(values):
                if len(value) > self.limits[place]:
                    message = f"最多{self.limits[place]}个字符，现有{len(value)}个；请缩短。"
                    findings.append(self.finding(place, "too_long", value, message))

    def _meanings(self, values: Values, findings: list[Finding]) -> None:
        for place, reader in self.readers:
            value, remarks = reader[values[place]]
            for rule, message, is_notice in remarks:
                cell = values[place]
                findings.append(self.finding(place, rule, cell, message, is_notice=is_notice))
            values[place] = value


def shown(field: Field, value: str) -> str:
    """A cell as a report may show it."""
    if field.personal == "number":
        return mask_identity(value)[:LONGEST_VALUE]
    if field.personal == "name":
        return mask_person(value)[:LONGEST_VALUE]
    return mask_text(value)[:LONGEST_VALUE]


def _place(layout: Layout, to: str) -> int:
    place = layout.form.place(to)
    assert place is not None, to  # noqa: S101 - every form has these; a test looks at each
    return place
