"""Batch jobs in one process: the answers of the model in memory, from any input to any file, and what is rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, ContractError, ForbiddenError, InputError, NotFoundError
from pipelines.inference.variants import write_csv

SCORES = ["Scored Labels", "Scored Probabilities"]


@pytest.fixture(scope="module")
def expected(tricky: Any) -> pd.DataFrame:
    return tricky.chain().predict(tricky.rows)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        found[SCORES].reset_index(drop=True), expected.reset_index(drop=True), check_dtype=False, rtol=0, atol=0
    )


@pytest.mark.parametrize("output", ["csv", "parquet"])
def test_a_dataset_is_scored_into_the_jobs_own_folder(ran: Any, expected: pd.DataFrame, output: str) -> None:
    done = ran("dataset:houses", output, batch_rows=37)
    path = Path(done["output"])
    assert path == ran.home.results / ran.job_id / f"houses-scored.{output}"
    found = pd.read_parquet(path) if output == "parquet" else pd.read_csv(path, keep_default_na=False)
    same(found, expected)
    assert list(found.columns) == [*ran.tricky.rows.columns, *SCORES]
    assert (done["rows"], done["rejected"], done["rejected_file"], done["engine"]) == (400, 0, None, "local")
    shares = [share for share, _text, _counts in ran.told]
    assert shares == sorted(shares)
    assert ran.told[-1][1:] == ("400 rows", {"rows": 400, "rejected": 0})
    assert [p.name for p in (ran.home.runs / ran.job_id / "batch").iterdir() if p.suffix != ".json"] == []


def test_several_processes_give_the_same_file(ran: Any, expected: pd.DataFrame, put: Any, setting: Any) -> None:
    write_csv(ran.tricky.rows, put("rows.csv"))
    one = ran({"file": str(put("rows.csv"))}, "parquet", batch_rows=50)
    setting(batch_processes="3")
    three = ran({"file": str(put("rows.csv"))}, "parquet", batch_rows=50, processes=3)
    assert Path(three["output"]).read_bytes() == Path(one["output"]).read_bytes()
    same(pd.read_parquet(three["output"]), expected)


def test_a_folder_is_scored_file_by_file(ran: Any, expected: pd.DataFrame, put: Any) -> None:
    rows = ran.tricky.rows
    rows.iloc[:150].to_parquet(put("a.parquet"))
    rows.iloc[150:].assign(size=rows["size"].round()).astype({"rooms": "float"}).to_parquet(put("b.parquet"))
    put("_SUCCESS").write_text("")
    put(".hidden.csv").write_text("nothing")
    done = ran({"file": str(put("a.parquet").parent)}, "parquet", columns=["zip", "rooms"], batch_rows=90)
    found = pd.read_parquet(done["output"])
    assert list(found.columns) == ["zip", "rooms", *SCORES]
    assert found["zip"].tolist() == rows["zip"].tolist()
    same(found.iloc[:150], expected.iloc[:150])
    rows.iloc[:9].drop(columns="seldom").to_parquet(put("c.parquet"))
    with pytest.raises(InputError, match="'seldom' is not in all of them"):
        ran({"file": str(put("a.parquet").parent)})


def test_a_partitioned_result_takes_the_place_of_an_earlier_one_alone(ran: Any, put: Any) -> None:
    target = put("by-zip")
    wanted = {"file": str(target), "partition_by": ["zip", "garden"], "format": "parquet"}
    ran("dataset:houses", wanted, batch_rows=150)
    first = sorted(p.name for p in target.rglob("*.parquet"))
    ran("dataset:houses", wanted, batch_rows=400)
    assert len(pd.read_parquet(target)) == 400
    counts = {p.name: len(pd.read_parquet(p)) for p in target.glob("zip=*")}
    assert counts == {f"zip={k}": n for k, n in ran.tricky.rows["zip"].value_counts().items()}
    assert len(first) > len(list(target.rglob("*.parquet")))
    assert (target / "zip=01234" / "garden=true").is_dir()
    put("mine").mkdir()
    (put("mine") / "thesis.txt").write_text("dear")
    with pytest.raises(InputError, match="no batch job wrote"):
        ran("dataset:houses", wanted | {"file": str(put("mine"))})
    assert (put("mine") / "thesis.txt").read_text() == "dear"


def test_a_result_becomes_a_dataset(ran: Any, expected: pd.DataFrame) -> None:
    done = ran("dataset:houses@1", "dataset:houses scored")
    assert (done["dataset"], done["version"], done["output"]) == ("houses scored", 1, "dataset:houses scored")
    found = ran.tricky.workspace.datasets.read("houses scored")
    same(found, expected)
    assert found["zip"].tolist() == ran.tricky.rows["zip"].tolist()


def spoiled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows 3, 201 and 400 cannot be read."""
    found = rows.astype(object)
    found.loc[2, "size"] = "enormous"
    found.loc[200, "since"] = "some day"
    found.loc[200, "garden"] = "perhaps"
    found.loc[399, "rooms"] = "3_0"
    return found


def test_rows_that_cannot_be_scored_are_told_apart(ran: Any, expected: pd.DataFrame, put: Any) -> None:
    write_csv(spoiled(ran.tricky.rows), put("rows.csv"))
    done = ran({"file": str(put("rows.csv"))}, "parquet", batch_rows=70)
    assert (done["rows"], done["rejected"]) == (397, 3)
    good = [i for i in range(400) if i not in (2, 200, 399)]
    found = pd.read_parquet(done["output"])
    same(found, expected.iloc[good])
    assert found["size"].dtype == np.float64
    rejected = pd.read_csv(done["rejected_file"], dtype=str, keep_default_na=False)
    assert rejected["row"].tolist() == ["3", "201", "400"]
    assert set(rejected["file"]) == {"rows.csv"}
    assert rejected["reason"][0] == "Column 'size': found 'enormous', expected a number."
    assert rejected["reason"][1] == "Column 'garden': found 'perhaps', expected true or false."
    assert rejected["rooms"][2] == "3_0"


@pytest.mark.parametrize(("limit", "fails"), [(2, True), (3, False), ("0.5%", True), ("1%", False), (0.5, False)])
def test_a_limit_on_rejected_rows_fails_the_job(ran: Any, put: Any, limit: Any, fails: bool) -> None:
    write_csv(spoiled(ran.tricky.rows), put("rows.csv"))
    put("scores.csv").write_text("kept")
    done = ran({"file": str(put("rows.csv"))}, {"file": str(put("scores.csv"))}, reject_limit=limit, batch_rows=70)
    assert (done.get("status") == "failed") == fails
    assert (put("scores.csv").read_text() == "kept") == fails
    if fails:
        assert "Row 3 of 'rows.csv': Column 'size': found 'enormous'" in done["error"]["message"]
        assert len(pd.read_csv(done["rejected_file"])) == 3


def test_a_row_without_a_prediction_is_rejected(ran: Any, put: Any) -> None:
    rows = ran.tricky.rows.astype({"size": float})
    rows.loc[5, "size"] = np.inf
    rows.to_parquet(put("rows.parquet"))
    done = ran({"file": str(put("rows.parquet"))})
    assert (done["rows"], done["rejected"]) == (399, 1)
    assert pd.read_csv(done["rejected_file"])["reason"].tolist() == ["The model has no prediction for this row."]


def test_clear_errors(ran: Any, put: Any, setting: Any) -> None:
    rows = ran.tricky.rows
    rows.drop(columns="zip").to_parquet(put("lean.parquet"))
    write_csv(rows.iloc[:0], put("empty.csv"))
    put("words.csv").write_text("just,words\na,b\n")
    for given, output, parameters, kind, words in (
        ({"file": str(put("lean.parquet"))}, None, {}, ContractError, "needs column 'zip'"),
        ({"file": str(put("words.csv"))}, None, {}, ContractError, "words.csv"),
        ({"file": str(put("empty.csv"))}, None, {}, InputError, "no rows"),
        ({"file": "nothing.csv"}, None, {}, NotFoundError, "nothing.csv"),
        ({"file": "../sekkei.db"}, None, {}, ForbiddenError, "may not use"),
        ({"file": "/etc/passwd"}, None, {}, ForbiddenError, "may not use"),
        ({"file": "a\0b"}, None, {}, ForbiddenError, "may not use"),
        ("dataset:hoses", None, {}, NotFoundError, "hoses"),
        ("dataset:houses", {"file": "../datasets/x.csv"}, {}, ForbiddenError, "may not use"),
        ("dataset:houses", None, {"columns": ["zap"]}, ColumnMissingError, "zap"),
        ("dataset:houses", None, {"engine": "steam"}, InputError, "steam"),
        ("dataset:houses", {"format": "parquet", "partition_by": ["zap"]}, {}, ColumnMissingError, "zap"),
        ("houses", None, {}, InputError, "no input"),
        ("dataset:houses", "pdf", {}, InputError, "no output"),
        ({"database": "d", "table": "t", "query": "q"}, None, {}, InputError, "either a table or a query"),
        ("dataset:houses", {"database": "d", "table": "t", "mode": "upsert"}, {}, InputError, "needs a key"),
        ("dataset:houses", None, {"reject_limit": "many"}, InputError, "reject_limit"),
        ("dataset:houses", None, {"threads": 3}, InputError, "threads"),
    ):
        with pytest.raises(kind, match=words):
            ran(given, output, **parameters)
    setting(batch_folders=str(put("x").parent.parent.parent.parent / "elsewhere"))
    with pytest.raises(ForbiddenError):
        ran({"file": "/etc/hostname"})


def test_a_link_does_not_lead_out(ran: Any, put: Any) -> None:
    put("way.csv").symlink_to(ran.home.root / "sekkei.db")
    with pytest.raises(ForbiddenError):
        ran({"file": str(put("way.csv"))})


def test_cancelling_leaves_the_old_result_and_the_job_can_go_on(ran: Any, expected: pd.DataFrame, put: Any) -> None:
    put("scores.csv").write_text("kept")
    wanted = {"file": str(put("scores.csv"))}
    assert ran("dataset:houses", wanted, batch_rows=40, cancelled=lambda: len(ran.told) > 3) == {"status": "cancelled"}
    assert put("scores.csv").read_text() == "kept"
    parts = list((ran.home.runs / ran.job_id / "batch" / "parts").iterdir())
    assert 4 <= len(parts) < 10
    times = {p: p.stat().st_mtime_ns for p in parts}
    done = ran("dataset:houses", wanted, batch_rows=40, job_id=ran.job_id, cancelled=lambda: len(ran.told) > 6)
    assert done == {"status": "cancelled"}
    assert all(p.stat().st_mtime_ns == at for p, at in times.items())
    ran("dataset:houses", wanted, job_id=ran.job_id)
    same(pd.read_csv(put("scores.csv"), keep_default_na=False), expected)


def test_rows_that_changed_meanwhile_are_scored_anew(ran: Any, put: Any) -> None:
    rows = ran.tricky.rows
    rows.to_parquet(put("rows.parquet"))
    given = {"file": str(put("rows.parquet"))}
    ran(given, batch_rows=40, cancelled=lambda: len(ran.told) > 3)
    rows.iloc[::-1].to_parquet(put("rows.parquet"))
    done = ran(given, batch_rows=40, job_id=ran.job_id)
    found = pd.read_csv(done["output"], dtype=str, keep_default_na=False)
    same(pd.read_csv(done["output"], keep_default_na=False), ran.tricky.chain().predict(rows.iloc[::-1]))
    assert found["zip"].tolist() == rows["zip"].tolist()[::-1]


def test_rows_that_are_mended_are_no_longer_among_the_rejected(ran: Any, put: Any) -> None:
    write_csv(spoiled(ran.tricky.rows), put("rows.csv"))
    given = {"file": str(put("rows.csv"))}
    rejected = Path(ran(given, reject_limit=0)["rejected_file"])
    assert rejected.exists()
    write_csv(ran.tricky.rows, put("rows.csv"))
    done = ran(given, reject_limit=0, job_id=ran.job_id)
    assert (done["rejected"], done["rejected_file"], rejected.exists()) == (0, None, False)
