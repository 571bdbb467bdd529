"""wapiti: crawls as a stranger, as people and as staff, then tries every form and argument."""

import json
import re
import subprocess
from pathlib import Path

from bench.attack.target import Target

VISITORS = ("", "food@demo.example", "office@demo.example", "admin@demo.example")
# Those that need no server elsewhere and no list from elsewhere.
MODULES = (
    "cookieflags,csp,csrf,http_headers,crlf,exec,file,ldap,htaccess,permanentxss,redirect,"
    "shellshock,spring4shell,sql,timesql,upload,xss,backup"
)
# The same pages in English; what never changes; and where the visitor would end their session.
LEFT_OUT = ("/en/*", "/static/*", "/sign-out*", "/me/devices/sign-out*", "/me/privacy/close*",
            "/desk/staff/*", "/sitemap*")  # fmt: skip
START = ("/sign-in", "/recover", "/sign-up", "/verify", "/track", "/complaints/new?kind=business",
         "/search?q=牛肉汤", "/agents/?number=1", "/commitments/?q=汤")  # fmt: skip
# What was looked into and is right as it is; SECURITY.md says why.
EXPLAINED = (
    re.compile(r"POST /(scenarios/[a-z-]+/near|verify/file) : Lack of anti CSRF token"),
    re.compile(r"CSRF token 'csrf_token' is not properly checked in backend"),
    re.compile(r"^LDAP Injection: "),
    re.compile(r"Secure flag is not set in the cookie : (view|session)"),
)


def run(portal: Target, tools: Path, folder: Path, seconds: int) -> list[str]:
    """Every visitor in turn; a third of the time goes to looking around."""
    found: list[str] = []
    for number, visitor in enumerate(VISITORS):
        report = folder / f"wapiti-{number}.json"
        command = [
            str(tools / "wapiti"), "-u", f"{portal.url}/", "-m", MODULES, "-f", "json",
            "-o", str(report), "--flush-session", "--no-bugreport", "--store-session",
            str(folder), "--store-config", str(folder), "-d", "6", "--max-files-per-dir", "6",
            "--max-scan-time", str(seconds), "--max-attack-time", str(seconds // 8), "-t", "20",
            "--tasks", "4", "--skip", "csrf_token", "-v", "1",
        ]  # fmt: skip
        for path in LEFT_OUT:
            command += ["-x", portal.url + path]
        for path in START:
            command += ["-s", portal.url + path]
        if visitor:
            command += ["-C", portal.cookie(visitor)]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if not report.exists():
            return [*found, f"wapiti wrote nothing: {ran.stdout[-3000:]}{ran.stderr[-3000:]}"]
        told = json.loads(report.read_text(encoding="utf-8"))
        who, lines = visitor or "nobody", findings(told)
        new = [line for line in lines if not any(each.search(line) for each in EXPLAINED)]
        print(f"as {who}: {told['infos']['crawled_pages_nbr']} pages, {len(lines)} findings, "
              f"{len(new)} of them not explained", *lines, sep="\n  ", flush=True)  # fmt: skip
        found += [f"as {who}: {line}" for line in new]
    return found


def findings(told: dict[str, dict[str, list[dict[str, str]]]]) -> list[str]:
    """One line for each finding of a report, each once."""
    lines = {
        f"{kind}: {each['method']} {each['path']} {each['parameter'] or ''}: {each['info']}"
        for part in ("vulnerabilities", "anomalies", "additionals")
        for kind, all_of in told[part].items()
        for each in all_of
    }
    return sorted(lines)
