"""The tables of GB 32100-2015: registering authorities, kinds and regions."""

from dataclasses import dataclass

from portal.core.text import N_

# The letters that GB 32100 leaves out, and what people usually meant.
LOOKALIKES = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}

AUTHORITIES = {
    "1": N_("机构编制"),
    "2": N_("外交"),
    "3": N_("司法行政"),
    "4": N_("文化"),
    "5": N_("民政"),
    "6": N_("旅游"),
    "7": N_("宗教"),
    "8": N_("工会"),
    "9": N_("市场监管"),
    "A": N_("中央军委改革和编制办公室"),
    "N": N_("农业农村"),
    "Y": N_("其他登记管理部门"),
}

_OTHER = N_("其他机构")
KINDS = {
    "11": N_("机关"),
    "12": N_("事业单位"),
    "13": N_("编办管理机构编制的群众团体"),
    "19": _OTHER,
    "21": N_("外国常驻新闻机构"),
    "29": _OTHER,
    "31": N_("律师执业机构"),
    "32": N_("公证处"),
    "33": N_("基层法律服务所"),
    "34": N_("司法鉴定机构"),
    "35": N_("仲裁委员会"),
    "39": _OTHER,
    "41": N_("外国在华文化中心"),
    "49": _OTHER,
    "51": N_("社会团体"),
    "52": N_("民办非企业单位（社会服务机构）"),
    "53": N_("基金会"),
    "59": _OTHER,
    "61": N_("外国旅游部门常驻代表机构"),
    "62": N_("港澳台地区旅游部门常驻内地（大陆）代表机构"),
    "69": _OTHER,
    "71": N_("宗教活动场所"),
    "72": N_("宗教院校"),
    "79": _OTHER,
    "81": N_("基层工会"),
    "89": _OTHER,
    "91": N_("企业"),
    "92": N_("个体工商户"),
    "93": N_("农民专业合作社"),
    "99": _OTHER,
    "A1": N_("军队事业单位"),
    "A9": _OTHER,
    "N1": N_("组级集体经济组织"),
    "N2": N_("村级集体经济组织"),
    "N3": N_("乡镇级集体经济组织"),
    "N9": _OTHER,
    "Y1": _OTHER,
}

SUBJECT_KINDS = {
    "91": "enterprise",
    "92": "individual_business",
    "93": "cooperative",
    "51": "social_organisation",
    "52": "social_organisation",
    "53": "social_organisation",
    "11": "government",
    "12": "government",
    "13": "government",
}

# 10 stands for bodies that a national authority registers.
PROVINCES = {
    "10": N_("国家级登记机关"),
    "11": N_("北京市"),
    "12": N_("天津市"),
    "13": N_("河北省"),
    "14": N_("山西省"),
    "15": N_("内蒙古自治区"),
    "21": N_("辽宁省"),
    "22": N_("吉林省"),
    "23": N_("黑龙江省"),
    "31": N_("上海市"),
    "32": N_("江苏省"),
    "33": N_("浙江省"),
    "34": N_("安徽省"),
    "35": N_("福建省"),
    "36": N_("江西省"),
    "37": N_("山东省"),
    "41": N_("河南省"),
    "42": N_("湖北省"),
    "43": N_("湖南省"),
    "44": N_("广东省"),
    "45": N_("广西壮族自治区"),
    "46": N_("海南省"),
    "50": N_("重庆市"),
    "51": N_("四川省"),
    "52": N_("贵州省"),
    "53": N_("云南省"),
    "54": N_("西藏自治区"),
    "61": N_("陕西省"),
    "62": N_("甘肃省"),
    "63": N_("青海省"),
    "64": N_("宁夏回族自治区"),
    "65": N_("新疆维吾尔自治区"),
    "71": N_("台湾省"),
    "81": N_("香港特别行政区"),
    "82": N_("澳门特别行政区"),
}


@dataclass(frozen=True)
class Region:
    """A GB/T 2260 region; `until` is the year in which its code was given up."""

    code: str
    name: str
    until: int | None = None
    now: str = ""
    is_fictional: bool = False


REGIONS = {
    region.code: region
    for region in (
        Region("340400", N_("淮南市")),
        Region("340401", N_("淮南市市辖区")),
        Region("340402", N_("大通区")),
        Region("340403", N_("田家庵区")),
        Region("340404", N_("谢家集区")),
        Region("340405", N_("八公山区")),
        Region("340406", N_("潘集区")),
        Region("340421", N_("凤台县")),
        Region("340422", N_("寿县")),
        Region("341521", N_("寿县（原属六安市）"), until=2015, now="340422"),
        Region("342422", N_("寿县（原属六安地区）"), until=1999, now="340422"),
        Region("340499", N_("演示用虚构地区"), is_fictional=True),
    )
}

# Prefectures of Anhui, those of today and those whose codes still stand in old registrations.
ANHUI_PREFECTURES = frozenset(
    f"34{number:02}" for number in (*range(9), *range(10, 19), *range(21, 30))
)
