from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipelines.errors import ConflictError, NotFoundError
from pipelines.execution.result import Status
from pipelines.jobs.queue import LOST, LOST_ELSEWHERE, fold_steps
from pipelines.messages import _, to_plain
from pipelines.processes import ProcessId
from pipelines.records import JobRow, JobState, utc_now


@pytest.fixture
def gone():
    """The identity of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessId.of(process.pid)
        process.communicate(b"\n")
    return identity


def pretend_running(jobs, job_id, process, **values):
    """Write what a job's process would have written."""
    blank = {"state": "running", "host": os.uname().nodename, "pid": process.pid, "started_at": utc_now()}
    with jobs.database.session() as session:
        written = blank | {"process_started": process.started} | values
        session.execute(sa.update(JobRow).where(JobRow.id == job_id).values(**written))


def test_a_submitted_job_waits_and_keeps_what_it_was_given(jobs):
    job = jobs.get(jobs.submit("run", {"名": [1, None]}, title="Cars").id)
    assert (job.state, job.kind, job.title, job.payload) == (JobState.QUEUED, "run", "Cars", {"名": [1, None]})
    assert job.progress is None
    assert job.steps == ()
    assert [j.id for j in jobs.list(kind="run", state="queued")] == [job.id]
    assert jobs.list(kind="batch") == []


def test_a_job_that_does_not_exist_is_not_found(jobs):
    for ask in (jobs.get, jobs.cancel, jobs.log):
        with pytest.raises(NotFoundError):
            ask("../../etc/passwd")


def test_a_job_is_claimed_once_however_many_ask(jobs):
    expected = {jobs.submit("run", {}).id for _ in range(20)}
    taken = []

    def take():
        for _try in range(20):
            if claim := jobs.claim(ProcessId.mine()):
                taken.append(claim.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken))
    while claim := jobs.claim(ProcessId.mine()):
        taken.append(claim.id)
    assert set(taken) == expected
    assert len(taken) == 20


def test_the_oldest_job_is_claimed_first(jobs):
    first, second = jobs.submit("run", {}), jobs.submit("run", {})
    me = ProcessId.mine()
    assert [jobs.claim(me).id, jobs.claim(me).id, jobs.claim(me)] == [first.id, second.id, None]


def test_a_queued_job_is_cancelled_at_once_and_a_finished_one_is_not(jobs):
    job = jobs.cancel(jobs.submit("run", {}).id)
    assert job.state is JobState.CANCELLED
    assert job.finished_at is not None
    assert jobs.claim(ProcessId.mine()) is None
    with pytest.raises(ConflictError, match="cancelled"):
        jobs.cancel(job.id)


def test_a_running_job_whose_process_is_gone_has_failed_as_soon_as_somebody_looks(jobs, gone):
    looks = [lambda i: jobs.get(i).state, lambda i: jobs.list()[0].state, lambda i: jobs.reconcile() and "failed"]
    for look in looks:
        job = jobs.submit("run", {})
        pretend_running(jobs, job.id, gone)
        assert look(job.id) == "failed"
        found = jobs.get(job.id)
        assert found.error["message"] == LOST
        assert found.finished_at is not None


def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(jobs, gone):
    job = jobs.submit("run", {})
    pretend_running(jobs, job.id, gone, cancel_requested=True)
    assert jobs.get(job.id).state is JobState.CANCELLED


def test_a_job_that_a_dead_worker_had_claimed_but_not_begun_is_queued_again(jobs, gone):
    job = jobs.submit("run", {})
    assert jobs.claim(gone).id == job.id
    assert jobs.get(job.id).state is JobState.QUEUED
    assert jobs.claim(ProcessId.mine()).id == job.id


def test_a_living_process_with_the_number_of_a_dead_one_is_not_taken_for_it(jobs):
    job = jobs.submit("run", {})
    pretend_running(jobs, job.id, ProcessId(os.getpid(), ProcessId.mine().started - 3600))
    assert jobs.get(job.id).state is JobState.FAILED


def test_a_clock_that_was_set_makes_no_job_fail(jobs):
    job = jobs.submit("run", {})
    other = ProcessId(os.getpid(), ProcessId.mine().started - 3600)
    pretend_running(jobs, job.id, other, heartbeat_at=utc_now())
    assert jobs.get(job.id).state is JobState.RUNNING


def test_a_job_on_another_machine_is_judged_by_its_heartbeat(jobs):
    job = jobs.submit("run", {})
    elsewhere = {"host": "elsewhere", "heartbeat_at": utc_now()}
    pretend_running(jobs, job.id, ProcessId(1, 1.0), **elsewhere)
    assert jobs.get(job.id).state is JobState.RUNNING
    elsewhere["heartbeat_at"] -= timedelta(minutes=5)
    pretend_running(jobs, job.id, ProcessId(1, 1.0), **elsewhere)
    assert jobs.get(job.id).error["message"] == LOST_ELSEWHERE


def step(name, status, **more):
    return {"kind": "step", "id": name, "type": "t", "title": "T", "status": status, **more}


def test_steps_are_folded_in_order_and_keep_what_later_events_leave_out():
    events = [step("a", "queued"), step("b", "queued"), step("a", "running"), step("a", "done", rows=3, key="k")]
    events.append({"id": "b", "status": "running", "unknown": 1})
    a, b = fold_steps(events, JobState.RUNNING)
    assert (a.id, a.status, a.rows, a.key) == ("a", Status.DONE, 3, "k")
    assert (b.id, b.status, b.type, b.title) == ("b", Status.RUNNING, "t", "T")


@pytest.mark.parametrize(
    ("state", "running", "queued"),
    [
        (JobState.FAILED, Status.FAILED, Status.SKIPPED),
        (JobState.CANCELLED, Status.CANCELLED, Status.CANCELLED),
        (JobState.DONE, Status.SKIPPED, Status.SKIPPED),
    ],
)
def test_no_step_of_a_job_that_is_over_says_it_runs(state, running, queued):
    steps = fold_steps([step("a", "done"), step("b", "running"), step("c", "queued")], state)
    assert [s.status for s in steps] == [Status.DONE, running, queued]


def test_what_is_kept_of_a_job_can_be_said_in_another_language(jobs):
    job = jobs.submit("run", {})
    told = _("{step}: {message}", step="cars", message=_("There is no column {column!r}.", column="prce"))
    pretend_running(jobs, job.id, ProcessId.mine(), error={"message": told, "fix": "as it is"}, progress={"text": told})
    kept = jobs.get(job.id)
    assert kept.error == {"message": "cars: There is no column 'prce'.", "fix": "as it is"}
    assert to_plain(kept.error["message"]) == to_plain(kept.text) == to_plain(told)


def test_what_was_kept_without_templates_is_read_as_it_is(jobs):
    job = jobs.submit("run", {})
    with jobs.database.session() as session:
        session.execute(sa.text("UPDATE job SET error = :old"), {"old": '{"message": "It failed.", "fix": ""}'})
    assert jobs.get(job.id).error == {"message": "It failed.", "fix": ""}
