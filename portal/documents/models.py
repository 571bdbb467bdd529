"""Documents with their frozen facts, and the keys by which anyone verifies them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigId


class Document(Base):
    """One issued document. Its facts never change; its state and standing do."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_sha256", "sha256"),
        Index("ix_document_subject", "subject_id", "issued_at"),
        Index("ix_document_account", "account_id", "issued_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int | None] = mapped_column(BigId)
    template: Mapped[str] = mapped_column(String(80))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime]
    valid_until: Mapped[date | None]

    state: Mapped[str] = mapped_column(String(12), default="preparing")
    failure: Mapped[str] = mapped_column(String(20), default="")
    ready_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(default=0)
    # Of the file as it was handed out; sha256 is also its key in the storage.
    sha256: Mapped[str] = mapped_column(String(64), default="")
    sm3: Mapped[str] = mapped_column(String(64), default="")
    unsealed_sha256: Mapped[str] = mapped_column(String(64), default="")

    superseded_by: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    superseded_on: Mapped[date | None]
    superseded_reason: Mapped[str] = mapped_column(String(200), default="")
    revoked_on: Mapped[date | None]
    revoked_reason: Mapped[str] = mapped_column(String(200), default="")


class PublishedKey(Base):
    """A public key that verifies: kind "seal" is a certificate, "token" an Ed25519 key."""

    __tablename__ = "published_key"
    __table_args__ = (UniqueConstraint("kind", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    fingerprint: Mapped[str] = mapped_column(String(64))
    material: Mapped[str] = mapped_column(Text)
    registered_on: Mapped[date]
    revoked_on: Mapped[date | None]
