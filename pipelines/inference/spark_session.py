"""Sessions at a Spark cluster: begun where one can be, refused with the reason where none can."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.errors import UnavailableError
from pipelines.messages import _

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT_SECONDS = 5.0
CONNECT_PORT = 15002
CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"  # what pyspark tells itself by, and leaves behind


def installed(master: str) -> bool:
    """Whether the cluster at ``master`` can be asked from here: with Java, or for Spark Connect with gRPC."""
    needed = importlib.util.find_spec("grpc") if is_connect(master) else shutil.which("java") or os.getenv("JAVA_HOME")
    return importlib.util.find_spec("pyspark") is not None and needed is not None


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A Spark session at ``master``: ``local[*]``, ``spark://host:7077``, ``sc://host:15002``; it ends with the block.

    A process has sessions at masters, or at Spark Connect servers (``sc://``), and not of both kinds at once.
    UnavailableError where Spark is not installed, or does not start, or the cluster does not answer.
    """
    _check_reachable(master)
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise UnavailableError(_("Spark is not installed."), fix=_("pip install pyspark"))
    if is_connect(master) and not installed(master):
        raise UnavailableError(_("Spark Connect is not installed."), fix=_("pip install 'pyspark[connect]'"))
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_HOME", str(Path(found.origin).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.Builder().appName("Sekkei").config("spark.sql.session.timeZone", "UTC")
    if is_connect(master):
        builder = builder.remote(master)
    else:
        builder = builder.master(master).config("spark.ui.enabled", "false")
        if is_on_this_machine(master):
            builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    try:
        spark = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise UnavailableError(
            _("Spark does not start: {error}", error=str(error).splitlines()[0]), fix=_("Spark needs Java 17 or newer.")
        ) from error
    except Exception as error:  # the cluster's own errors come as Java's
        raise UnavailableError(
            _("Spark at {master!r} does not answer: {error}", master=master, error=str(error).splitlines()[0][:300]),
            fix=_("Check SEKKEI_SPARK_MASTER, and that the cluster is up."),
        ) from error
    try:
        yield spark
    finally:
        spark.stop()
        os.environ.pop(CONNECT_MODE, None)


def _check_reachable(master: str) -> None:
    """UnavailableError at once where nothing listens; Spark itself would try for a minute."""
    if is_connect(master):
        found = urlsplit(master)
        places = [(found.hostname or "", str(found.port or CONNECT_PORT))]
    elif master.startswith("spark://"):
        split = [place.rpartition(":") for place in master.removeprefix("spark://").split(",")]
        places = [(host, port) for host, _colon, port in split]
    else:
        return
    for host, port in places:
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), CONNECT_SECONDS):
            return
    raise UnavailableError(
        _("Nothing answers at {master!r}.", master=master),
        fix=_("Check SEKKEI_SPARK_MASTER, and that the cluster is up."),
    )


def is_connect(master: str) -> bool:
    """Whether it is a server of Spark Connect, whose cluster no process here belongs to."""
    return master.startswith("sc://")


def is_on_this_machine(master: str) -> bool:
    """Whether the cluster is this machine itself, so that nothing needs to be open to others."""
    return master.startswith("local") or urlsplit(master).hostname in ("127.0.0.1", "localhost")


def gets_files(master: str) -> bool:
    """Whether the cluster can have a model's files from here; a Connect server elsewhere asks the registry for them."""
    return not is_connect(master) or is_on_this_machine(master)
