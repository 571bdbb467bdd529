"""sqlmap: every argument that reaches a query, as a stranger, as people and as staff."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from bench.attack.target import Target
from portal.core import clock


class Place(NamedTuple):
    """An address whose arguments are tried; an asterisk marks a part of the path."""

    path: str
    visitor: str = ""
    data: str = ""
    has_token: bool = True


OWNER, STAFF, AUDITOR = "food@demo.example", "office@demo.example", "auditor@demo.example"
SHOP = "92340499MADEM0011M"
PLACES = (
    Place("/search?q=牛肉汤&district=340403&kind=individual_business&page=1"),
    Place("/search?q=汤&scenario=beef-soup&district=340403&grade=good&after=9&before=9"),
    Place(f"/code-check?code={SHOP}"),
    Place("/scenarios/beef-soup?q=汤&district=340403&grade=good&title=white_list&licence=valid&after=9"),
    Place("/scenarios/beef-soup*.csv"),
    Place("/scenarios/beef-soup.csv?q=汤&district=340403"),
    Place("/commitments/?q=汤&state=kept&kind=sector&before=9"),
    Place("/commitments/texts/beef-soup-quality?version=1"),
    Place("/commitments/texts/beef-soup-quality*"),
    Place("/agents/?number=YSADEM002X02"),
    Place("/agents/YSADEM002X02*"),
    Place(f"/subjects/{SHOP}*"),
    Place(f"/subjects/{SHOP}/records?kind=penalty&page=1"),
    Place(f"/subjects/{SHOP}/commitments?before=9"),
    Place(f"/subjects/{SHOP}*/why/beef-soup"),
    Place("/q/DEM0000001*"),
    Place("/v/ZZZZZZZZZZZZZZZZ*"),
    Place("/data/records-1.csv*"),
    Place("/government/tax*"),
    Place("/punctuality/2026-10*"),
    Place("/help/repair*"),
    Place(f"/api/v1/subjects/{SHOP}*"),
    Place(f"/api/v1/subjects/{SHOP}/records?kind=penalty&after=2026-01-01.9"),
    Place("/api/v1/commitments?q=汤&kind=sector&state=kept&after=9"),
    Place("/api/v1/commitments/34040020000101000001*"),
    Place("/api/v1/government/tax*"),
    Place("/api/v1/search?q=汤&district=340403&kind=individual_business&page=1"),
    Place("/api/v1/scenarios/beef-soup?q=汤&district=340403&grade=good&after=9"),
    Place("/api/v1/changes?since={week}&after=9"),
    Place("/sign-in", data="contact=soup%40demo.example&password=x"),
    Place("/track", data="reference=XF&code=1"),
    Place("/verify", data="number=1&code=1", has_token=False),
    Place("/recover", data="contact=soup%40demo.example"),
    Place("/me/subjects/91340499MADEM0257U*", OWNER),
    Place("/me/messages?page=1", OWNER),
    Place("/objections/new?record=9", OWNER),
    Place(f"/complaints/new?kind=business&subject={SHOP}&door=DEM0000001", OWNER),
    Place("/reports/new?subject=9", OWNER),
    Place("/cases/XF20260001*", OWNER),
    Place("/commitments/mine/34040020000101000001*", OWNER),
    Place("/desk/?show=all&kind=repair", STAFF),
    Place("/desk/cases/XF20260001*", STAFF),
    Place("/desk/codes?authority=9&page=1", STAFF),
    Place("/desk/commitments?state=kept", STAFF),
    Place("/desk/audit?action=repair&thing=case&actor=account&before=9", AUDITOR),
)  # fmt: skip
# What sqlmap says of a place where its words reached a query.
MARK = re.compile(r"(is|be) '[^']+' injectable|is vulnerable|following injection point")


def run(portal: Target, tools: Path, folder: Path, seconds: int) -> list[str]:
    """Each place in turn, at most `seconds` for all of them."""
    found = []
    kind = "sqlite" if portal.environment["DATABASE_URL"].startswith("sqlite") else "postgresql"
    cookies = {each: portal.cookie(each) for each in (OWNER, STAFF, AUDITOR)}
    week = (clock.today() - timedelta(days=7)).isoformat()
    for place in PLACES:
        path = quote(place.path.replace("{week}", week), safe="/?&=*")
        command = [
            str(tools / "sqlmap"), "-u", portal.url + path, "--batch", "--flush-session",
            f"--dbms={kind}", "--level=3", "--risk=2", "--timeout=20",
            "--technique=BEUS", "--skip=session,csrf_token,User-Agent,Referer",
            "--disable-coloring", f"--output-dir={folder}/sqlmap", "--ignore-code=400,403,404,422",
            f"--time-limit={max(30, seconds // len(PLACES))}",
        ]  # fmt: skip
        if place.visitor:
            command.append(f"--cookie={cookies[place.visitor]}")
        if place.data:
            command.append(f"--data={place.data}")
        if place.data and place.has_token:
            command[-1] += "&csrf_token="
            command += ["--csrf-token=csrf_token", f"--csrf-url={portal.url}{place.path}"]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        lines = marked(ran.stdout)
        tested = ran.stdout.count("testing '")
        print(f"{place.path} {place.visitor}: {tested} tests, {len(lines)} marks", flush=True)
        if not tested:
            lines.append(f"nothing was tried: {ran.stdout[-600:]}")
        found += [f"{place.path} {place.visitor}: {line}" for line in lines]
    return found


def marked(output: str) -> list[str]:
    """The lines of sqlmap's talk that claim something."""
    return [line.strip() for line in output.splitlines() if MARK.search(line)]
