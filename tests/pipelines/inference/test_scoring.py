"""Batch scoring: the same answers as in memory, whatever the file; whole results or none; clear errors."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.errors import ContractError, DatasetFileError, InputError, NotFoundError
from pipelines.inference import scoring
from pipelines.inference.scoring import ScoringCancelledError
from pipelines.inference.variants import write_csv

SCORES = ["Scored Labels", "Scored Probabilities"]


def score(tricky: Any, source: Path, target: Path, **options: Any) -> pd.DataFrame:
    made = scoring.score(tricky.workspace.home, tricky.model_uri, source, target, **options)
    found = (
        pd.read_parquet(target)
        if target.suffix == ".parquet"
        else pd.read_csv(target, dtype=str, keep_default_na=False)
    )
    assert (made.rows, made.output) == (len(found), target)
    return found


@pytest.fixture
def expected(tricky: Any) -> pd.DataFrame:
    return tricky.chain().predict(tricky.rows)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = scoring.settings().model_copy(update={"batch_rows": 37})
    monkeypatch.setattr(scoring, "settings", lambda: settings)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_in_pieces_is_scored_as_rows_in_memory(
    tricky: Any, expected: pd.DataFrame, tmp_path: Path, ending: str
) -> None:
    source = tmp_path / f"rows.{ending}"
    write_csv(tricky.rows, source) if ending == "csv" else tricky.rows.to_parquet(source)
    found = score(tricky, source, tmp_path / "scores.parquet")
    assert list(found.columns) == [*tricky.rows.columns, *SCORES]
    pd.testing.assert_frame_equal(found[SCORES], expected, check_dtype=False, rtol=0, atol=0)
    assert found["zip"].tolist() == tricky.rows["zip"].tolist()
    assert found["rooms"].dtype.kind in "fi"


def test_a_csv_goes_through_as_it_is_written(tricky: Any, tmp_path: Path) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "scores.csv"
    text = (
        "note,word,rooms,zip,size,garden,since,seldom\n"
        '"a, ""b""\nc",NA,3, 01234,80.50,True,2021-03-04,\n'
        "000,None,NA,01234,1e2,no,2021-03-04T00:00:00,\n"
        ",,,98765,,False,2021-03-04,\n"
    )
    source.write_text(text)
    found = score(tricky, source, target)
    given = pd.read_csv(source, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(found[given.columns], given)
    rows = given.assign(rooms=[3, None, None], size=[80.5, 100.0, None]).replace({"": None, "no": "False"})
    answers = tricky.chain().predict(rows)
    assert found["Scored Labels"].tolist() == answers["Scored Labels"].tolist()
    assert found["Scored Probabilities"].astype(float).tolist() == answers["Scored Probabilities"].tolist()


def test_only_the_scores_when_asked(tricky: Any, tmp_path: Path) -> None:
    tricky.rows.to_parquet(tmp_path / "rows.parquet")
    assert list(score(tricky, tmp_path / "rows.parquet", tmp_path / "s.csv", only_scores=True).columns) == SCORES


def test_columns_of_an_earlier_scoring_are_replaced(tricky: Any, expected: pd.DataFrame, tmp_path: Path) -> None:
    source = tmp_path / "rows.parquet"
    tricky.rows.assign(**{"Scored Labels": "old"}).to_parquet(source)
    found = score(tricky, source, source)
    assert list(found.columns) == [*tricky.rows.columns, *SCORES]
    assert found["Scored Labels"].tolist() == expected["Scored Labels"].tolist()


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), ("\t", "utf-8-sig"), (";", "cp1252")])
def test_other_delimiters_and_encodings_are_found(
    tricky: Any, expected: pd.DataFrame, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = tricky.rows.assign(straße="größer als für möglich gehalten")
    write_csv(rows, tmp_path / "plain.csv")
    with (tmp_path / "plain.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.reader(file))
    with (tmp_path / "rows.csv").open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(cells)
    found = score(tricky, tmp_path / "rows.csv", tmp_path / "scores.csv")
    assert found["Scored Labels"].tolist() == expected["Scored Labels"].tolist()
    assert set(found["straße"]) == {"größer als für möglich gehalten"}


@pytest.mark.usefixtures("small_pieces")
def test_a_bad_value_is_named_by_its_row_in_the_file(tricky: Any, tmp_path: Path) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("kept")
    rows = tricky.rows.astype(object)
    rows.loc[300, "size"] = "enormous"
    write_csv(rows, tmp_path / "rows.csv")
    with pytest.raises(
        ContractError, match=r"Row 301 of 'rows.csv', column 'size': found 'enormous', expected a number"
    ):
        score(tricky, tmp_path / "rows.csv", target)
    assert target.read_text() == "kept"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.csv", "scores.csv"]


def test_clear_errors(tricky: Any, tmp_path: Path) -> None:
    good = tmp_path / "rows.csv"
    write_csv(tricky.rows, good)
    lean = tmp_path / "lean.parquet"
    tricky.rows.drop(columns="zip").rename(columns={"word": "words"}).to_parquet(lean)
    ragged = tmp_path / "ragged.csv"
    ragged.write_text(good.read_text() + "1,2,3\n")
    header = tmp_path / "header.csv"
    header.write_text(good.read_text().splitlines()[0] + "\n")
    broken = tmp_path / "broken.parquet"
    tricky.rows.to_parquet(broken)
    broken.write_bytes(broken.read_bytes()[:-40])
    for source, target, kind, words in (
        (lean, "s.csv", ContractError, "needs column 'zip'"),
        (ragged, "s.csv", DatasetFileError, "Line 402 of 'ragged.csv' has 3 cells, the first line 8"),
        (header, "s.csv", InputError, "header.csv"),
        (broken, "s.csv", DatasetFileError, "broken.parquet"),
        (tmp_path / "none.csv", "s.csv", InputError, "There is no file"),
        (tmp_path / "none.exe", "s.csv", InputError, "There is no file"),
        (good, "s.xlsx", InputError, "neither .csv nor .parquet"),
        (good, "", InputError, "neither .csv nor .parquet"),
    ):
        with pytest.raises(kind, match=words):
            scoring.score(tricky.workspace.home, tricky.model_uri, source, tmp_path / target)
    assert not list(tmp_path.glob("s.*"))
    with pytest.raises(NotFoundError):
        scoring.score(tricky.workspace.home, "models:/nobody@champion", good, tmp_path / "s.csv")


@pytest.mark.usefixtures("small_pieces")
def test_progress_grows_and_cancelling_leaves_nothing(tricky: Any, tmp_path: Path) -> None:
    source = tmp_path / "rows.parquet"
    tricky.rows.to_parquet(source)
    told: list[float] = []
    score(tricky, source, tmp_path / "a.csv", progress=lambda done, text: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 11
    with pytest.raises(ScoringCancelledError):
        score(tricky, source, tmp_path / "b.csv", cancelled=lambda: len(told) > 0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "rows.parquet"]


def test_a_killed_process_leaves_the_old_file(tricky: Any, tmp_path: Path) -> None:
    source, target = tmp_path / "rows.parquet", tmp_path / "scores.csv"
    pd.concat([tricky.rows] * 3000).to_parquet(source)
    target.write_text("kept")
    code = (
        "import sys; from pipelines.workspace import Home; from pipelines.inference import scoring;"
        "scoring.score(Home.open(sys.argv[1]), *sys.argv[2:5], progress=lambda d, t: print(d, flush=True))"
    )
    command = [sys.executable, "-c", code, str(tricky.workspace.home.root), tricky.model_uri, str(source), str(target)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert float(process.stdout.readline()) < 1
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert target.read_text() == "kept"


def test_excel_and_json_lines_too(tricky: Any, expected: pd.DataFrame, tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    lines = [
        {k: (None if pd.isna(v) else v.isoformat() if isinstance(v, pd.Timestamp) else v) for k, v in row.items()}
        for row in tricky.rows.astype(object).to_dict("records")
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert score(tricky, source, tmp_path / "s.csv")["Scored Labels"].tolist() == expected["Scored Labels"].tolist()


def test_types_hold_when_the_first_piece_says_little(tricky: Any, tmp_path: Path) -> None:
    rows = tricky.rows.copy()
    rows.loc[:49, ["size", "seldom"]] = None
    write_csv(rows, tmp_path / "rows.csv")
    model = tricky.loaded()
    scoring.score_file(model, tmp_path / "rows.csv", tmp_path / "s.parquet", batch_rows=50)
    schema = pq.read_schema(tmp_path / "s.parquet")
    assert str(schema.field("size").type) == "double"
    assert str(schema.field("Scored Probabilities").type) == "double"
