"""Checks the seal of a PDF that anyone may have made; strict, and without any key."""

import hashlib
import sys
from io import BytesIO
from typing import Any

import frames  # type: ignore[import-not-found]  # found beside this program

MEMORY_BYTES = 1024**3


def check(head: dict[str, Any], pdf: bytes) -> tuple[dict[str, Any], bytes]:
    """`{"found": …}`: sealed, or why not; `covered` is how many bytes a seal of ours covers."""
    try:
        return _check(pdf, set(head["trusted"])), b""
    except Exception:  # a hostile file may break a reader anywhere; then it is not our file
        return {"found": "broken"}, b""


def _check(pdf: bytes, trusted: set[str]) -> dict[str, Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader

    if not pdf.startswith(b"%PDF-"):
        return {"found": "not_pdf"}
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    seals = reader.embedded_signatures
    if not seals:
        return {"found": "no_seal"}
    if len(seals) > 1:
        return {"found": "several_seals"}
    seal = seals[0]
    if _fingerprint(seal) not in trusted:
        return {"found": "other_seal"}
    if not _is_intact(seal):
        return {"found": "changed"}
    start, first, second, rest = (int(each) for each in seal.byte_range)
    if start != 0 or second + rest != len(pdf) or not _is_only_seal(pdf[first:second]):
        return {"found": "appended", "covered": second + rest}
    return _judged(reader, seal)


def _judged(reader: Any, seal: Any) -> dict[str, Any]:
    """The seal is ours and intact: does it cover everything, and forbid every change?"""
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if seal.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        return {"found": "appended"}
    if seal.docmdp_level != MDPPerm.NO_CHANGES:
        return {"found": "changed"}
    return {
        "found": "sealed",
        "fingerprint": _fingerprint(seal),
        "identifier": _text(reader.trailer["/ID"][0]),
        "sealed_at": seal.self_reported_timestamp.isoformat(),
    }


def _fingerprint(seal: Any) -> str:
    return hashlib.sha256(seal.signer_cert.dump()).hexdigest()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("ascii", "replace")


def _is_intact(seal: Any) -> bool:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    if seal.md_algorithm not in {"sha256", "sha384", "sha512"}:
        return False
    intact, valid = validate_sig_integrity(
        seal.signer_info, seal.signer_cert, "data", seal.compute_digest()
    )
    return bool(intact and valid)


def _is_only_seal(gap: bytes) -> bool:
    """Nothing may hide between the two parts that the seal covers."""
    return gap[:1] == b"<" and gap[-1:] == b">" and set(gap[1:-1]) <= set(b"0123456789abcdefABCDEF")


def main() -> None:
    from pyhanko.pdf_utils import reader  # noqa: F401  # warm before the first file
    from pyhanko.sign.validation import generic_cms  # noqa: F401

    frames.confine(MEMORY_BYTES)
    frames.serve(check)
    sys.exit(0)


if __name__ == "__main__":
    main()
