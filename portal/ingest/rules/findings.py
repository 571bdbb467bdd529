"""What can be said of a row, each rule under the short name by which people know the fault."""

from typing import NamedTuple

from portal.core.text import N_

NAMES = {
    "blank_required": N_("必填项为空"),
    "column_count": N_("列数错"),
    "garbled": N_("乱码(U+FFFD)"),
    "quotes": N_("引号错"),
    "control_character": N_("控制字符"),
    "too_long": N_("超过长度"),
    "natural_person": N_("自然人"),
    "category": N_("主体类别错"),
    "category_mismatch": N_("类别与代码不符"),
    "code": N_("代码错"),
    "code_misplaced": N_("代码列错位或长度不是18"),
    "no_credit_code": N_("没有统一社会信用代码"),
    "outer_check": N_("第18位校验错"),
    "inner_check": N_("主体标识码(第9-17位)校验错"),
    "lower_case": N_("代码含小写"),
    "full_width": N_("代码含全角字符"),
    "separators": N_("代码含空格或连字符"),
    "excel": N_("被电子表格改坏的代码"),
    "old_number": N_("旧代码"),
    "personal_identity": N_("身份号码填在代码列"),
    "region": N_("行政区划"),
    "organisation_code": N_("组织机构代码不一致"),
    "date": N_("日期错"),
    "future_date": N_("日期晚于今天"),
    "period": N_("有效期颠倒"),
    "amount": N_("金额错"),
    "amount_in_yuan": N_("金额单位错(应为万元)"),
    "amount_large": N_("金额偏大"),
    "fine_missing": N_("缺罚款金额"),
    "class": N_("失信类别错"),
    "kind": N_("信息类别错"),
    "status": N_("状态错"),
    "personal_data": N_("含个人信息"),
    "scenario": N_("场景错"),
    "fact_unknown": N_("事实名称不对"),
    "fact_value": N_("事实内容不对"),
    "agent_class": N_("人员类别错"),
    "agent_state": N_("从业状态错"),
    "promise_kind": N_("履约类别错"),
    "promise_state": N_("履行状态错"),
    "body_unknown": N_("单位不在库"),
    "agent_unknown": N_("登记号不在库"),
    "unknown_subject": N_("主体不在库"),
    "another_name": N_("名称与代码不符"),
    "contradiction": N_("同一文件内矛盾"),
    "repeated": N_("同一文件内重复"),
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
