"""Tables to R and back: text files in a folder of their own, and a process with a limit on its time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type

MISSING = r"\N"
KEPT = ("PATH", "LANG", "LC_ALL", "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "TMPDIR")
"""All that R is told of the environment: settings and keys are none of its business."""

DRIVER = r"""
given <- function(name) {
  if (!file.exists(paste0(name, ".csv"))) return(NULL)
  kinds <- readLines(paste0(name, ".kinds"))
  classes <- ifelse(kinds %in% c("POSIXct", "factor"), "character", kinds)
  table <- read.csv(paste0(name, ".csv"), check.names = FALSE, na.strings = "\\N", colClasses = classes,
                    encoding = "UTF-8", strip.white = FALSE, blank.lines.skip = FALSE)
  for (i in seq_along(kinds)) {
    if (kinds[i] == "POSIXct") table[[i]] <- as.POSIXct(table[[i]], tz = "UTC", format = "%Y-%m-%dT%H:%M:%OS")
    if (kinds[i] == "factor") table[[i]] <- factor(table[[i]])
  }
  table
}
keep <- function(table, name) {
  table <- as.data.frame(table, stringsAsFactors = FALSE)
  kinds <- vapply(table, function(values) class(values)[1], "")
  for (i in seq_along(table)) {
    values <- table[[i]]
    gone <- is.na(values)
    if (inherits(values, "POSIXt")) values <- format(as.POSIXct(values) + 5e-7, "%Y-%m-%dT%H:%M:%OS6", tz = "UTC")
    else if (is.double(values) && !inherits(values, "Date")) values <- sprintf("%.17g", values)
    else values <- as.character(values)
    values[gone] <- "\\N"
    table[[i]] <- enc2utf8(values)
  }
  writeLines(enc2utf8(kinds), paste0(name, ".kinds"), useBytes = TRUE)
  write.csv(table, paste0(name, ".csv"), row.names = FALSE, fileEncoding = "UTF-8")
}
source("code.R", encoding = "UTF-8")
set.seed(as.integer(commandArgs(trailingOnly = TRUE)[1]))
name <- Filter(function(n) exists(n, mode = "function"), c("run", "azureml_main"))
if (!length(name)) stop("the code defines no function run(table)", call. = FALSE)
called <- get(name[1], mode = "function")
arguments <- list(given("first"), given("second"))[seq_len(min(2, length(formals(called))))]
found <- do.call(called, arguments)
if (is.data.frame(found) || !is.list(found)) found <- list(found)
for (i in seq_len(min(2, length(found)))) keep(found[[i]], paste0("found", i))
"""


def program() -> str | None:
    """Where Rscript is on this machine; None where it is not."""
    return shutil.which("Rscript")


def call(code: str, frames: Sequence[pd.DataFrame], seed: int, seconds: float) -> list[pd.DataFrame]:
    """The tables that the R function makes of ``frames``. InputError says what R says was wrong."""
    found = program()
    if found is None:
        raise InputError(
            _("R is not installed on this machine: there is no Rscript."),
            fix=_("Install R, or use Execute Python on Two Tables."),
        )
    with tempfile.TemporaryDirectory(prefix="sekkei-r-") as temporary:
        folder = Path(temporary)
        for name, frame in zip(("first", "second"), frames, strict=False):
            _write(frame, folder, name)
        (folder / "code.R").write_text(code, "utf-8")
        (folder / "driver.R").write_text(DRIVER, "utf-8")
        _run([found, "--vanilla", "driver.R", str(seed)], folder, seconds)
        return [_read(folder, f"found{i}") for i in (1, 2) if (folder / f"found{i}.csv").exists()]


def _run(command: list[str], folder: Path, seconds: float) -> None:
    told = {k: v for k, v in os.environ.items() if k in KEPT} | {"HOME": str(folder)}
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(
            command,
            cwd=folder,
            env=told,
            stdout=errors,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise InputError(
                _("The R code did not finish within {seconds:g} seconds.", seconds=seconds),
                fix=_("Look for a loop that does not end, or raise the time limit."),
            ) from None
        finally:
            _end(process)
    if process.returncode:
        raise _in_words((folder / "errors").read_text("utf-8", errors="replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of R and of what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _in_words(text: str) -> InputError:
    lines = text.split("Execution halted")[0].splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("Error")), max(0, len(lines) - 3))
    told = " ".join(" ".join(lines[first : first + 4]).split())[:400]
    return InputError(_("R says: {error}", error=told or "?"), fix=_("Correct the code."))


def _write(frame: pd.DataFrame, folder: Path, name: str) -> None:
    kinds, columns = [], {}
    for i, column in enumerate(frame.columns):
        kind, values = _to_r(frame[column])
        kinds.append(kind)
        columns[i] = values
    table = pd.DataFrame(columns, index=frame.index)
    table.columns = pd.Index([str(c) for c in frame.columns])
    (folder / f"{name}.kinds").write_text("".join(f"{k}\n" for k in kinds), "utf-8")
    table.to_csv(folder / f"{name}.csv", index=False, na_rep=MISSING)


def _to_r(values: pd.Series) -> tuple[str, pd.Series]:
    kind = column_type(values)
    if kind is ColumnType.BOOLEAN:
        return "logical", values.astype("boolean").map({True: "TRUE", False: "FALSE"})
    if kind is ColumnType.INTEGER:
        small = values.isna().all() or bool(values.abs().max() < 2**31)
        return "integer" if small else "numeric", values
    if kind is ColumnType.FLOAT:
        return "numeric", values
    if kind is ColumnType.DATETIME:
        times = pd.to_datetime(values)
        times = times.dt.tz_convert("UTC").dt.tz_localize(None) if times.dt.tz is not None else times
        return "POSIXct", times.dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return "factor" if kind is ColumnType.CATEGORY else "character", values.astype("str")


def _read(folder: Path, name: str) -> pd.DataFrame:
    kinds = (folder / f"{name}.kinds").read_text("utf-8").splitlines()
    table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[MISSING])
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise InputError(
            _("The code returned two columns {name!r}.", name=str(twice[0])), fix=_("Give each a name of its own.")
        )
    return pd.DataFrame(
        {str(c): _from_r(table[c], kind) for c, kind in zip(table.columns, kinds, strict=True)}, index=table.index
    )


def _from_r(values: pd.Series, kind: str) -> pd.Series:
    gaps = bool(values.isna().any())
    if kind == "logical":
        found = values.map({"TRUE": True, "FALSE": False}).astype("boolean")
        return found if gaps else found.astype(bool)
    if kind == "integer":
        return values.astype(np.float64 if gaps else np.int64)
    if kind in ("numeric", "difftime"):
        return values.astype(np.float64)
    if kind in ("POSIXct", "POSIXlt", "Date"):
        return pd.to_datetime(values, format="ISO8601")
    return values.astype("category" if kind in ("factor", "ordered") else "str")
