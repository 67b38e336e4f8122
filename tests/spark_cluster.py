"""Real Spark on this machine: a standalone master and its workers, each a process, or a Spark Connect server."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyspark

from pipelines.processes import free_port

HOST = "127.0.0.1"
SECONDS = 120


@contextmanager
def spark_cluster(folder: Path, workers: int) -> Iterator[str]:
    """The address of a master with ``workers`` workers of one core each, on loopback; ``folder`` has their logs."""
    home = Path(pyspark.__file__).parent
    port, page = free_port(HOST), free_port(HOST)
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": HOST,
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    start = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy"]

    def service(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [start[0], f"{start[1]}.{name}", "--host", HOST, *arguments]
        with (folder / "spark.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)

    running = [service("master.Master", "--port", str(port), "--webui-port", str(page))]
    try:
        size = ("--cores", "1", "--memory", "1g", "--webui-port", "0")
        running += [service("worker.Worker", *size, f"spark://{HOST}:{port}") for _worker in range(workers)]
        until = time.monotonic() + SECONDS
        while _alive(page) < workers:
            assert time.monotonic() < until, (folder / "spark.log").read_text()
            time.sleep(0.2)
        yield f"spark://{HOST}:{port}"
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(30)


def _alive(page: int) -> int:
    """How many workers the master knows."""
    try:
        return int(httpx.get(f"http://{HOST}:{page}/json/", trust_env=False).json()["aliveworkers"])
    except (httpx.HTTPError, ValueError):  # it listens before it has anything to say
        return 0


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """The address of a Spark Connect server with one core, on loopback; ``folder`` has its log."""
    home = Path(pyspark.__file__).parent
    port = free_port(HOST)
    facts = {"connect.grpc.binding.address": HOST, "connect.grpc.binding.port": port, "ui.enabled": "false"}
    command = [str(home / "bin" / "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [word for name, value in facts.items() for word in ("--conf", f"spark.{name}={value}")]
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": HOST,
    }
    with (folder / "connect.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--master", "local[1]", "spark-internal"], env=environment, stdout=log, stderr=log, cwd=folder
        )
    try:
        until = time.monotonic() + SECONDS
        while not _listens(port):
            assert process.poll() is None, (folder / "connect.log").read_text()
            assert time.monotonic() < until, (folder / "connect.log").read_text()
            time.sleep(0.2)
        yield f"sc://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
        return True
    return False
