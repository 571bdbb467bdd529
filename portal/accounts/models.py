"""Accounts and how they prove themselves; whom they act for; what they were told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import Base, BigId
from portal.core.text import N_
from portal.subjects.models import Subject


class Account(Base):
    """A person who can sign in: an individual, or a member of staff."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("kind IN ('individual', 'staff')", name="kind"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        UniqueConstraint("issuer", "issuer_subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    level: Mapped[int] = mapped_column(default=1)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    user_handle: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None]
    issuer: Mapped[str | None] = mapped_column(String(200))
    issuer_subject: Mapped[str | None] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    body: Mapped[str | None] = mapped_column(ForeignKey("body.slug"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    passkeys: Mapped[list["Passkey"]] = relationship(order_by="Passkey.id")

    @property
    def has_totp(self) -> bool:
        return self.totp_sealed is not None

    @property
    def has_second_factor(self) -> bool:
        return self.has_totp or bool(self.passkeys)


class Passkey(Base):
    """A key pair kept by a device; here lies its public half."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes a person keeps on paper for the day the phone is gone."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """One signed-in browser; without its row the cookie is worth nothing."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    device: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime]


class Attempt(Base):
    """One failed try of a password or a code, by a fingerprint of what was tried."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class SentCode(Base):
    """A code sent to a phone or mailbox, and what it will open: a new account or a recovery."""

    __tablename__ = "sent_code"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Challenge(Base):
    """Random bytes that a passkey must sign once, soon."""

    __tablename__ = "challenge"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Representation(Base):
    """That an account may act for a business: what, since when, until when, by whose word."""

    __tablename__ = "representation"
    __table_args__ = (
        Index("ix_representation_subject_account", "subject_id", "account_id"),
        # One legal representative a business, whatever two requests do at once.
        Index(
            "uq_representation_legal",
            "subject_id",
            unique=True,
            sqlite_where=text("is_legal = 1 AND ended_at IS NULL"),
            postgresql_where=text("is_legal AND ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    is_legal: Mapped[bool]
    via: Mapped[str] = mapped_column(String(12))
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date]
    until: Mapped[date | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    subject: Mapped[Subject] = relationship()

    @property
    def code(self) -> str:
        return self.subject.code

    @property
    def name(self) -> str:
        return self.subject.name


class Invitation(Base):
    """A legal representative's offer to act for the business, taken up with a code."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    invited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    until: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    subject: Mapped[Subject] = relationship()


class ClaimCode(Base):
    """A one-time code that the registration authority gave a business."""

    __tablename__ = "claim_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class ClaimConflict(Base):
    """A second person with a good claim to a business that somebody represents already."""

    __tablename__ = "claim_conflict"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), index=True)
    claimant_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    via: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(12), default="")

    subject: Mapped[Subject] = relationship()
    claimant: Mapped[Account] = relationship(foreign_keys=[claimant_id])
    holder: Mapped[Account] = relationship(foreign_keys=[holder_id])


class Act(Base):
    """One thing done in the name of a business; the business sees all of them."""

    __tablename__ = "act"
    __table_args__ = (Index("ix_act_subject_at", "subject_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Message(Base):
    """One notice to one person. The text is made from key and data when it is read or sent."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_account_at", "account_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    key: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    deliveries: Mapped[list["Delivery"]] = relationship(order_by="Delivery.id")
    subject: Mapped[Subject | None] = relationship()


class Delivery(Base):
    """One way a notice or a code goes out, and how far it has come."""

    __tablename__ = "delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    # What the text needs, sealed; emptied once it was handed over.
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


SCOPES = {
    "read": N_("查看"),
    "report": N_("下载报告"),
    "apply": N_("申请修复和异议"),
    "sign": N_("签署承诺"),
    "manage": N_("管理授权"),
}
ROLES = {
    "handler": N_("办理人员"),
    "verifier": N_("部门核实人员"),
    "reviewer": N_("复核人员"),
    "editor": N_("场景编辑"),
    "publisher": N_("发布人员"),
    "auditor": N_("审计人员"),
    "admin": N_("系统管理员"),
}
LEVELS = {1: N_("手机或邮箱已确认"), 2: N_("已实名"), 3: N_("已人脸或电子营业执照核验")}
