"""The subjects that are in every city, under codes that never change: one for every state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from portal.core.calendar import add_months
from portal.demo.rules import agents
from portal.demo.rules.facts import facts
from portal.demo.rules.identity import credit_code
from portal.demo.rules.records import EVERYDAY, Registry, with_numbers_of_a_person
from portal.demo.rules.setting import (
    KINDS,
    SOURCE,
    Dice,
    Door,
    Facts,
    Life,
    Setting,
    Town,
    Trade,
)  # fmt: skip

FULL = 300


@dataclass(frozen=True)
class Shown:
    """A subject to show: who it is, what can be seen on it, and what it has on record.

    `stages` are those of adverse records; `town` its place among the towns; `door` a state;
    `quality` that of the facts reported in its scenario.
    """

    key: str
    number: int
    kind: str
    name: str
    shows: str
    scenario: str
    owner: str = "陈砚秋"
    town: int = 6
    status: str = "active"
    former: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    door: str = ""
    extra: str = field(default="everyday", repr=False)
    quality: str = "fine"
    reply: str = field(default="", repr=False)
    reply_state: str = "shown"

    @property
    def code(self) -> str:
        return credit_code(self.kind, f"MADEM{self.number:03}")

    @property
    def path(self) -> str:
        return f"/subjects/{self.code}"

    @property
    def door_id(self) -> str:
        return f"DEM{self.number:07}" if self.door else ""

    @property
    def door_path(self) -> str:
        return f"/q/{self.door_id}" if self.door else ""


_LONG = (
    "淮南市舜耕山麓砚溪云岫新型绿色节能建筑材料研究开发与装配式部品部件生产制造安装一体化"
    "股份有限公司"
)
SHOWCASE = (
    Shown("beef_soup", 1, "92", "田家庵区砚溪牛肉汤馆",
        "牛肉汤店：证照、检查、荣誉、处罚、招牌、有效的门口码", "beef-soup", "张砚溪", 6,
        former=("田家庵区砚溪早餐店",), signs=("张记牛肉汤(田东店)", "老淮河张记牛肉汤"),
        stages=("general_repairable", "minor_hidden"), door="valid", extra="all",
        quality="best"),
    Shown("agency", 2, "91", "淮南霁川和房产经纪有限公司", "房产中介：备案、检查、有效的门口码",
        "property-agency", "李霁川", 12, signs=("霁川和找房(洞山店)",),
        stages=("general_not_yet",), door="valid",
        quality="best"),
    Shown("training", 3, "52", "田家庵区棠溪艺术培训中心",
        "培训机构：办学许可、年度检查、有效的门口码", "training", "周棠溪", 10,
        signs=("棠溪美育",), door="valid",
        quality="best"),
    Shown("many_records", 4, "91", "淮南岫川盛建设工程有限公司", "300条记录，十三类都有",
        "construction", "吴岫川", 20, extra="full",
        quality="mixed"),
    Shown("no_records", 5, "92", "大通区珩歌水果店", "没有记录", "", "孙珩", 0, extra="none"),
    Shown("revoked", 6, "91", "淮南市笙庭商贸有限公司", "吊销", "e-commerce", "赵笙庭", 21,
        status="revoked", stages=("serious_not_yet",)),
    Shown("cancelled", 7, "92", "八公山区荻浦豆腐坊", "注销", "food-safety", "钱荻秋", 32,
        status="cancelled"),
    Shown("moved_out", 8, "91", "淮南沅舟国际贸易有限公司", "迁出", "export", "郑沅芷", 14,
        status="moved_out"),
    Shown("disputed", 9, "91", "淮南市潇渡物业服务有限公司", "记录有异议，正在核实",
        "property-management", "冯潇渡", 24, stages=("general_disputed", "serious_disputed")),
    Shown("long_name", 10, "91", _LONG, "40字以上的长名称", "construction", "韩云岫", 48,
        quality="weak"),
    Shown("rare_characters", 11, "91", "寿县𠅤䶮㛃文化旅游有限公司", "生僻字", "tourism", "唐㛃",
        70,
        quality="fine"),
    Shown("english_letters", 12, "92", "凤台县Cloud9咖啡No.1店", "名称里有英文字母", "food-safety",
        "曹明岫", 50, signs=("Cloud9 Coffee", "云九咖啡")),
    Shown("several_names", 13, "91", "淮南翊原达旅行社有限公司", "两个曾用名，三个招牌", "tourism",
        "彭翊然", 60, former=("淮南翊原旅行社有限公司", "寿县翊原旅游服务有限公司"),
        signs=("翊原旅行", "翊原研学", "翊原达假期(寿春店)"),
        quality="best"),
    Shown("named_after_person", 14, "92", "寿县蒋筠庭家农家菜馆", "以人名作店名", "food-safety",
        "蒋筠庭", 71),
    Shown("masked_text", 15, "91", "淮南漪泉劳务有限公司", "自由文本里的号码已隐去", "labour",
        "余漪宁", 18, stages=("general_not_yet",), extra="masked"),
    Shown("minor_penalty", 16, "92", "潘集区芷汀小吃店",
        "轻微处罚：一条不公示，一条经主管部门决定公示", "food-safety", "苏芷汀", 40,
        stages=("minor_hidden", "minor_published")),
    Shown("general_stages", 17, "91", "淮南市昀帆食品有限公司", "一般处罚的各个阶段",
        "food-safety", "潘昀晖", 2, stages=("general_not_yet", "general_repairable",
        "general_last_day", "general_ended_yesterday", "general_repaired", "general_withdrawn")),
    Shown("serious_stages", 18, "91", "淮南栩岭化工有限公司", "严重处罚的各个阶段", "work-safety",
        "杜栩安", 37, stages=("serious_not_yet", "serious_repairable", "serious_last_day",
        "serious_ended_yesterday", "serious_repaired", "serious_withdrawn"), extra="listed"),
    Shown("government", 19, "12", "潘集区蔚原农业技术推广站", "事业单位", "", "叶蔚然", 44,
        extra="none"),
    Shown("cooperative", 20, "93", "寿县穗谷丰水稻种植专业合作社", "农民专业合作社", "", "魏穗丰",
        75),
    Shown("door_expired", 21, "92", "谢家集区淞亭牛肉汤店", "门口码：已过期", "beef-soup",
        "吕淞云", 22, signs=("吕氏清晨牛肉汤",), door="expired",
        quality="weak", reply="上次检查提到的排水沟已经重做，等待复查。店里每天早上五点开始熬汤，"
        "欢迎到后厨看；投诉过的顾客我们都已联系，退款和道歉都做了。"),
    Shown("door_replaced", 22, "92", "八公山区瑾桥老汤馆", "门口码：已更换", "beef-soup", "沈瑾瑜",
        31, signs=("沈家老汤馆",), door="replaced",
        quality="none"),
    Shown("door_revoked", 23, "92", "凤台县琅园牛肉汤店", "门口码：已停用", "beef-soup", "姚琅轩",
        52, door="revoked",
        quality="late"),
    Shown("agency_unfiled", 24, "91", "淮南汀洲和房产信息咨询有限公司", "房产中介：没有查到备案",
        "property-agency", "程汀舟", 13, quality="unfiled",
        reply="备案材料已经递交，等待受理。", reply_state="waiting"),
    Shown("training_late", 25, "52", "寿县芸窗科技培训学校", "培训机构：办学许可证已到期",
        "training", "方芸", 72, quality="late",
        reply="不服", reply_state="refused"),
    Shown("training_arts", 26, "52", "凤台县澄怀书画培训中心", "培训机构：有逾期退费",
        "training", "梁澄怀", 54, quality="mixed"),
    Shown("soup_disputed", 27, "92", "潘集区澧泉牛肉汤店", "牛肉汤店：处罚有异议，等级带“议”",
        "beef-soup", "霍澧泉", 41, stages=("general_disputed",), door="valid",
        reply="这次处罚我们已经提出异议，正在核实。"),
)  # fmt: skip

CODES = {shown.key: shown.code for shown in SHOWCASE}


def lives(setting: Setting, registry: Registry, reports: Dice) -> Iterator[Life]:
    for shown in SHOWCASE:
        trade = _trade(setting, shown)
        subject = _subject(setting, shown, trade)
        records = list(_records(registry, shown, trade))
        found = _facts(setting, shown, subject, reports)
        yield Life(subject, records, _door(shown), found, _agents(setting, shown, subject, reports))


def _agents(setting: Setting, shown: Shown, subject: Facts, dice: Dice) -> list[Facts]:
    """The agency that is shown has agents in every state; one came from the unfiled one."""
    if shown.key != "agency":
        return []
    earlier = next(other.code for other in SHOWCASE if other.key == "agency_unfiled")
    return list(agents.of_shown(setting, dice, subject, earlier))


def _facts(setting: Setting, shown: Shown, subject: Facts, reports: Dice) -> list[Facts]:
    if shown.scenario not in setting.scenarios:
        return []
    return list(facts(setting, reports, subject, shown.quality, earlier_years=2))


def _trade(setting: Setting, shown: Shown) -> Trade:
    same = [trade for trade in setting.trades if trade.scenario == shown.scenario]
    return next((trade for trade in same if shown.kind in trade.kinds), same[0])


def _subject(setting: Setting, shown: Shown, trade: Trade) -> Facts:
    town: Town = setting.towns[shown.town % len(setting.towns)]
    return {
        "code": shown.code,
        "name": shown.name,
        "kind": KINDS[shown.kind],
        "status": shown.status,
        "legal_representative": shown.owner,
        "registered_on": add_months(setting.today, -97),
        "ended_on": None if shown.status == "active" else setting.ago(200),
        "capital": "300万元" if shown.kind == "91" else "",
        "scope": trade.scope,
        "address": f"{town.county}{town.name}砚溪路{shown.number * 7}号",
        "area_code": town.code,
        "industry": shown.scenario,
        "authority": setting.bodies["market-regulation"],
        "source_unit": SOURCE,
        "former_names": shown.former,
        "signs": shown.signs,
    }


def _door(shown: Shown) -> Door | None:
    if not shown.door:
        return None
    return Door(shown.door, shown.door_id, f"DEM{shown.number + 900:07}")


def _records(registry: Registry, shown: Shown, trade: Trade) -> Iterator[Facts]:
    yield from _EXTRA[shown.extra](registry, shown.code, trade)
    for stage in shown.stages:
        facts = registry.penalty(shown.code, trade, stage)
        yield with_numbers_of_a_person(facts) if shown.extra == "masked" else facts


def _everyday(registry: Registry, code: str, trade: Trade) -> Iterator[Facts]:
    yield registry.licence(code, trade, 420)
    yield registry.inspection(code, trade, 60)
    yield registry.inspection(code, trade, 390)


def _all(registry: Registry, code: str, trade: Trade) -> Iterator[Facts]:
    yield from _everyday(registry, code, trade)
    for place, (kind, _share, titles, body) in enumerate(EVERYDAY):
        if kind in {"honour", "reward", "contract", "qualification", "confirmation"}:
            decided_on = registry.setting.ago(90 * (place + 1))
            yield registry.record(code, kind, titles[0], decided_on, body or trade.body)


def _full(registry: Registry, code: str, trade: Trade) -> Iterator[Facts]:
    """Records of all kinds, all of them public today."""
    setting = registry.setting
    for kind, _share, titles, body in EVERYDAY:
        yield registry.record(code, kind, titles[0], setting.ago(700), body or trade.body)
    adverse = ["general_not_yet", "general_repairable", "serious_repairable"]
    for stage in adverse:
        yield registry.penalty(code, trade, stage)
    yield registry.listing(code, trade, 200)
    for place in range(len(EVERYDAY) + len(adverse) + 1, FULL):
        made = registry.licence if place % 2 else registry.inspection
        yield made(code, trade, 20 + place * 8)


def _listed(registry: Registry, code: str, trade: Trade) -> Iterator[Facts]:
    yield from _everyday(registry, code, trade)
    yield registry.listing(code, trade, 400)


def _none(_registry: Registry, _code: str, _trade: Trade) -> Iterator[Facts]:
    return iter(())


_EXTRA: dict[str, Callable[[Registry, str, Trade], Iterator[Facts]]] = {
    "everyday": _everyday, "masked": _everyday, "all": _all, "full": _full, "listed": _listed,
    "none": _none,
}  # fmt: skip
