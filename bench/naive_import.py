"""The importer that anyone would write first: csv, python-stdnum, select and add through the ORM."""

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import BigInteger, Date, ForeignKey, String, Text, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from stdnum.cn import uscc


class Base(DeclarativeBase):
    pass


class NaiveSubject(Base):
    __tablename__ = "naive_subject"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(18), unique=True)


class NaivePenalty(Base):
    __tablename__ = "naive_penalty"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("naive_subject.id"), index=True)
    number: Mapped[str] = mapped_column(String(128), index=True)
    authority: Mapped[str] = mapped_column(String(200))
    authority_code: Mapped[str] = mapped_column(String(18))
    title: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    kinds: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    fine_fen: Mapped[int] = mapped_column(BigInteger)
    decided_on: Mapped[datetime] = mapped_column(Date)
    valid_until: Mapped[datetime] = mapped_column(Date)


def prepare(url: str, codes: list[str]) -> None:
    """Fresh tables with the subjects of the file."""
    engine = create_engine(url)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(NaiveSubject(code=code) for code in codes)
        session.commit()


def run(path: Path, url: str) -> int:
    """Import the file row by row, committing once; returns how many rows went in."""
    taken = 0
    with path.open(encoding="utf-8", newline="") as file, Session(create_engine(url)) as session:
        for row in csv.DictReader(file):
            if not uscc.is_valid(row["CF_XDR_SHXYM"]) or not uscc.is_valid(row["CF_CFJGDM"]):
                continue
            subject = session.scalars(
                select(NaiveSubject).where(NaiveSubject.code == row["CF_XDR_SHXYM"])
            ).one()
            penalty = session.scalars(
                select(NaivePenalty).where(
                    NaivePenalty.subject_id == subject.id, NaivePenalty.number == row["CF_WSH"]
                )
            ).one_or_none()
            if penalty is None:
                penalty = NaivePenalty(subject_id=subject.id, number=row["CF_WSH"])
                session.add(penalty)
            _fill(penalty, row)
            taken += 1
        session.commit()
    return taken


def _fill(penalty: NaivePenalty, row: dict[str, str]) -> None:
    penalty.authority = row["CF_CFJG"]
    penalty.authority_code = row["CF_CFJGDM"]
    penalty.title = row["CF_WFXW"]
    penalty.facts = row["CF_SY"]
    penalty.basis = row["CF_YJ"]
    penalty.kinds = row["CF_CFLB"]
    penalty.decision = row["CF_NR"]
    penalty.fine_fen = int(Decimal(row["CF_NR_FK"] or 0) * 1_000_000)
    penalty.decided_on = datetime.strptime(row["CF_JDRQ"], "%Y/%m/%d").date()  # noqa: DTZ007
    penalty.valid_until = datetime.strptime(row["CF_YXQ"], "%Y/%m/%d").date()  # noqa: DTZ007
