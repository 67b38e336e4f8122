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

from pipelines.errors import UnavailableError
from pipelines.messages import _

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CONNECT_SECONDS = 5.0


def installed() -> bool:
    """Whether Spark is there to be asked, with the Java it runs on."""
    java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return importlib.util.find_spec("pyspark") is not None and java is not None


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A Spark session at ``master``, such as ``local[*]`` or ``spark://host:7077``; it ends with the block.

    UnavailableError where Spark is not installed, or does not start, or the cluster does not answer.
    """
    _check_reachable(master)
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise UnavailableError(_("Spark is not installed."), fix=_("pip install pyspark"))
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_HOME", str(Path(found.origin).parent))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("Sekkei").master(master)
    builder = builder.config("spark.sql.session.timeZone", "UTC").config("spark.ui.enabled", "false")
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


def _check_reachable(master: str) -> None:
    """UnavailableError at once where nothing listens; Spark itself would try for a minute."""
    if not master.startswith("spark://"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _colon, port = place.rpartition(":")
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), CONNECT_SECONDS):
            return
    raise UnavailableError(
        _("Nothing answers at {master!r}.", master=master),
        fix=_("Check SEKKEI_SPARK_MASTER, and that the cluster is up."),
    )


def is_on_this_machine(master: str) -> bool:
    """Whether the cluster is this machine itself, so that nothing needs to be open to others."""
    return master.startswith(("local", "spark://127.0.0.1:", "spark://localhost:"))
