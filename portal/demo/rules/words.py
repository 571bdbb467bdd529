"""The characters and words from which fictional names, roads and people are put together."""

# Uncommon characters of good meaning: a pair of them is no firm that anyone here knows.
FIRST = (
    "霁砚棠溪岫珩笙蘅聿璟澄翊筠漪沅潇湛泠芷昀栩屿禾蔚峤穗汀淞缦瑾琅槿苒葭"
    "菁荻蓼芃菀翎翾棣柘椿楹榆檀篁簪绮纾缃锦铎钧铭阡陌霖霏雯韶颢骁鹤鹭麒"
)
SECOND = (
    "川屿舟原野墨鸣歌庭轩桥渡岭岩泉池洲汀湾浦林森枫桐荷莲菊梅兰竹松柏麦谷"
    "田园亭台楼榭帆桨灯烛琴棋笺卷章云霞岚露霜雪星辰曦晖光影音韵"
)
THIRD = "和盛源达泰兴瑞祥丰裕恒联创新宏远诚信佳美安康乐嘉德茂"
PAIRS = tuple(first + second for first in FIRST for second in SECOND if first != second)
TRIPLES = tuple(pair + third for pair in PAIRS for third in THIRD)

SURNAMES: tuple[str, ...] = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田"
    "董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "砚秋霁川若溪明岫书珩知笙承蘅聿修璟行澄宇翊然筠庭漪宁沅芷湛然泠音昀晖"
    "栩安屿森禾苗蔚然峤山穗丰汀兰淞云缦云瑾瑜琅轩槿言苒苒葭月菁华荻秋芃芃"
    "翎羽棣华椿荣楹联榆钱檀香绮霞纾雅锦书铎声钧陶阡陌霖泽霏雨雯清韶光颢天"
    "骁勇鹤鸣鹭洲麒瑞"
)
GIVEN: tuple[str, ...] = (
    *(_GIVEN[place : place + 2] for place in range(0, len(_GIVEN), 2)),
    *"砚霁珩笙蘅昀栩屿穗",
)

ROAD_KINDS = ("路", "路", "路", "街", "大道", "巷", "东路", "西路", "南路", "北路")
ROOMS = ("", "", "门面房", "商铺", "一楼", "二楼", "101室", "203室", "3幢2单元105室", "B座1208室")

# How firms write where they are: the city more often than the county.
CITY_PREFIXES = ("淮南", "淮南市", "淮南", "安徽")
FIRM_FORMS = (*["有限公司"] * 14, *["有限责任公司"] * 3, "股份有限公司", "（集团）有限公司")

SIGN_PLACES = ("店", "总店", "老店", "新店", "一店", "二店")
SOUP_SIGNS = (
    "{surname}记牛肉汤", "老{surname}家牛肉汤", "{surname}家老汤馆", "老淮河{brand}牛肉汤",
    "{brand}牛肉汤馆", "{surname}氏清晨牛肉汤", "老淮河羊汤馆·{brand}", "{brand}牛羊汤",
)  # fmt: skip
SHOP_SIGNS = ("{surname}记{line}", "老{surname}{line}", "{brand}{line}", "{brand}·{line}")
LETTERS = ("ABC", "K·T", "Cloud9", "No.1", "HN", "M&Q", "e家", "Q仔", "LOFT", "3D")
