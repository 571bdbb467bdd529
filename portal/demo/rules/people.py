"""Who can sign in to the demo: one person for every part, all fictional."""

from dataclasses import dataclass

# Printed at the start of a demo and refused in production, like the secret beside it.
PASSWORD = "yi-wan-niurou-tang-2026"  # noqa: S105
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


@dataclass(frozen=True)
class Person:
    """One account of the demo; `represents` is the key of a subject of the showcase."""

    key: str
    name: str
    shows: str
    roles: tuple[str, ...] = ()
    body: str | None = None
    area: str | None = None
    represents: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"


PEOPLE = (
    Person("soup", "张砚溪", "牛肉汤店经营者", represents="beef_soup"),
    Person("agency", "李霁川", "房产中介法定代表人", represents="agency"),
    Person("training", "周棠溪", "培训机构负责人", represents="training"),
    Person("company", "吴岫川", "有300条记录的企业", represents="many_records"),
    Person("food", "陶昀帆", "食品公司法定代表人，有修复和异议办件", represents="general_stages"),
    Person("citizen", "孙禾", "市民，不代表企业"),
    Person("town", "何田埠", "乡镇街道办理人员", ("handler",), "tianjiaan-district", "340403002"),
    Person("county", "许淮滨", "县区办理人员", ("handler",), "tianjiaan-district", "340403"),
    Person("accused", "柏舜元", "虚构的舜原区，被反映单位人员", ("handler",), "shunyuan-district"),
    Person(
        "city", "陆秉衡", "市级部门办理和核实人员", ("handler", "verifier"), "market-regulation"
    ),
    Person(
        "finance", "顾允衡", "市财政局办理人员，有一件县区过期升上来的诉求", ("handler",), "finance"
    ),
    Person("office", "秦守信", "市信用办办理人员", ("handler",), "development-reform"),
    Person(
        "streets", "韩清澜", "市城管局办理和核实人员", ("handler", "verifier"), "urban-management"
    ),
    Person("reviewer", "方砺", "复核人员", ("reviewer",), "development-reform"),
    Person("editor", "温知言", "场景编辑", ("editor",), "development-reform"),
    Person("publisher", "程启明", "发布人员", ("publisher",), "development-reform"),
    Person("auditor", "邵明察", "审计人员，只读", ("auditor",), "audit"),
    Person("admin", "顾守成", "系统管理员，不看业务数据", ("admin",), "data"),
)
