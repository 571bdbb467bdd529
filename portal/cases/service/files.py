"""Files of drafts and cases: cleaned, kept once, given only to those who may see the case."""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.cases.models import Case, CaseFile, Draft
from portal.core import clock, storage, uploads
from portal.core.db import session
from portal.core.errors import Refused


def add(holder: Draft | Case, sent: Sequence[tuple[str, bytes]], *, role: str) -> list[Refused]:
    """Keep the files that may be kept; returns the reason for each of the others.

    `sent` are names and bytes; together with earlier ones at most ten.
    """
    refused = []
    for name, data in sent:
        try:
            _check_room(holder, name, role)
            _attach(holder, uploads.clean(data, name), role)
        except Refused as refusal:
            refused.append(refusal)
    return refused


def remove(draft: Draft, file_id: int) -> None:
    """Take one file out of a draft; one that is not in it is left alone."""
    file = find(draft, file_id)
    if file is None:
        return
    draft.files.remove(file)
    session.delete(file)
    session.flush()  # the count below must not see it
    used = select(func.count()).select_from(CaseFile)
    if not session.scalar(used.where(CaseFile.storage_key == file.storage_key)):
        storage.delete(file.storage_key)


def find(holder: Draft | Case, file_id: int) -> CaseFile | None:
    """A file by its number, if this draft or case has it."""
    return next((file for file in holder.files if file.id == file_id), None)


def read(file: CaseFile) -> bytes:
    """The bytes of a file; raises storage.Missing when the store lost them."""
    return storage.get(file.storage_key)


def _check_room(holder: Draft | Case, name: str, role: str) -> None:
    if sum(file.role == role for file in holder.files) >= uploads.FILES:
        raise Refused("too_many_files", "files", name=uploads.shown_name(name), most=uploads.FILES)


def _attach(holder: Draft | Case, upload: uploads.Upload, role: str) -> None:
    key = uploads.keep(upload)
    if any(file.storage_key == key for file in holder.files):
        return
    holder.files.append(
        CaseFile(
            storage_key=key,
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.data),
            role=role,
            added_at=clock.now(),
        )
    )
    session.flush()  # each file has a number at once
