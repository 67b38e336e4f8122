"""Background work: a durable queue in the records, each job in a process of its own."""

from pipelines.jobs.queue import Job, JobEvent, Jobs

__all__ = ["Job", "JobEvent", "Jobs"]
