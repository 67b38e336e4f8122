"""Processes by identity: who is meant by a process id, whether it still lives, and how it is ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

import psutil

_CLOCK_SECONDS = 2.0  # psutil computes a start time from the clock, which may be set meanwhile


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process that cannot be mistaken for a later one of the same number; ``started`` is in seconds since 1970."""

    pid: int
    started: float

    @classmethod
    def mine(cls) -> ProcessId:
        return cls(os.getpid(), psutil.Process().create_time())

    @classmethod
    def of(cls, pid: int) -> ProcessId | None:
        """The living process with this number."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error:
            return None

    @property
    def is_alive(self) -> bool:
        """Whether it runs. One that has ended and was not yet collected by its parent does not."""
        return self._process() is not None

    def send(self, number: int) -> bool:
        """Send a signal; False when the process is gone."""
        found = self._process()
        if found is None:
            return False
        with contextlib.suppress(psutil.Error):
            found.send_signal(number)
            return True
        return False

    def kill_group(self) -> None:
        """End it at once, with the processes it started when it leads a group of its own."""
        if self._process() is None:
            return
        with contextlib.suppress(OSError, psutil.Error):
            if hasattr(os, "killpg") and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, signal.SIGKILL)
            else:
                psutil.Process(self.pid).kill()

    def to_dict(self) -> dict[str, Any]:
        return {"pid": self.pid, "started": self.started}

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            with process.oneshot():
                same = abs(process.create_time() - self.started) < _CLOCK_SECONDS
                return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:
            return None


def die_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the kernel send ``number`` to this process when the thread that started it ends (Linux; else nothing).

    ``parent`` is the parent's process id: when it is gone already, this process ends here.
    """
    if sys.platform.startswith("linux"):
        set_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, int(number))
    if os.getppid() != parent:
        os._exit(1)


def free_port(host: str, preferred: int = 0) -> int:
    """``preferred`` if nothing listens there, else a port the system chooses."""
    for port in dict.fromkeys((preferred, 0)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError, OverflowError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise OSError(f"No port can be opened on {host}.")
