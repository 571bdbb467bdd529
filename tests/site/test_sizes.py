"""What a first visit takes, compressed: the limits of the design goals."""

import gzip
import re
from pathlib import Path

import pytest

from tests.site.conftest import ROOT, Site
from tests.site.examples import BUSY, DOOR_CODE, DOOR_CODES

KB = 1024
OTHERS = ["/", "/search?q=牛肉汤", "/terms", "/about", "/help/", "/code-check", "/en/"]
FETCHED = re.compile(r'<(?:script|img|iframe|link)\b[^>]*?(?:src|href)="([^"]+)"')


def packed(content: bytes) -> float:
    """Kilobytes of `content` compressed."""
    return len(gzip.compress(content, 9)) / KB


def of_kind(kind: str) -> float:
    files: list[Path] = sorted((ROOT / "static" / kind).glob(f"*.{kind}"))
    assert files
    return sum(packed(file.read_bytes()) for file in files)


def scan_pages(site: Site) -> list[str]:
    found = [code for state in DOOR_CODES for code in site.values(DOOR_CODE.format(state))]
    return [f"/q/{code}" for code in [*found, "ZZZZZZZZZZ"]]


def test_the_style_is_small() -> None:
    assert of_kind("css") <= 10


def test_the_scripts_together_are_small() -> None:
    assert of_kind("js") <= 20


def test_every_kind_of_page_is_small(site: Site) -> None:
    busy = [f"/subjects/{code}" for code in site.values(BUSY)]
    records = [f"{address}/records" for address in busy]
    for address in [*OTHERS, *busy, *records, *scan_pages(site)]:
        assert packed(site.answer(address).body) <= 45, address


@pytest.mark.parametrize("root", ["", "/en"])
def test_a_scan_page_is_two_small_answers_without_a_script(site: Site, root: str) -> None:
    for address in scan_pages(site):
        page = site.answer(root + address)
        fetched = [
            other for other in FETCHED.findall(page.text) if not other.startswith(("data:", "#"))
        ]
        assert len(fetched) == 1, fetched
        assert "<script" not in page.text
        style = site.answer(fetched[0])
        assert style.mimetype == "text/css"
        assert packed(page.body) + packed(style.body) <= 12, address
