"""Build the print fonts of static/fonts from their pinned source; run once, results committed.

Needs fonttools, the wheel justmytype-intl-cjk 0.1.0 and Debian's package unicode-data:
    python deploy/build_fonts.py justmytype_intl_cjk-0.1.0-py3-none-any.whl
"""

import bz2
import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
SOURCE = "justmytype_intl_cjk/fonts/ofl/notosanssc/"
UNIHAN = "/usr/share/unicode/Unihan_OtherMappings.txt.bz2"
WEIGHTS = {"Regular": 400, "Bold": 700}
FIRST_HAN = 0x2E80
LATIN_AND_SIGNS = [
    *range(0x20, 0x250), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0), *range(0x2100, 0x2150),
    *range(0x2190, 0x2200), *range(0x2200, 0x2270), *range(0x2460, 0x2500), *range(0x25A0, 0x2700),
    *range(0x3000, 0x3040), *range(0xFF00, 0xFFF0),
]  # fmt: skip


def table_of_general_characters() -> set[int]:
    """The 8,105 characters of 通用规范汉字表 (property kTGH of Unihan)."""
    lines = bz2.decompress(Path(UNIHAN).read_bytes()).decode()
    found = {int(code, 16) for code in re.findall(r"^U\+([0-9A-F]+)\tkTGH\t", lines, re.M)}
    if len(found) != 8105:
        raise SystemExit(f"expected 8,105 characters, found {len(found)}")
    return found


def gb2312() -> set[int]:
    pairs = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    return {ord(pair.decode("gb2312", "ignore") or " ") for pair in pairs}


def main(wheel: str) -> None:
    archive = zipfile.ZipFile(wheel)
    variable = archive.read(SOURCE + "NotoSansSC[wght].ttf")
    (FONTS / "OFL.txt").write_bytes(archive.read(SOURCE + "OFL.txt"))
    usual = table_of_general_characters() | gb2312() | set(LATIN_AND_SIGNS)
    rare = set(TTFont(io.BytesIO(variable)).getBestCmap()) - usual
    paths = [build(variable, name, weight, usual) for name, weight in WEIGHTS.items()]
    # Traditional and rare characters in names; one weight has to do. Signs and spaces between
    # two of them are taken from the same font.
    rare = {c for c in rare if c >= FIRST_HAN} | set(LATIN_AND_SIGNS)
    paths.append(build(variable, "Rare", WEIGHTS["Regular"], rare))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    (FONTS / "SHA256SUMS").write_text("".join(sums))


def build(variable: bytes, name: str, weight: int, wanted: set[int]) -> Path:
    font = instancer.instantiateVariableFont(TTFont(io.BytesIO(variable)), {"wght": weight})
    options = Options()
    options.layout_features = ["kern", "locl", "palt", "ccmp"]
    options.recalc_timestamp = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    path = FONTS / f"NotoSansSC-{name}.ttf"
    font.save(path)
    return path


if __name__ == "__main__":
    main(sys.argv[1])
