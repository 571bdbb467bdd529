"""What people of the demo bring forward, and what the government of the demo promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

TOWN, ZONE_TOWN = "340403002", "340421106"
DISTRICT = "tianjiaan-district"
# What is said of promises and defaults is said of bodies that exist nowhere.
ACCUSED = "shunyuan-district"
CONTRACT = {
    "breach": "unpaid", "contract": "虚构路照明改造合同，虚构采〔2025〕7号", "size": "small",
    "unpaid": "120000",
}  # fmt: skip


@dataclass(frozen=True)
class Concern:
    """One concern and the steps that were taken, each with its words."""

    facts: str
    kind: str = "concern"
    matter: str = "service"
    area: str = TOWN
    about: str = ""
    level: str = "confidential"
    demand: str = "请在期限内办理，并说明原因。"
    steps: Sequence[tuple[str, str]] = ()
    further: Mapping[str, str] = field(default_factory=dict)
    by_citizen: bool = False
    about_shop: bool = False
    trap: str = ""


def _default(facts: str, *steps: tuple[str, str], level: str = "confidential") -> Concern:
    return Concern(facts, kind="default", matter="works", about=ACCUSED, level=level, steps=steps,
                   further=CONTRACT)  # fmt: skip


_VERIFIED = (("register", ""), ("verify", ""))
_TRUE = ("true", "经核实属实，请在三十个工作日内整改。")
_REFUSED = ("refused", "到期没有整改，也没有说明。")
_ANSWER = ("answer", "已经联系您并安排在下周一上午办理，窗口电话写在窗口上。")

CONCERNS: Sequence[Concern] = (
    Concern("窗口说材料不全，但是没有一次告诉我缺哪几样，跑了三趟还没有办成。",
            by_citizen=True),
    Concern("店门口的人行道挖开两个月没有恢复，货车停不下来，生意少了一半。", matter="street",
            steps=(("accept", ""),)),
    Concern("申请门面用电扩容以后一直没有回音，夏天空调带不动，客人都走了。", matter="utilities",
            steps=(("return", "请补充用电申请的回执。"),), by_citizen=True),
    Concern("同一个月里三个部门分别来查同样的台账，每次都要停业半天。", matter="fees",
            steps=(("accept", ""), ("extend", "需要和三个部门核对检查计划。"))),
    Concern("社保补贴的材料交上去四个月，查询页面一直显示审核中。", matter="labour",
            steps=(("accept", ""), _ANSWER), by_citizen=True),
    Concern("毛集的门店想办户外招牌，问了两处都说不归自己管。", matter="street", area=ZONE_TOWN,
            steps=(("accept", ""), _ANSWER, ("settle", ""))),
    Concern("运输证到期换证，系统提示车辆信息不一致，找不到人更正。", matter="transport",
            steps=(("accept", ""), _ANSWER, ("rate", "1"))),
    Concern("门口垃圾收运点每天清运太晚，气味影响营业，换了几次时间都没有改。", matter="other",
            steps=(("accept", ""), _ANSWER, ("give_up", ""))),
    Concern("办理食品经营许可变更，被告知归另一个单位，请转过去。",
            steps=(("transfer:" + DISTRICT, "许可变更由县区办理。"),)),
    Concern("反映门口的水管漏水以后一直没有人联系，期限已经过去了。", matter="market",
            steps=(("late", ""), ("late", ""))),
    Concern("说好的稳岗补贴办了半年没有到账，窗口每次都说还在排队。", matter="finance",
            steps=(("late", ""),), by_citizen=True),
    Concern("公共场所卫生证的检查要求前后两次不一样，请给一个书面的说法。", matter="licence",
            level="anonymous", steps=(("accept", ""),)),
    Concern("想问一下个体工商户转为企业，原来的信用记录怎么办，要去哪里。", kind="question",
            matter="office", steps=(("accept_question", ""), _ANSWER)),
    Concern("这家店把我落下的手机保管好送了回来，还不肯收谢礼，特此表扬。", kind="praise",
            matter="shop", about_shop=True),
    Concern("重复提交的同一段文字，看看会不会先由人看一遍，请工作人员看过以后放行。", trap="x"),
    Concern("广告链接广告链接广告链接广告链接广告链接广告链接。", trap="x",
            steps=(("dismiss", "内容与诉求无关。如果填错了，请说明情况。"),)),
    Concern("反映以后第二天就被要求搬走摊位，别的摊位都没有动。", matter="street",
            steps=(("retaliation", "因为反映问题，第二天被要求搬走摊位。"),)),
    Concern("消防通道被占的事，提交以后物业已经清开了，不用再办。", matter="safety",
            steps=(("withdraw", ""),)),
    _default("照明改造工程验收两年，尾款十二万元一直没有支付，多次催要没有答复。"),
    _default("改造工程的尾款没有按合同支付，区里说等换届以后再说。", *_VERIFIED,
             ("extract", "有企业反映一项改造工程的尾款没有支付，请在期限内说明。"), level="named"),
    _default("绿化养护费拖了三个季度没有结算，养护人员的工资发不出来。", *_VERIFIED, _TRUE),
    _default("垃圾分类亭采购款没有支付，采购单位说今年没有列入预算。", *_VERIFIED, _TRUE,
             ("rectified", "款项已于昨天付清。"), ("rate", "5"), ("settle", "")),
    _default("招商时答应的租金补贴两年没有兑现，申请的材料都在。", *_VERIFIED,
             ("untrue", "经核实，补贴条件是投产，企业还没有投产。")),
    _default("道路标线工程款没有支付，一年里已经催过五次没有结果。", *_VERIFIED, _TRUE, _REFUSED),
    _default("路面修补工程款拖欠三年，负责人换了三次，每次都说不清楚。", *_VERIFIED, _TRUE,
             _REFUSED,
             ("confirm", "核实属实，到期没有整改，依据核实材料认定。")),
    _default("办公楼防水工程质保金到期不退，问了几次没有任何理由。", *_VERIFIED, _TRUE, _REFUSED,
             ("confirm", "核实属实，到期没有整改，依据核实材料认定。"),
             ("rectified_late", "质保金已经退还。")),
    Concern("买到的熟食当天就有异味，店家不同意退货，只肯换一份。", kind="consumer", matter="",
            further={"other": "虚构小吃店", "amount": "46"}, about_shop=True),
    Concern("某大型企业拖欠货款半年，对账单已经盖章，一直没有付款。", kind="arrears", matter="",
            further={"other": "虚构大型企业", "amount": "230000"},
            steps=(("not_solved", "平台转办以后对方仍然没有付款。"),)),
)  # fmt: skip


# Each is another unit's: a station, the government of its district, a department of the city.
ORDINARY_MATTERS = ("service", "licence", "tax")
STATION, COUNTY, CITY = range(len(ORDINARY_MATTERS))
_REVIEWED = ("answer_review", "已经复核：窗口当天补办，并向您说明了原因。")
_BY_DISTRICT = ("transfer:" + DISTRICT, "变更由县区办理。")
_SETTLED = ("settle", "")
# What did not go as usual, by number. Late ones climb; bad marks bring a review by the next level.
_NOT_AS_USUAL: Mapping[int, Sequence[tuple[str, str]]] = {
    0: (("accept", ""), ("late", ""), _ANSWER, ("rate", "3"), _SETTLED),
    3: (("late", ""), ("accept", ""), _ANSWER, ("rate", "4"), _SETTLED),
    6: (("late", ""), ("accept", ""), _ANSWER, ("rate", "3"), _SETTLED),
    9: (("accept", ""), _ANSWER, ("rate", "2"), _REVIEWED, _SETTLED),
    12: (("accept", ""), _ANSWER, ("rate", "1"), _REVIEWED, ("give_up", "")),
    13: (("late", ""), ("accept", ""), _ANSWER, ("rate", "4"), _SETTLED),
    15: (_BY_DISTRICT, ("accept", ""), _ANSWER, ("rate", "5"), _SETTLED),
    19: (("accept", ""), _ANSWER, ("rate", "2"), _REVIEWED, _SETTLED),
    **dict.fromkeys((8, 14, 20, 26, 32), (("accept", ""), ("late", ""), _ANSWER, _SETTLED)),
    # Too few of this unit's are marked to tell a share.
    **dict.fromkeys((23, 29, 35), (("accept", ""), _ANSWER, _SETTLED)),
}


def _several() -> Sequence[Concern]:
    """Ordinary concerns of three units, so that each has figures of its own."""
    told = []
    for number in range(36):
        usual = (("accept", ""), _ANSWER, ("rate", "4" if number % 5 else "3"), _SETTLED)
        # Nothing in common, so that none is taken for a repetition.
        own = "".join(chr(0x4E00 + 211 * number + 17 * place) for place in range(24))
        told.append(
            Concern(
                f"演示用的虚构诉求{number + 1}：{own}",
                matter=ORDINARY_MATTERS[number % len(ORDINARY_MATTERS)],
                steps=_NOT_AS_USUAL.get(number, usual),
                level="anonymous",
            )
        )
    return tuple(told)


ORDINARY = _several()
# An answer to an ordinary concern takes fewer days than this.
MOST_DAYS = 13


def came_in(number: int, today: date) -> date:
    """When an ordinary concern came in.

    Those of two units came in the last month that is over, early enough to have been answered in
    it, so that its report can be sealed; those of the third in the weeks before.
    """
    first = (today.replace(day=1) - timedelta(1)).replace(day=1)
    unit, place = number % len(ORDINARY_MATTERS), number // len(ORDINARY_MATTERS)
    return first - timedelta(7 * place) if unit == CITY else first + timedelta(place)


def happened(step: str, number: int, before: date, due: date | None) -> date:
    """When a step of an ordinary concern was taken, after the one `before`.

    `due` is when the clock that runs ends: a late one climbs the night after, and nothing else
    waits until then.
    """
    if step == "late":
        return (due or before) + timedelta(1)
    took = {"accept": 1, "answer": number * 5 % MOST_DAYS, "answer_review": 2}
    day = before + timedelta(took.get(step, 0))
    return min(day, due) if due else day


@dataclass(frozen=True)
class Promise:
    """A promise of the demo: days are counted from today, forwards for `due`."""

    body: str
    kind: str
    number: str
    title: str
    state: str
    counterpart: str = ""
    yuan: str = ""
    signed: int = 200
    due: int = 0
    settled: int = 0
    note: str = ""


PROMISES: Sequence[Promise] = (
    Promise(ACCUSED, "procurement", "虚构采〔2026〕3号", "虚构社区照明设备采购", "performing",
            "虚构县光明电器有限公司", "860000", 120, 90),
    Promise(ACCUSED, "tender", "虚构招〔2025〕11号", "虚构路改造工程", "performing",
            "虚构县筑安建设有限公司", "2350000", 400, -20),
    Promise(ACCUSED, "policy", "虚构政〔2025〕8号", "小微企业租金补贴", "kept",
            "", "", 300, -30, 45),
    Promise("shunyuan-park", "investment", "虚构投〔2025〕2号", "虚构新材料项目投资协议",
            "performing",
            "虚构县云岭新材料有限公司", "5000000", 500, 200),
    Promise("shunyuan-park", "court", "虚构民初〔2024〕56号", "工程款纠纷判决", "cleared",
            "虚构县筑安建设有限公司", "430000", 700, -300, 60, "执行完毕，动态清零。"),
    Promise("shunyuan-county", "court", "虚构民初〔2025〕19号", "货款纠纷判决", "broken",
            "虚构县青谷农资有限公司", "98000", 260, -60, 0, "正在协商分期履行。"),
    Promise("shunyuan-county", "policy", "虚构建〔2026〕4号", "装配式建筑奖补", "performing",
            "", "", 150, 45),
    Promise("shunyuan-county", "works", "虚构工〔2025〕6号", "虚构公园改造", "kept",
            "虚构县绿野园林有限公司", "1260000", 330, -40, 50),
)  # fmt: skip
