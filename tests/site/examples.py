"""Example addresses for pages with arguments, and further states of pages, from the demo city."""

from portal.scenarios.rulebook import SLUGS
from tests.site.conftest import ROOT, Site

SUBJECT = "SELECT code FROM subject WHERE {} ORDER BY id LIMIT 1"
BUSY = """
    SELECT subject.code FROM subject JOIN record ON record.subject_id = subject.id
    WHERE record.public_from <= date('now') GROUP BY subject.id ORDER BY count(*) DESC LIMIT 1
"""
DOOR_CODE = "SELECT id FROM door_code WHERE {} ORDER BY id LIMIT 1"
SEALED = "SELECT code FROM document ORDER BY id"
GRADED = """
    SELECT code || ' ' || scenario FROM subject JOIN stored_grade ON subject_id = subject.id
    WHERE grade = '{}' AND status = 'active' ORDER BY subject.id LIMIT 1
"""
FILES = (
    ("92340499MADEM0011M", "beef-soup"),
    ("91340499MADEM002XG", "property-agency"),
    ("52340499MADEM0038H", "training"),
)
MONTHS = "SELECT DISTINCT substr(day, 1, 7) FROM published_event ORDER BY 1 DESC"
MONTHS_SEALED = """
    SELECT month FROM month_report JOIN document ON document.id = document_id
    WHERE state = 'ready' GROUP BY month HAVING count(*) = 2 ORDER BY month
"""
DATA_FILES = "SELECT name FROM data_file WHERE name LIKE '%-1.csv' ORDER BY name"
AGENTS = "SELECT number FROM agent ORDER BY number LIMIT 6"
ADVERSE = """
    SELECT id FROM record WHERE kind = '{}' AND public_from <= date('now')
    AND (public_until IS NULL OR public_until > date('now')) ORDER BY id LIMIT 2
"""
GRADES = ("excellent", "good", "fair", "poor", "none", "suspended")
EXPORTER = "SELECT code FROM subject WHERE industry = 'export' AND status = 'active' LIMIT 1"
DOOR_CODES = (
    "valid_until > date('now') AND revoked_on IS NULL AND replaced_by IS NULL",
    "valid_until < date('now')",
    "revoked_on IS NOT NULL",
    "replaced_by IS NOT NULL",
)
PROMISORS = """
    SELECT DISTINCT code FROM subject JOIN commitment ON subject_id = subject.id
    UNION SELECT max(code) FROM subject WHERE status = 'cancelled'
"""
PROMISED = """
    SELECT number FROM commitment WHERE is_public
    AND (withdrawn_at IS NULL OR withdrawn_at >= listed_from) ORDER BY id
"""
TEXTS = ("beef-soup-quality", "inheritance-registration", "fire-check-papers", "signboard")
# Addresses that must answer 404, with a page that says so.
MISSING = (
    "/no-such-page", "/subjects/91340499MA000000XX", "/help/no-such-help",
    "/commitments/34040020000101000001", "/commitments/texts/none", "/reports/shared/none", "/reports/opened/none", "/reports/granted/none",
)  # fmt: skip


def examples(site: Site) -> dict[str, list[str]]:
    """By endpoint; a page with an argument that has none here fails its test."""
    shops = {code: None for query in _subjects() for code in site.values(query)}
    busy = site.values(BUSY)
    doors = [code for state in DOOR_CODES for code in site.values(DOOR_CODE.format(state))]
    listed = [one.split() for grade in GRADES for one in site.values(GRADED.format(grade))]
    listed.append([site.values(EXPORTER)[0], "export"])
    kinds = ("penalty", "abnormal", "serious", "court")
    adverse = [id_ for kind in kinds for id_ in site.values(ADVERSE.format(kind))]
    helps = sorted(path.stem for path in (ROOT / "content" / "zh" / "help").glob("*.md"))
    news = sorted(path.stem for path in (ROOT / "content" / "zh" / "news").glob("*.md"))
    return {
        "lookup.show": [f"/subjects/{code}" for code in shops],
        "lookup.records": [f"/subjects/{code}/records" for code in busy],
        "lookup.commitments": [f"/subjects/{code}/commitments" for code in site.values(PROMISORS)],
        "commitments.show": [f"/commitments/{number}" for number in site.values(PROMISED)],
        "commitments.text": [f"/commitments/texts/{slug}" for slug in TEXTS],
        "commitments.changes": [f"/commitments/texts/{slug}/changes" for slug in TEXTS[:2]],
        "lookup.scan": [f"/q/{code}" for code in [*doors, "ZZZZZZZZZZ"]],
        "documents.show": [f"/v/{code}" for code in [*site.values(SEALED)[:6], "ZZZZZZZZZZZZZZZZ"]],
        "reports.shared": [],
        "reports.opened": [],
        "reports.opened_file": [],
        "reports.granted": [],
        "repair.show": [f"/repair/{id_}" for id_ in adverse],
        "repair.notice": [f"/repair/{id_}/notice.pdf" for id_ in adverse[:1]],
        "badges.reported": [f"/q/{code}/wrong" for code in doors[:1]],
        "lookup.sheet": [f"/q/{code}/sheet.pdf" for code in doors[:1]],
        "scenarios.show": [f"/scenarios/{slug}" for slug in SLUGS],
        "scenarios.export": [f"/scenarios/beef-soup.{form}" for form in ("csv", "json")],
        "scenarios.rule_json": [f"/scenarios/{slug}/rule.json" for slug in ("beef-soup", "export")],
        "scenarios.template": [
            f"/scenarios/{slug}/template.{form}"
            for slug in ("beef-soup", "export")
            for form in ("csv", "xlsx")
        ],
        "scenarios.why_json": [f"/subjects/{code}/why/{slug}.json" for code, slug in listed],
        "scenarios.file": [f"/subjects/{code}/file/{slug}" for code, slug in [*listed, *FILES]],
        "scenarios.file_pdf": [f"/subjects/{code}/file/{slug}.pdf" for code, slug in FILES[:1]],
        "scenarios.agent": [f"/agents/{number}" for number in site.values(AGENTS)],
        "scenarios.why": [f"/subjects/{code}/why/{slug}" for code, slug in listed],
        "scenarios.badge": [f"/badges/{code}/{slug}.svg" for code, slug in listed[:-1]],
        "government.show": ["/government/shunyuan-district", "/government/tax"],
        "statistics.month": [f"/punctuality/{month}" for month in site.values(MONTHS)[:2]],
        "statistics.report": [
            f"/punctuality/{month}.pdf" for month in site.soon(MONTHS_SEALED)[:1]
        ],
        "opendata.api.schema": [
            f"/api/v1/schemas/{name}.json" for name in ("subject", "record_page", "changes")
        ],
        "opendata.api.subject": [f"/api/v1/subjects/{code}" for code in shops],
        "opendata.api.records": [f"/api/v1/subjects/{code}/records" for code in shops],
        "opendata.api.grades": [f"/api/v1/subjects/{code}/grades" for code in shops],
        "opendata.api.commitments_of": [
            f"/api/v1/subjects/{code}/commitments" for code in site.values(PROMISORS)
        ],
        "opendata.api.commitment": [
            f"/api/v1/commitments/{number}" for number in site.values(PROMISED)
        ],
        "opendata.api.promises": ["/api/v1/government/shunyuan-county", "/api/v1/government/tax"],
        "opendata.api.listing": ["/api/v1/scenarios/beef-soup", "/api/v1/scenarios/export"],
        "opendata.download": [f"/data/{name}" for name in site.values(DATA_FILES)],
        "opendata.site_map_of_subjects": ["/sitemap-subjects-1.xml"],
        "pages.news_article": [f"/news/{name}" for name in news],
        "pages.help_article": [f"/help/{name}" for name in helps],
    }


def _subjects() -> list[str]:
    statuses = [f"status = '{status}'" for status in ("active", "cancelled", "revoked")]
    longest = "length(name) = (SELECT max(length(name)) FROM subject)"
    return [BUSY, *(SUBJECT.format(condition) for condition in (*statuses, longest))]


def states(site: Site) -> list[str]:
    """Found and not found, a right code and wrong ones."""
    code = site.values(BUSY)[0]
    swapped = code[:9] + code[10] + code[9] + code[11:]
    return [
        "/search?q=牛肉汤",
        "/search?q=没有这样的名字",
        f"/search?q={swapped}",
        f"/code-check?code={code}",
        f"/code-check?code={swapped}",
        "/code-check?code=12345",
        f"/subjects/{code}/records?page=2",
        "/scenarios/beef-soup?grade=excellent&district=340403",
        "/scenarios/beef-soup?q=没有这样的名字",
        "/scenarios/beef-soup?title=white_list&licence=valid&district=340403",
        "/search?q=牛肉汤&scenario=beef-soup&grade=good",
        "/agents/?number=没有这个号",
        "/commitments/?state=overdue&kind=sector",
        "/commitments/?q=没有这个名字",
        "/commitments/texts/beef-soup-quality?version=1",
    ]
