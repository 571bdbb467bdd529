"""The fields of the open data, written once: for answers, files, schemas and the dictionary."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.core import ids
from portal.core.errors import Refused

LICENCE = "可以自由使用，请注明来源“信用淮南”和数据日期；以页面当天显示的为准。"
LICENCE_EN = (
    "Free to use. Name the source “Credit Huainan” and the date of the data; "
    "the page of the day prevails."
)
FORMS = ("csv", "jsonl")
# Changes further back are answered by the daily files.
MOST_DAYS = 90
CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,18})")


@dataclass(frozen=True)
class Field:
    """One field: its name, what it says in both languages, and its JSON type."""

    name: str
    zh: str
    en: str
    type: str = "string"
    may_be_null: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        told = {"description": f"{self.zh} {self.en}", **SHAPES[self.type]}
        return {**told, "type": [told["type"], "null"]} if self.may_be_null else told


TEXTS = {"type": "array", "items": {"type": "string"}}
PAIR = {**TEXTS, "minItems": 2, "maxItems": 2}
SHAPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "texts": TEXTS,
    "pairs": {"type": "array", "items": PAIR},
}

SUBJECT = (
    Field("code", "统一社会信用代码", "unified social credit code"),
    Field("name", "登记名称", "registered name"),
    Field("signs", "招牌名", "names over the door", "texts"),
    Field("former_names", "曾用名", "former names", "texts"),
    Field("kind", "主体类型", "kind of subject"),
    Field("status", "登记状态", "status of registration"),
    Field("registered_on", "成立日期", "day of registration", "date", may_be_null=True),
    Field("ended_on", "终止日期", "day on which it ended", "date", may_be_null=True),
    Field("area", "地区代码", "code of the area", may_be_null=True),
    Field("address", "住所", "address"),
    Field("scope", "经营范围", "scope of business"),
    Field("source_unit", "来源单位", "unit that reported it"),
    Field("updated_at", "本站更新时间", "when the portal last changed it", "instant"),
)
RECORD = (
    Field("id", "记录编号", "number of the record, the same in every answer", "integer"),
    Field("subject", "主体的统一社会信用代码", "code of the subject"),
    Field("kind", "记录类别", "kind of record"),
    Field("title", "名称", "title"),
    Field("summary", "摘要", "summary"),
    Field("number", "文书号", "number of the document"),
    Field("details", "其他事项", "further facts, label and value", "pairs"),
    Field("decided_on", "决定日期", "day of the decision", "date"),
    Field("valid_from", "有效期自", "valid from", "date", may_be_null=True),
    Field("valid_until", "有效期至", "valid until", "date", may_be_null=True),
    Field("class", "轻重类别", "class by gravity", may_be_null=True),
    Field("public_from", "公示开始", "first day of publication", "date"),
    Field("public_until", "公示截止", "gone at 00:00 of this day", "date", may_be_null=True),
    Field("earliest_repair_on", "最早可申请修复日", "earliest day to ask for repair", "date",
          may_be_null=True),
    Field("disputed", "有异议", "somebody objects to it", "boolean"),
    Field("authority", "作出决定的机关", "authority that decided"),
    Field("source_unit", "来源单位", "unit that reported it"),
    Field("updated_at", "本站更新时间", "when the portal last changed it", "instant"),
)  # fmt: skip
GRADE = (
    Field("subject", "主体的统一社会信用代码", "code of the subject"),
    Field("scenario", "信用场景", "scenario"),
    Field("grade", "等级", "grade; null where the scenario is not graded", may_be_null=True),
    Field("points", "得分", "points", "integer", may_be_null=True),
    Field("disputed", "有异议", "somebody objects to it", "boolean"),
    Field("rule_version", "规则版本", "version of the rule"),
    Field("date", "计算日期", "day on which it was computed", "date"),
    Field("holds_until", "有效至", "last day on which the facts carry it", "date",
          may_be_null=True),
    Field("reply", "主体的说明", "what the subject says to it"),
)  # fmt: skip
# What names a subject in lists and among hits.
NAMED = (
    Field("code", "统一社会信用代码", "unified social credit code"),
    Field("name", "登记名称", "registered name"),
    Field("signs", "招牌名", "names over the door", "texts"),
    Field("kind", "主体类型", "kind of subject"),
    Field("status", "登记状态", "status of registration"),
    Field("area", "地区代码", "code of the area", may_be_null=True),
)
LISTED = (
    *NAMED,
    Field("scenario", "信用场景", "scenario"),
    Field("grade", "等级", "grade; null where the scenario is not graded", may_be_null=True),
    Field("disputed", "有异议", "somebody objects to it", "boolean"),
    Field("licence_state", "证照状态", "state of the licence"),
    Field("titles", "称号", "titles held", "texts"),
    Field("reply", "主体的说明", "what the subject says to its grade"),
)
HIT = (
    *NAMED,
    Field("address", "住所", "address"),
    Field("matched", "与查询相符的名称", "name that matched"),
)
SCENARIO = (
    Field("slug", "场景标识", "identifier"),
    Field("zh", "场景名称", "name in Chinese"),
    Field("en", "英文名称", "name in English"),
    Field("is_rated", "是否评级", "whether it is graded", "boolean"),
    Field("rule_version", "规则版本", "version of the rule"),
    Field("rule", "规则地址", "address of the rule"),
    Field("listed", "名录家数", "how many are listed today", "integer"),
)
COMMITMENT = (
    Field("number", "承诺编号", "number"),
    Field("subject", "主体的统一社会信用代码，个人没有", "code of the subject; none for a person",
          may_be_null=True),
    Field("name", "承诺人，个人的姓名已遮盖", "who promised; names of persons are masked"),
    Field("kind", "承诺类型", "kind of commitment"),
    Field("title", "承诺书名称", "title of the text"),
    Field("matter", "承诺事由", "what it is about"),
    Field("text", "承诺文本标识", "identifier of the text"),
    Field("version", "文本版本", "version of the text", "integer"),
    Field("body", "受理单位标识", "body that it was given to"),
    Field("signed_on", "作出日期", "day of signing", "date"),
    Field("valid_until", "有效期至", "last day; none when it ends once kept", "date",
          may_be_null=True),
    Field("state", "履行状态", "how it stands today"),
    Field("state_on", "状态日期，没有变化时为空", "day of that state, if it was changed", "date",
          may_be_null=True),
    Field("clauses", "承诺内容", "what was promised", "texts"),
    Field("duties", "约定日期前要做的事和日期", "what is to be done, and by which day", "pairs"),
    Field("consequences", "没有做到的后果", "what follows when it is not kept", "texts"),
    Field("decision", "认定违诺或部分履行的理由", "why it was found broken or kept in part"),
    Field("disputed", "有异议", "somebody objects to it", "boolean"),
    Field("sha256", "签署文本的SHA-256", "SHA-256 of what was signed"),
)  # fmt: skip
PROMISE = (
    Field("id", "编号", "number", "integer"),
    Field("body", "单位标识", "body that promised"),
    Field("area", "乡镇街道代码", "code of the town", may_be_null=True),
    Field("kind", "类别", "kind of promise"),
    Field("number", "合同或文件编号", "number of the contract or document"),
    Field("title", "名称", "title"),
    Field("counterpart", "对方企业", "enterprise it was given to"),
    Field("amount", "金额，元", "amount in yuan, with two decimals", may_be_null=True),
    Field("signed_on", "签订或认定日期", "day of signing, or of the finding", "date"),
    Field("due_on", "应当履行的日期", "last day to keep it", "date", may_be_null=True),
    Field("state", "履行状态", "how it stands today"),
    Field("settled_on", "履行完的日期", "day on which it was settled", "date", may_be_null=True),
    Field("note", "说明", "note"),
    Field("source_unit", "报送单位", "unit that reported it"),
    Field("disputed", "有异议", "somebody objects to it", "boolean"),
)
STANDING = (
    Field("body", "单位标识", "body"),
    Field("performing", "正在履行", "being kept", "integer"),
    Field("kept", "已经履行", "kept", "integer"),
    Field("late", "到期没有履行完", "late", "integer"),
    Field("broken", "认定失信", "found broken", "integer"),
    Field("cleared", "认定后已经履行", "put right after the finding", "integer"),
)
AREA = (
    Field("code", "地区代码", "code"),
    Field("name", "名称", "name"),
    Field("english", "英文名称", "name in English"),
    Field("level", "层级", "level"),
    Field("kind", "类型", "kind"),
    Field("parent", "上级地区代码", "code of the area above", may_be_null=True),
)
BODY = (
    Field("slug", "机构标识", "identifier"),
    Field("name", "名称", "name"),
    Field("parent", "上级机构标识", "identifier of the body above", may_be_null=True),
)
TERM = (
    Field("key", "期限标识", "identifier"),
    Field("zh", "期限", "time limit, in Chinese"),
    Field("en", "英文", "time limit, in English"),
    Field("length", "长度", "length", "integer"),
    Field("unit", "单位", "unit"),
    Field("basis", "依据", "legal basis"),
    Field("verified", "已核实", "whether the basis was verified", "boolean"),
)
CHANGE = (
    Field("id", "记录编号", "number of the record", "integer"),
    Field("op", "put为公示中，gone为不再公示", "put: public; gone: take it out of your copy"),
    Field("day", "日期", "day of the change", "date"),
    Field("subject", "主体代码，只在公示中时有", "code of the subject, while public only"),
    Field("record", "记录地址，只在公示中时有", "address of the records, while public only"),
)
FILE = (
    Field("name", "文件名", "name of the file"),
    Field("url", "下载地址", "address"),
    Field("dataset", "数据集", "dataset"),
    Field("form", "格式", "form: csv or jsonl"),
    Field("day", "数据日期", "day of the data", "date"),
    Field("rows", "行数", "rows", "integer"),
    Field("size", "字节数", "bytes", "integer"),
    Field("sha256", "SHA-256校验值", "SHA-256 of the file"),
)
# What stands in an answer only while a record is public.
OPTIONAL = frozenset({"subject", "record"})

TYPES: dict[str, tuple[Field, ...]] = {
    "subject": SUBJECT, "record": RECORD, "grade": GRADE, "listed": LISTED, "hit": HIT,
    "commitment": COMMITMENT, "promise": PROMISE, "standing": STANDING,
    "scenario": SCENARIO, "area": AREA, "body": BODY, "term": TERM, "change": CHANGE,
    "file": FILE,
}  # fmt: skip
DATASETS = {"subjects": SUBJECT, "records": RECORD, "grades": LISTED,
            "commitments": COMMITMENT, "promises": PROMISE}  # fmt: skip


def schema(name: str) -> dict[str, Any]:
    """JSON Schema of one thing of this type."""
    fields = TYPES[name]
    optional = OPTIONAL if name == "change" else frozenset[str]()
    return {
        "type": "object",
        "properties": {field.name: field.schema for field in fields},
        "required": [field.name for field in fields if field.name not in optional],
        "additionalProperties": False,
    }


def cursor(decided_on: date, record_id: int) -> str:
    """The place after one record; it holds even when that record is gone."""
    return f"{decided_on.isoformat()}.{record_id}"


def place(text: str) -> tuple[date, int] | None:
    """The place that a cursor names; None for no cursor.

    Raises Refused for one that this portal never gave out.
    """
    if not text:
        return None
    found = CURSOR.fullmatch(text)
    if not found:
        raise Refused("cursor_unknown", "after")
    return parse_day(found[1], "after"), int(found[2])


def key(text: str) -> int | None:
    """The place in a list that goes by numbers; None for the beginning. Raises Refused."""
    if not text:
        return None
    found = ids.key_of(text)
    if found is None:
        raise Refused("cursor_unknown", "after")
    return found


def parse_day(text: str, field: str) -> date:
    """A day written as 2026-11-20; raises Refused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("day_unknown", field) from None


def since(text: str, today: date) -> date:
    """From which day changes are asked for: a week back unless told; raises Refused."""
    if not text:
        return today - timedelta(days=7)
    day = parse_day(text, "since")
    if day > today:
        raise Refused("day_in_future", "since")
    if day < today - timedelta(days=MOST_DAYS):
        raise Refused("day_too_far_back", "since")
    return day


def gone_on(
    public_from: date | None, public_until: date | None, updated_on: date, today: date
) -> date:
    """The day from which a record that is not public today is known to be gone."""
    has_ended = public_until is not None and public_until <= today
    is_known = public_from is not None and public_from <= today
    return max(public_until, updated_on) if has_ended and is_known and public_until else updated_on


def cell(value: Any) -> str:
    """A value as one cell of a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return "；".join("：".join(each) if isinstance(each, list) else each for each in value)
    return str(value)
