"""Pipelines in the records: the draft that is edited, and every revision saved of it.

A draft always exists, so that its version only rises: who saves over a version that is not the newest is told. A
draft with work in it is never lost: emptying it, or restoring an older revision over it, keeps it as a revision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pipelines.document import checks
from pipelines.document.codec import dumps, loads
from pipelines.document.model import PipelineDocument
from pipelines.errors import ConflictError, NotFoundError
from pipelines.messages import _
from pipelines.records import Database, DraftRow, PipelineRow, RevisionRow, utc_now


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """A pipeline in a list. ``revision`` is the newest one's number; ``changed``: the draft differs from it."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    revision: int
    changed: bool


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    number: int
    author: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OpenPipeline:
    """A pipeline to edit. ``version`` is the draft's, to be given back to ``save_draft``."""

    info: PipelineInfo
    document: PipelineDocument
    version: int


class Pipelines:
    """The pipelines in the records. Safe across threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, document: PipelineDocument, *, author: str = "") -> PipelineInfo:
        """A new pipeline with ``document`` as its first revision. ConflictError when the name is taken."""
        text = dumps(document)
        with self._writing() as session:
            _require_free(session, document.name)
            row = PipelineRow(name=document.name)
            session.add(row)
            session.flush()
            session.add(RevisionRow(pipeline_id=row.id, number=1, yaml=text, author=author))
            session.add(DraftRow(pipeline_id=row.id, yaml=text))
            session.flush()
            return _info(session, row)

    def list(self) -> list[PipelineInfo]:
        """Every pipeline, the last changed first."""
        newest = sa.select(RevisionRow.pipeline_id, sa.func.max(RevisionRow.number).label("number"))
        top = newest.group_by(RevisionRow.pipeline_id).subquery()
        query = (
            sa.select(PipelineRow, RevisionRow.number, RevisionRow.yaml != DraftRow.yaml)
            .join(DraftRow, DraftRow.pipeline_id == PipelineRow.id)
            .join(top, top.c.pipeline_id == PipelineRow.id)
            .join(RevisionRow, (RevisionRow.pipeline_id == PipelineRow.id) & (RevisionRow.number == top.c.number))
            .where(PipelineRow.deleted_at.is_(None))
            .order_by(PipelineRow.updated_at.desc(), PipelineRow.name)
        )
        with self._database.session(read_only=True) as session:
            return [
                PipelineInfo(row.id, row.name, row.created_at, row.updated_at, number, bool(changed))
                for row, number, changed in session.execute(query)
            ]

    def open(self, name_or_id: str) -> OpenPipeline:
        """The pipeline's draft. NotFoundError, with the nearest name, when there is none."""
        with self._database.session(read_only=True) as session:
            row = _find(session, name_or_id)
            draft = _draft(session, row)
            return OpenPipeline(_info(session, row), loads(draft.yaml), draft.version)

    def save_draft(self, pipeline_id: str, document: PipelineDocument, version: int) -> int:
        """Keep what is being edited; the draft's new version. ConflictError when ``version`` is not the newest.

        A draft with no steps left is kept too; what it had before becomes a revision.
        """
        text = dumps(document)
        with self._writing() as session:
            row = _locked(session, pipeline_id)
            draft = _draft(session, row)
            if draft.version != version:
                raise ConflictError(
                    _("The pipeline {name!r} was changed elsewhere meanwhile.", name=row.name),
                    fix=_("Open it again; what you have here can be exported first."),
                )
            if draft.yaml == text:
                return version
            if not document.steps and loads(draft.yaml).steps:
                _keep(session, row, draft.yaml, "", "Kept before all steps were removed")
            _follow_name(session, row, document.name)
            return _write(row, draft, text)

    def commit_revision(self, pipeline_id: str, document: PipelineDocument, author: str = "", note: str = "") -> int:
        """Save ``document`` as a revision; its number, or the newest one's when that says the same.

        The draft follows, unless it holds other work that is no revision yet.
        """
        text = dumps(document)
        with self._writing() as session:
            row = _locked(session, pipeline_id)
            draft, latest = _draft(session, row), _latest(session, row)
            number = _keep(session, row, text, author, note)
            if draft.yaml in (text, latest.yaml):
                _follow_name(session, row, document.name)
                if draft.yaml != text:
                    _write(row, draft, text)
            row.updated_at = utc_now()
            return number

    def revisions(self, pipeline_id: str) -> Sequence[RevisionInfo]:
        """Every revision, newest first."""
        query = sa.select(RevisionRow).where(RevisionRow.pipeline_id == pipeline_id).order_by(RevisionRow.number.desc())
        with self._database.session(read_only=True) as session:
            _by_id(session, pipeline_id)
            return [RevisionInfo(r.number, r.author, r.note or "", r.created_at) for r in session.scalars(query)]

    def revision(self, pipeline_id: str, number: int) -> PipelineDocument:
        """The document of one revision."""
        with self._database.session(read_only=True) as session:
            return loads(_revision(session, _by_id(session, pipeline_id), number).yaml)

    def restore(self, pipeline_id: str, number: int, *, author: str = "") -> int:
        """Make an older revision the newest one and the draft; the new number. Unsaved work is kept first."""
        with self._writing() as session:
            row = _locked(session, pipeline_id)
            document = loads(_revision(session, row, number).yaml)
            text = dumps(document.model_copy(update={"name": row.name}))
            draft = _draft(session, row)
            _keep(session, row, draft.yaml, author, _("Kept before revision {number} was restored", number=number))
            new = _keep(session, row, text, author, _("Revision {number} restored", number=number))
            _write(row, draft, text)
            return new

    def rename(self, pipeline_id: str, name: str) -> PipelineInfo:
        """Give the pipeline and its draft another name. ConflictError when it is taken."""
        name = checks.pipeline_name(name)
        with self._writing() as session:
            row = _locked(session, pipeline_id)
            draft = _draft(session, row)
            _follow_name(session, row, name)
            _write(row, draft, dumps(loads(draft.yaml).model_copy(update={"name": name})))
            session.flush()
            return _info(session, row)

    def delete(self, pipeline_id: str) -> None:
        """Take the pipeline out of the list; its name is free again, its revisions stay in the records."""
        with self._writing() as session:
            _locked(session, pipeline_id).deleted_at = utc_now()

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        try:
            with self._database.session() as session:
                yield session
        except sa.exc.IntegrityError as error:
            raise ConflictError(
                _("Another pipeline took this name, or changed, meanwhile."), fix=_("Try again.")
            ) from error


def _find(session: Session, name_or_id: str) -> PipelineRow:
    living = sa.select(PipelineRow).where(PipelineRow.deleted_at.is_(None))
    for column in (PipelineRow.id, PipelineRow.name):
        row = session.scalar(living.where(column == name_or_id))
        if row is not None:
            return row
    raise NotFoundError("pipeline", name_or_id, [r.name for r in session.scalars(living)])


def _by_id(session: Session, pipeline_id: str, *, lock: bool = False) -> PipelineRow:
    row = session.get(PipelineRow, pipeline_id, with_for_update=lock or None)
    if row is None or row.deleted_at is not None:
        raise NotFoundError("pipeline", pipeline_id)
    return row


def _locked(session: Session, pipeline_id: str) -> PipelineRow:
    return _by_id(session, pipeline_id, lock=True)


def _draft(session: Session, row: PipelineRow) -> DraftRow:
    return session.scalars(sa.select(DraftRow).where(DraftRow.pipeline_id == row.id)).one()


def _latest(session: Session, row: PipelineRow) -> RevisionRow:
    query = sa.select(RevisionRow).where(RevisionRow.pipeline_id == row.id).order_by(RevisionRow.number.desc())
    return session.scalars(query.limit(1)).one()


def _revision(session: Session, row: PipelineRow, number: int) -> RevisionRow:
    query = sa.select(RevisionRow).where(RevisionRow.pipeline_id == row.id, RevisionRow.number == number)
    found = session.scalar(query)
    if found is None:
        raise NotFoundError(_("revision of {name!r} with number", name=row.name), str(number))
    return found


def _info(session: Session, row: PipelineRow) -> PipelineInfo:
    latest, draft = _latest(session, row), _draft(session, row)
    changed = draft.yaml != latest.yaml
    return PipelineInfo(row.id, row.name, row.created_at, row.updated_at, latest.number, changed)


def _keep(session: Session, row: PipelineRow, text: str, author: str, note: str) -> int:
    """A new revision with this text, unless the newest one has it."""
    latest = _latest(session, row)
    if latest.yaml == text:
        return latest.number
    number = latest.number + 1
    session.add(RevisionRow(pipeline_id=row.id, number=number, yaml=text, author=author, note=note or None))
    session.flush()
    return number


def _write(row: PipelineRow, draft: DraftRow, text: str) -> int:
    draft.yaml = text
    draft.version += 1
    row.updated_at = utc_now()
    return draft.version


def _follow_name(session: Session, row: PipelineRow, name: str) -> None:
    if name != row.name:
        _require_free(session, name)
        row.name = name


def _require_free(session: Session, name: str) -> None:
    query = sa.select(PipelineRow.id).where(PipelineRow.deleted_at.is_(None), PipelineRow.name == name)
    if session.scalar(query) is not None:
        raise ConflictError(_("There is already a pipeline {name!r}.", name=name), fix=_("Choose another name."))
