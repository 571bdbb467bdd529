"""Coverage-guided fuzzing of what strangers may send: `python -m bench.fuzz [TARGET…] --seconds N`.

Atheris is put into a folder of its own; each target runs in a process of its own and stops at the
first input that breaks it, which is then printed. What it found before grows in var/fuzz/.
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ATHERIS = "atheris==3.0.0"
UV = Path(sys.executable).with_name("uv")
FORMS = Path("content/ingest/templates")
MEMORY = "2048"
SLOW_SECONDS = "25"

Target = Callable[[bytes], None]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "ignore")


def codes() -> Target:
    """The check of a code."""
    from portal.subjects.service import codes

    def one(data: bytes) -> None:
        check = codes.check(_text(data))
        assert check.is_valid == (not check.errors)
        codes.suggest(check.code)
        codes.looks_like_code(_text(data))

    return one


def uploads() -> Target:
    """Pictures and documents that people send."""
    from portal.core import uploads
    from portal.core.errors import Refused

    def one(data: bytes) -> None:
        with suppress(Refused):
            kept = uploads.clean(data, _text(data[-40:]))
            assert kept.media_type in uploads.ENDINGS
            assert not set(kept.name) & set("/\\\0\r\n")
            uploads.clean(kept.data, kept.name)

    return one


def importer() -> Target:
    """Files of data, from the first byte to the database."""
    from portal import create_app
    from portal.config import Config
    from portal.core import db
    from portal.core.errors import Refused
    from portal.ingest import service
    from portal.ingest.rules.refusals import SENTENCES

    folder = Path(tempfile.mkdtemp(prefix="portal-fuzz-"))
    app = create_app(Config(database_url=f"sqlite:///{folder}/x.sqlite", is_testing=True))
    app.test_cli_runner().invoke(args=["portal", "migrate"], catch_exceptions=False)
    app.app_context().push()

    def one(data: bytes) -> None:
        path = folder / "x.csv"
        path.write_bytes(data)
        reason = ""
        try:
            service.run(path, kind=None, actor="fuzz")
        except Refused as refused:
            reason = refused.reason
        finally:
            db.session.rollback()
        assert not reason or reason in SENTENCES

    return one


def pdf() -> Target:
    """Documents that somebody was handed."""
    sys.path.insert(0, str(ROOT / "portal" / "core" / "press"))
    import checker  # type: ignore[import-not-found]

    from portal.core import pdf
    from portal.documents import rules

    def one(data: bytes) -> None:
        told, _rest = checker.check({"trusted": ["0" * 64]}, data)
        assert told["found"] != "sealed"
        assert rules.signature_of(pdf.attached(data)) in {"", "yes", "no"}

    return one


def tokens() -> Target:
    """Signed codes on doors and documents."""
    from portal.badges import rules
    from portal.core import keys, sealing

    keys.start("fuzz", Path())
    sealing.start("fuzz")
    public = keys.public_bytes("another")

    def one(data: bytes) -> None:
        token = _text(data)
        assert not keys.verify(token, public)
        rules.read(token)
        assert sealing.unseal(data, "fuzz") is None

    return one


def queries() -> Target:
    """What people look for."""
    from portal.subjects.rules import names
    from portal.subjects.service.search import MAX_QUERY_LENGTH, words_of

    def one(data: bytes) -> None:
        text = _text(data)
        words = words_of(text)
        assert all(names.normalise(word) == word for word in words)
        assert sum(map(len, words)) <= MAX_QUERY_LENGTH

    return one


def pages() -> Target:
    """Written pages: no script comes through, whatever their words."""
    from portal.pages import service

    def one(data: bytes) -> None:
        html = service.as_html(_text(data)).lower()
        for bad in (
            "<script",
            "<iframe",
            "<style",
            "<form",
            "<object",
            "<meta",
            'href="javascript:',
        ):
            assert bad not in html, bad

    return one


def addresses() -> Target:
    """Where somebody is sent back to after signing in."""
    from urllib.parse import urljoin, urlsplit

    from portal.web.parking import local_path

    def one(data: bytes) -> None:
        path = local_path(_text(data))
        assert not path or urlsplit(urljoin("https://here.example/", path)).netloc == "here.example"

    return one


TARGETS: dict[str, Callable[[], Target]] = {
    each.__name__: each
    for each in (codes, uploads, importer, pdf, tokens, queries, pages, addresses)
}
# What each target's program is made of, beside the portal's own modules.
READ_WITH = {"pdf": ("pyhanko", "pypdf", "asn1crypto"), "pages": ("markdown_it",),
             "uploads": ("PIL",)}  # fmt: skip


def seeds(name: str) -> list[bytes]:
    """Good inputs to begin with."""
    if name == "importer":
        return [*(path.read_bytes() for path in (ROOT / FORMS).glob("*.csv")), a_workbook()]
    if name == "pages":
        return [path.read_bytes() for path in (ROOT / "content" / "zh" / "help").glob("*.md")]
    if name == "uploads":
        return [path.read_bytes() for path in (ROOT / "static" / "images").glob("*.png")][:3] + [
            a_pdf()
        ]
    if name == "tokens":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from portal.core import keys

        return [keys.sign(bytes(range(1, 28)), Ed25519PrivateKey.generate()).encode()]
    return {
        "codes": [b"92340499MADEM0011M", "９２340499MADEM0011N".encode()],
        "pdf": [a_pdf()],
        "queries": ["虚构县 牛肉汤（总店）".encode(), b"zjnrt", b"92340499MADEM0011M"],
        "addresses": [b"/me/?a=b#c", b"//evil.example", b"/\\evil.example"],
    }.get(name, [])


def a_pdf() -> bytes:
    """One page with a file attached."""
    import pikepdf

    document = pikepdf.new()
    document.add_blank_page()
    facts = b'{"signature": {"client_data": "e30="}, "signed_text": "x"}'
    document.attachments["facts.json"] = pikepdf.AttachedFileSpec(document, facts)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def a_workbook() -> bytes:
    """The form of penalties as a workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    for line in (ROOT / FORMS / "penalty.csv").read_text("utf-8-sig").splitlines():
        book.active.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def child(name: str, corpus: str, seconds: str) -> None:
    """Fuzz one target in this process; it ends in here."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["portal", *READ_WITH.get(name, ())]):
        one = TARGETS[name]()
    atheris.Setup(
        [
            sys.argv[0], corpus, f"-max_total_time={seconds}", f"-timeout={SLOW_SECONDS}",
            f"-rss_limit_mb={MEMORY}", f"-artifact_prefix={corpus}/../{name}-", "-max_len=20000",
            "-print_final_stats=1",
        ],
        one,
    )  # fmt: skip
    atheris.Fuzz()


def fuzz(name: str, seconds: int, library: str) -> bool:
    """Let one target run; say how often and whether it held."""
    corpus = ROOT / "var" / "fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    command = [sys.executable, "-m", "bench.fuzz", name, "--seconds", str(seconds)]
    ran = subprocess.run(
        [*command, "--corpus", str(corpus)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": library}, capture_output=True, text=True,
        errors="replace", check=False,
    )  # fmt: skip
    figures = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in ran.stderr.splitlines()
        if line.startswith("stat::")
    )
    runs = figures.get("number_of_executed_units", "?").strip()
    kept = len(list(corpus.iterdir()))
    print(f"{name}: {runs} inputs in {seconds} s, {kept} kept, exit {ran.returncode}", flush=True)
    if ran.returncode:
        told = [line for line in ran.stderr.splitlines() if not line.startswith("INFO")]
        print(ran.stdout[-4000:], "\n".join(told)[-4000:])
    return ran.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="which; all unless told")
    parser.add_argument("--seconds", type=int, default=180, help="for each")
    parser.add_argument("--corpus", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.corpus:
        child(given.targets[0], given.corpus, str(given.seconds))
    with tempfile.TemporaryDirectory() as library:
        subprocess.run([str(UV), "pip", "install", "-q", "--python", sys.executable, "--target",
                        library, ATHERIS], check=True)  # fmt: skip
        held = [fuzz(name, given.seconds, library) for name in given.targets or TARGETS]
    raise SystemExit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
