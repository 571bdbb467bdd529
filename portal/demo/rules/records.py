"""Records of fictional subjects: everyday ones, and adverse ones at every stage of publication."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from portal.core.calendar import add_months
from portal.demo.rules.setting import SOURCE, Dice, Facts, Setting, Trade

WORDS = {
    "licence": "许", "penalty": "罚", "reward": "奖", "coercion": "强", "confirmation": "确",
    "adjudication": "裁", "inspection": "检", "qualification": "资", "abnormal": "异",
    "serious": "严", "court": "执", "contract": "约", "honour": "誉",
}  # fmt: skip

# Kind, how many of a hundred subjects have one, titles, body (empty: the one that watches).
EVERYDAY = (
    ("honour", 3, ("诚信经营示范单位", "守合同重信用单位", "文明诚信经营户"), "development-reform"),
    ("reward", 2, ("质量提升先进集体", "纳税先进单位", "消费维权先进单位"), "market-regulation"),
    (
        "confirmation",
        2,
        ("工伤认定决定", "劳动合同备案确认"),
        "human-resources",
    ),
    ("qualification", 3, ("行业资质等级证书", "高新技术企业资格", "服务质量等级证书"), ""),
    ("contract", 3, ("政府采购合同按期履约", "政府投资项目合同履约完成"), "public-resources"),
    ("abnormal", 3, ("未按规定期限公示年度报告", "通过登记的住所无法联系"), "market-regulation"),
    ("court", 1, ("未履行生效法律文书确定的义务",), "court"),
    ("coercion", 1, ("查封、扣押物品决定", "加处罚款决定"), ""),
    ("adjudication", 1, ("资源权属争议裁决", "民间纠纷裁决"), "natural-resources"),
)
LISTED = "列入严重失信主体名单"
RESULTS = (*["未发现问题"] * 8, "发现问题已责令改正", "发现问题待后续处理")

# Stage, class, and between how many days ago it was decided; no days: it follows from its end.
STAGES: dict[str, tuple[str, int, int]] = {
    "general_not_yet": ("general", 8, 75),
    "general_repairable": ("general", 100, 330),
    "general_last_day": ("general", 0, 0),
    "general_ended_yesterday": ("general", 0, 0),
    "general_repaired": ("general", 120, 330),
    "general_withdrawn": ("general", 30, 200),
    "general_disputed": ("general", 15, 200),
    "serious_not_yet": ("serious", 30, 350),
    "serious_repairable": ("serious", 380, 1000),
    "serious_last_day": ("serious", 0, 0),
    "serious_ended_yesterday": ("serious", 0, 0),
    "serious_repaired": ("serious", 400, 1000),
    "serious_withdrawn": ("serious", 60, 900),
    "serious_disputed": ("serious", 30, 900),
    "minor_hidden": ("minor", 10, 400),
    "minor_published": ("minor", 10, 50),
}
SANCTIONS = {"minor": "警告", "general": "罚款", "serious": "责令停产停业、罚款"}
# Made up: no citizen can have that check digit, and nobody was given that number.
NO_IDENTITY, NO_MOBILE = "340499199902200015", "13800000000"
FINES = {"minor": (0, 0), "general": (50, 900), "serious": (2_000, 30_000)}


@dataclass
class Registry:
    """Writes records down, each with a document number of its own."""

    setting: Setting
    dice: Dice

    def __post_init__(self) -> None:
        self.numbers = count(1)

    def record(
        self, code: str, kind: str, title: str, decided_on: date, body: str, **more: object
    ) -> Facts:
        published_on = min(decided_on + timedelta(3 + self.dice.below(5)), self.setting.today)
        return {
            "subject_code": code,
            "kind": kind,
            "number": f"淮演{WORDS[kind]}〔{decided_on.year}〕{next(self.numbers)}号",
            "title": title,
            "decided_on": decided_on,
            "published_on": published_on,
            "authority": self.setting.bodies[body],
            "source_unit": SOURCE,
            **more,
        }

    def licence(self, code: str, trade: Trade, ago: int) -> Facts:
        """Valid for five years; an old one has run out."""
        decided_on = self.setting.ago(ago)
        return self.record(
            code, "licence", self.dice.pick(trade.licences), decided_on, trade.body,
            valid_from=decided_on, valid_until=add_months(decided_on, 60) - timedelta(1),
            details=(("许可内容", trade.scope),),
        )  # fmt: skip

    def inspection(self, code: str, trade: Trade, ago: int) -> Facts:
        result = self.dice.pick(RESULTS)
        return self.record(
            code, "inspection", trade.inspection, self.setting.ago(ago), trade.body,
            details=(("检查结果", result),),
        )  # fmt: skip

    def penalty(self, code: str, trade: Trade, stage: str, **more: object) -> Facts:
        """An adverse record at one of `STAGES`."""
        record_class, earliest, latest = STAGES[stage]
        decided_on = self.setting.ago(earliest + self.dice.below(latest - earliest + 1))
        ends: Facts = {}
        if not latest:
            decided_on, ends = self._ending(stage, record_class)
        ends |= self._special(stage, decided_on)
        fewest, most = FINES[record_class]
        fine = 100 * (fewest + self.dice.below(most - fewest + 1))
        sanction = SANCTIONS[record_class]
        content = f"{sanction}{fine}元" if fine else sanction
        facts = self.record(
            code, "penalty", self.dice.pick(trade.penalties), decided_on, trade.body,
            record_class=record_class, class_basis=SOURCE, fine_fen=fine * 100 or None,
            details=(("处罚类别", sanction), ("处罚内容", content)),
            **ends,
        )  # fmt: skip
        return facts | more

    def _ending(self, stage: str, record_class: str) -> tuple[date, Facts]:
        """Decided so long ago that today, or yesterday, is the last day on which it shows."""
        gone_on = self.setting.today + timedelta(1 if stage.endswith("last_day") else 0)
        longest = self.setting.months[record_class][1]
        decided_on = add_months(gone_on, -longest)
        if add_months(decided_on, longest) == gone_on:
            return decided_on, {}
        # No decision ends by itself on this day, 29 February: repair ends this one.
        decided_on += timedelta(1)
        return decided_on, {"performed_on": decided_on + timedelta(30), "repaired_on": gone_on}

    def _special(self, stage: str, decided_on: date) -> Facts:
        today = self.setting.today
        if stage.endswith("_repaired"):
            return {"performed_on": decided_on + timedelta(20), "repaired_on": self.setting.ago(6)}
        if stage.endswith("_repairable"):
            return {"performed_on": decided_on + timedelta(40)}
        if stage.endswith("_withdrawn"):
            return {"withdrawn_on": self.setting.ago(4)}
        if stage.endswith("_disputed"):
            return {"is_disputed": True}
        if stage == "minor_published":
            return {
                "override_authority": self.setting.bodies["market-regulation"],
                "override_reason": "涉及食品安全，确有必要公示",
                "override_until": min(add_months(decided_on, 3), add_months(today, 2)),
            }
        return {}

    def listing(self, code: str, trade: Trade, ago: int) -> Facts:
        """On the list of serious breaches of trust."""
        decided_on = self.setting.ago(ago)
        return self.record(code, "serious", LISTED, decided_on, trade.body, record_class="serious")

    def everyday(self, code: str, trade: Trade, first_ago: int, last_ago: int) -> Iterator[Facts]:
        """What an ordinary subject has on record between its beginning and its end."""
        dice, span = self.dice, min(first_ago, 1500) - last_ago + 1
        if dice.chance(0.62):
            yield self.licence(code, trade, last_ago + dice.below(span))
        for _visit in range(dice.below(3) if dice.chance(0.4) else 0):
            yield self.inspection(code, trade, last_ago + dice.below(span))
        if dice.chance(0.16):
            for kind, share, titles, body in EVERYDAY:
                if dice.chance(share / 16):
                    decided_on = self.setting.ago(last_ago + dice.below(span))
                    title = dice.pick(titles)
                    yield self.record(code, kind, title, decided_on, body or trade.body)
        if first_ago > 1200 and not last_ago and dice.chance(0.07):
            yield self.penalty(code, trade, dice.pick(_COMMON_STAGES))
        if dice.chance(0.002):
            yield self.listing(code, trade, last_ago + dice.below(min(span, 900)))


_COMMON_STAGES = (*["minor_hidden"] * 6, *["general_repairable"] * 4, *STAGES)


def with_numbers_of_a_person(facts: Facts) -> Facts:
    """A record whose free text holds an identity and a mobile number, which nobody may see."""
    told = f"当事人陈砚秋（身份证号{NO_IDENTITY}，电话{NO_MOBILE}）已签收决定书。"
    row = {"备注": told, "处罚机关": facts["authority"], "数据来源单位": SOURCE}
    return facts | {"summary": told, "original": json.dumps(row, ensure_ascii=False)}
