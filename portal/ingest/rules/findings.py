"""What can be said of a row, each rule under the short name by which people know the fault."""

from typing import NamedTuple

NAMES = {
    "blank_required": "必填项为空",
    "column_count": "列数错",
    "garbled": "乱码(U+FFFD)",
    "quotes": "引号错",
    "control_character": "控制字符",
    "too_long": "超过长度",
    "natural_person": "自然人",
    "category": "主体类别错",
    "category_mismatch": "类别与代码不符",
    "code": "代码错",
    "code_misplaced": "代码列错位或长度不是18",
    "no_credit_code": "没有统一社会信用代码",
    "outer_check": "第18位校验错",
    "inner_check": "主体标识码(第9-17位)校验错",
    "lower_case": "代码含小写",
    "full_width": "代码含全角字符",
    "separators": "代码含空格或连字符",
    "excel": "被电子表格改坏的代码",
    "old_number": "旧代码",
    "personal_identity": "身份号码填在代码列",
    "region": "行政区划",
    "organisation_code": "组织机构代码不一致",
    "date": "日期错",
    "future_date": "日期晚于今天",
    "period": "有效期颠倒",
    "amount": "金额错",
    "amount_in_yuan": "金额单位错(应为万元)",
    "amount_large": "金额偏大",
    "fine_missing": "缺罚款金额",
    "class": "失信类别错",
    "kind": "信息类别错",
    "status": "状态错",
    "personal_data": "含个人信息",
    "scenario": "场景错",
    "fact_unknown": "事实名称不对",
    "fact_value": "事实内容不对",
    "agent_class": "人员类别错",
    "agent_state": "从业状态错",
    "promise_kind": "履约类别错",
    "promise_state": "履行状态错",
    "body_unknown": "单位不在库",
    "agent_unknown": "登记号不在库",
    "unknown_subject": "主体不在库",
    "another_name": "名称与代码不符",
    "contradiction": "同一文件内矛盾",
    "repeated": "同一文件内重复",
}


class Finding(NamedTuple):
    """One remark about one field of a row, in words that say what to do."""

    field: str
    rule: str
    value: str
    message: str
    is_notice: bool = False

    @property
    def name(self) -> str:
        return NAMES[self.rule]
