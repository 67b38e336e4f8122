from __future__ import annotations

import threading

import pytest

from pipelines.document.edits import SetNote, SetParameter
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.store import Pipelines
from pipelines.errors import ConflictError, DocumentError, NotFoundError
from pipelines.messages import _, to_plain
from pipelines.records import Database

DOCUMENT = PipelineDocument(name="cars", steps=(StepNode(id="cars", type="dataset", params={"dataset": "cars"}),))
CHANGED = SetNote("cars", "bought").apply(DOCUMENT)


@pytest.fixture
def pipelines(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/records.db")
    database.upgrade()
    yield Pipelines(database)
    database.close()


def test_a_new_pipeline_opens_by_name_and_by_id(pipelines):
    info = pipelines.create(DOCUMENT)
    assert (info.name, info.revision, info.changed) == ("cars", 1, False)
    for name in ("cars", info.id):
        assert pipelines.open(name).document == DOCUMENT
    assert [p.id for p in pipelines.list()] == [info.id]
    with pytest.raises(NotFoundError, match="Did you mean 'cars'"):
        pipelines.open("carz")


def test_drafts_are_kept_and_a_stale_one_is_refused(pipelines):
    info = pipelines.create(DOCUMENT)
    version = pipelines.open("cars").version
    newer = pipelines.save_draft(info.id, CHANGED, version)
    assert newer > version
    assert pipelines.open("cars").document == CHANGED
    assert pipelines.list()[0].changed
    with pytest.raises(ConflictError, match="changed elsewhere"):
        pipelines.save_draft(info.id, DOCUMENT, version)
    assert pipelines.open("cars").document == CHANGED
    assert pipelines.save_draft(info.id, CHANGED, newer) == newer


def test_a_version_never_comes_back_so_a_stale_tab_cannot_save_after_a_commit(pipelines):
    info = pipelines.create(DOCUMENT)
    stale = pipelines.open("cars").version
    pipelines.save_draft(info.id, CHANGED, stale)
    pipelines.commit_revision(info.id, CHANGED)
    with pytest.raises(ConflictError):
        pipelines.save_draft(info.id, DOCUMENT, stale)


def test_of_many_who_save_over_one_version_one_wins(pipelines):
    info = pipelines.create(DOCUMENT)
    version = pipelines.open("cars").version
    outcomes = []

    def save(number):
        try:
            outcomes.append(pipelines.save_draft(info.id, SetParameter("cars", "n", number).apply(DOCUMENT), version))
        except ConflictError:
            outcomes.append(None)

    threads = [threading.Thread(target=save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [o for o in outcomes if o is not None] == [version + 1]
    assert len(outcomes) == 6


def test_a_revision_that_says_the_same_is_not_made_again(pipelines):
    info = pipelines.create(DOCUMENT)
    assert pipelines.commit_revision(info.id, DOCUMENT) == 1
    assert pipelines.commit_revision(info.id, CHANGED, "ada", "a note") == 2
    assert pipelines.commit_revision(info.id, CHANGED) == 2
    found = pipelines.revisions(info.id)
    assert [(r.number, r.author, r.note) for r in found] == [(2, "ada", "a note"), (1, "", "")]
    assert pipelines.revision(info.id, 1) == DOCUMENT
    assert pipelines.open("cars").document == CHANGED
    with pytest.raises(NotFoundError):
        pipelines.revision(info.id, 9)


def test_committing_leaves_a_draft_with_other_work_alone(pipelines):
    info = pipelines.create(DOCUMENT)
    pipelines.save_draft(info.id, CHANGED, pipelines.open("cars").version)
    other = SetParameter("cars", "dataset", "other").apply(DOCUMENT)
    assert pipelines.commit_revision(info.id, other) == 2
    assert pipelines.open("cars").document == CHANGED


def test_an_emptied_draft_keeps_what_it_had_as_a_revision(pipelines):
    info = pipelines.create(DOCUMENT)
    version = pipelines.save_draft(info.id, CHANGED, pipelines.open("cars").version)
    pipelines.save_draft(info.id, PipelineDocument(name="cars"), version)
    assert pipelines.open("cars").document.steps == ()
    assert pipelines.revision(info.id, 2) == CHANGED
    assert "before all steps were removed" in pipelines.revisions(info.id)[0].note


def test_restoring_makes_a_new_revision_and_keeps_the_draft(pipelines):
    info = pipelines.create(DOCUMENT)
    pipelines.commit_revision(info.id, CHANGED)
    draft = SetParameter("cars", "dataset", "draft").apply(DOCUMENT)
    pipelines.save_draft(info.id, draft, pipelines.open("cars").version)
    assert pipelines.restore(info.id, 1) == 4
    note = pipelines.revisions(info.id)[0].note
    assert note == "Revision 1 restored"
    assert to_plain(note) == to_plain(_("Revision {number} restored", number=1))
    assert pipelines.open("cars").document == DOCUMENT
    assert pipelines.revision(info.id, 3) == draft
    assert pipelines.revision(info.id, 4) == DOCUMENT


def test_names_are_unique_among_the_living(pipelines):
    info = pipelines.create(DOCUMENT)
    with pytest.raises(ConflictError, match="already a pipeline 'cars'"):
        pipelines.create(DOCUMENT)
    other = pipelines.create(DOCUMENT.model_copy(update={"name": "boats"}))
    with pytest.raises(ConflictError):
        pipelines.rename(other.id, "cars")
    with pytest.raises(ConflictError):
        pipelines.save_draft(other.id, DOCUMENT, pipelines.open("boats").version)
    pipelines.delete(info.id)
    assert pipelines.rename(other.id, "cars").name == "cars"
    assert pipelines.open("cars").document.name == "cars"
    with pytest.raises(NotFoundError):
        pipelines.save_draft(info.id, DOCUMENT, 1)
    with pytest.raises(DocumentError):
        pipelines.rename(other.id, "a\nb")
