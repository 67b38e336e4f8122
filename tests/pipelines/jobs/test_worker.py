"""The worker and the processes of its jobs, killed in every way."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from pipelines.errors import ConflictError
from pipelines.execution.result import Status
from pipelines.jobs.process import context
from pipelines.jobs.queue import LOST
from pipelines.records import JobState
from pipelines.worker import KINDS, Worker

pytestmark = [pytest.mark.services, pytest.mark.skipif(os.name != "posix", reason="jobs are forked")]


@pytest.fixture
def waiting(jobs, tmp_path):
    """Files a job that waits for a file; gives the job's id, the file and the process ids that ran it."""

    def submit(kind="wait_for_file"):
        file, marks = tmp_path / f"go-{len(list(tmp_path.iterdir()))}", tmp_path / "marks"
        job = jobs.submit(kind, {"file": str(file), "marks": str(marks)})
        file.with_suffix(".filed").touch()
        return job.id, file, lambda: marks.read_text().split() if marks.exists() else []

    return submit


def begun(jobs, job_id):
    return lambda: (job := jobs.get(job_id)).steps and job.state is JobState.RUNNING and jobs.running()[0].process


def over(jobs, job_id):
    return lambda: (job := jobs.get(job_id)).state.is_final and job


def test_jobs_end_as_their_handlers_do(jobs, start_worker, until):
    start_worker()
    filed = {n: jobs.submit(n, {"number": 41}) for n in ("answer", "fail", "bug", "say_failed", "leave", "unknown")}
    ended = {name: until(over(jobs, job.id)) for name, job in filed.items()}

    answer = ended["answer"]
    assert (answer.state, answer.result, answer.run_id) == (JobState.DONE, {"answer": 42}, "run-1")
    assert (answer.progress, answer.text) == (1.0, "half")
    assert [(s.id, s.status, s.rows) for s in answer.steps] == [("clean", Status.DONE, 5)]
    assert jobs.log(answer.id) == ["working", "to the other stream"]
    events = jobs.events(answer.id)
    assert [e.kind for e in events] == ["step", "step", "run"]
    assert [e.number for e in jobs.events(answer.id, after=events[0].number)] == [e.number for e in events[1:]]

    assert ended["fail"].state is JobState.FAILED
    error = ended["fail"].error
    assert (error["message"], error["fix"], error["step"]) == ("Column 'x' is all missing.", "Leave it out.", "train")
    assert ended["bug"].error["message"] == "KeyError: 'nothing'"
    assert "in bug" in ended["bug"].error["trace"]
    assert (ended["say_failed"].state, ended["say_failed"].run_id) == (JobState.FAILED, "run-2")
    assert ended["say_failed"].error["step"] == "split"
    assert ended["leave"].error["message"] == LOST
    assert "unknown" in ended["unknown"].error["message"]


def test_a_killed_job_has_failed_and_the_next_one_runs(jobs, start_worker, until, waiting):
    start_worker()
    job_id, _, _ = waiting()
    following = jobs.submit("answer", {"number": 1})
    process = until(begun(jobs, job_id))
    os.kill(process.pid, signal.SIGKILL)
    job = until(over(jobs, job_id))
    assert (job.state, job.error["message"]) == (JobState.FAILED, LOST)
    assert [s.status for s in job.steps] == [Status.FAILED]
    assert until(over(jobs, following.id)).state is JobState.DONE


def test_a_job_told_to_stop_from_outside_has_failed_and_says_so(jobs, start_worker, until, waiting):
    start_worker()
    job_id, _, _ = waiting()
    os.kill(until(begun(jobs, job_id)).pid, signal.SIGTERM)
    job = until(over(jobs, job_id))
    assert job.state is JobState.FAILED
    assert "told to stop" in job.error["message"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_outlives_its_worker_and_the_next_worker_adopts_it(jobs, start_worker, until, waiting, number):
    first = start_worker()
    job_id, file, pids = waiting()
    queued = jobs.submit("answer", {"number": 1})
    process = until(begun(jobs, job_id))
    first.send_signal(number)
    first.wait()
    assert jobs.get(job_id).state is JobState.RUNNING
    assert jobs.get(queued.id).state is JobState.QUEUED

    start_worker()
    until(lambda: (jobs.home.locks / "worker.json").exists())
    file.touch()
    assert until(over(jobs, job_id)).result == {"pid": process.pid}
    assert pids() == [str(process.pid)]
    assert until(over(jobs, queued.id)).state is JobState.DONE


def test_a_job_killed_while_no_worker_lives_does_not_say_it_runs(jobs, start_worker, until, waiting):
    worker = start_worker()
    job_id, _, _ = waiting()
    process = until(begun(jobs, job_id))
    worker.kill()
    worker.wait()
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not process.is_alive)
    assert jobs.list()[0].state is JobState.FAILED


def test_cancel_ends_a_running_job(jobs, start_worker, until, waiting):
    start_worker()
    job_id, _, _ = waiting()
    process = until(begun(jobs, job_id))
    assert jobs.cancel(job_id).cancel_requested
    job = until(over(jobs, job_id))
    assert (job.state, job.error) == (JobState.CANCELLED, None)
    assert [s.status for s in job.steps] == [Status.CANCELLED]
    until(lambda: not process.is_alive)


def test_cancel_works_without_a_worker(jobs, start_worker, until, waiting):
    worker = start_worker()
    job_id, _, _ = waiting()
    until(begun(jobs, job_id))
    worker.kill()
    worker.wait()
    jobs.cancel(job_id)
    assert until(over(jobs, job_id)).state is JobState.CANCELLED


@pytest.mark.parametrize("with_worker", [True, False])
def test_a_job_that_ignores_the_signal_is_killed(jobs, start_worker, until, waiting, with_worker):
    worker = start_worker()
    job_id, _, _ = waiting("stubborn")
    process = until(begun(jobs, job_id))
    if not with_worker:
        worker.kill()
        worker.wait()
    jobs.cancel(job_id)
    assert until(over(jobs, job_id)).state is JobState.CANCELLED
    assert not process.is_alive


def test_as_many_jobs_run_at_a_time_as_there_are_slots(jobs, start_worker, until, waiting):
    start_worker(slots=2)
    filed = [waiting() for _ in range(3)]
    _, _, pids = filed[0]
    until(lambda: len(pids()) == 2)
    assert [jobs.get(i).state for i, _, _ in filed] == [JobState.RUNNING, JobState.RUNNING, JobState.QUEUED]
    for _, file, _ in filed:
        file.touch()
    assert all(until(over(jobs, i)).state is JobState.DONE for i, _, _ in filed)


def test_a_workspace_has_one_worker(home, jobs):
    with home.lock("worker"), pytest.raises(ConflictError, match="worker already"):
        Worker(home).run()


def test_a_job_whose_process_is_killed_before_it_begins_is_started_once_more(home, jobs):
    worker = Worker(home, kinds={"answer": "kinds_under_test:answer"})
    job = jobs.submit("answer", {"number": 1})
    for expected in (JobState.QUEUED, JobState.FAILED):
        assert worker.jobs.claim(worker.me).id == job.id
        child = context().Process(target=signal.pause)
        child.start()
        child.kill()
        child.join()
        worker._children[job.id] = child
        worker._collect()
        assert jobs.get(job.id).state is expected
    assert "could not begin" in jobs.get(job.id).error["message"]
    worker.database.close()


def test_a_job_that_could_not_be_started_waits_again(home, jobs, monkeypatch):
    def refused(*_given):
        raise ConnectionRefusedError("the warm parent was killed")

    worker = Worker(home, kinds={"answer": "kinds_under_test:answer"})
    job = jobs.submit("answer", {"number": 1})
    monkeypatch.setattr("pipelines.worker.start", refused)
    with pytest.raises(OSError, match="was not started"):
        worker._start_next()
    assert (jobs.get(job.id).state, jobs.running()) == (JobState.QUEUED, [])
    worker.database.close()


def test_jobs_outlive_their_warm_parent_and_new_ones_start(jobs, start_worker, until, waiting):
    process = start_worker()
    job_id, file, _ = waiting()
    until(begun(jobs, job_id), 300)
    (warm,) = [c for c in psutil.Process(process.pid).children() if "forkserver" in " ".join(c.cmdline())]
    following = jobs.submit("answer", {"number": 1})
    warm.kill()
    file.touch()
    assert until(over(jobs, job_id)).state is JobState.DONE
    assert until(over(jobs, following.id), 300).state is JobState.DONE  # the libraries are loaded anew


def test_every_kind_names_a_function():
    assert all(name.count(":") == 1 for name in KINDS.values())
