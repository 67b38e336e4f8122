"""Publishing: what is proven, what is refused, what is written down."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from components import language
from pipelines.errors import InputError, NotFoundError
from pipelines.inference import parity, spark_answers
from pipelines.inference.comparison import ParityError, compare
from pipelines.inference.loading import folder_of
from pipelines.inference.parity import prove
from pipelines.inference.publish import publish
from pipelines.inference.variants import variants
from pipelines.messages import restored, translated


def test_a_published_model_has_its_proof_and_lineage(tricky: Any) -> None:
    made = publish(tricky.workspace.home, tricky.run_id, "houses")
    assert (made.name, made.version, made.aliases) == ("houses", 1, ["champion"])
    assert (made.pipeline, made.step, made.task, made.run_id) == ("houses", "train", "classification", tricky.run_id)
    assert [d.name for d in made.datasets] == ["houses"]
    assert made.metrics == tricky.tracking.get_run(tricky.run_id).summary.metrics
    assert made.parity is not None
    assert made.parity["largest_difference"] <= 1e-12
    assert set(made.parity["ways"]) == {
        "in memory", "reloaded", "REST, dataframe_records", "REST, dataframe_split", "batch, CSV", "batch, Parquet",
    }  # fmt: skip
    assert {"words that look missing", "numbers with gaps", "everything missing", "columns all missing"} < set(
        made.parity["sets"]
    )
    kept = tricky.tracking.client.download_artifacts(tricky.run_id, "parity/train.json")
    assert json.loads(Path(kept).read_text()) == made.parity


def test_a_model_that_answers_otherwise_in_batch_is_not_registered(
    tricky: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = parity.load_folder

    class Off:
        def __init__(self, folder: Path) -> None:
            self.model = loaded(folder)
            self.contract, self.score_types = self.model.contract, self.model.score_types

        def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
            found = self.model.predict(rows)
            return found.assign(**{"Scored Probabilities": found["Scored Probabilities"] + 1e-9})

    monkeypatch.setattr(parity, "load_folder", Off)
    with pytest.raises(ParityError, match=r"batch, CSV differ: row 1, Scored Probabilities"):
        publish(tricky.workspace.home, tricky.run_id, "never")
    assert "never" not in [m.name for m in tricky.tracking.list_models()]


def test_a_model_that_cannot_be_loaded_elsewhere_is_refused(tricky: Any, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "model"
    shutil.copytree(folder_of(tricky.workspace.home, tricky.model_uri), folder)
    shutil.rmtree(folder / "code")
    with pytest.raises(ParityError, match="cannot be loaded in a process of its own"):
        prove(folder, tricky.rows.head(20))


@pytest.mark.parametrize(
    ("name", "alias"), [("a/b", "champion"), ("../x", "champion"), ("ok", "latest"), ("", "champion"), ("ok", "v1")]
)
def test_hostile_names_are_refused_before_anything_runs(tricky: Any, name: str, alias: str) -> None:
    with pytest.raises(InputError):
        publish(tricky.workspace.home, tricky.run_id, name, alias=alias)


def test_what_cannot_be_published(tricky: Any) -> None:
    from pipelines.document.model import PipelineDocument

    run_id = tricky.tracking.start(PipelineDocument(name="bare"))
    with pytest.raises(NotFoundError, match="model in run"):
        publish(tricky.workspace.home, run_id, "bare")
    with pytest.raises(NotFoundError, match="There is no run"):
        publish(tricky.workspace.home, "0" * 32, "bare")
    with pytest.raises(NotFoundError, match=r"trian.*Did you mean 'train'"):
        publish(tricky.workspace.home, tricky.run_id, "bare", step="trian")


def test_two_at_a_time_get_a_version_each(tricky: Any) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(
            pool.map(lambda alias: publish(tricky.workspace.home, tricky.run_id, "twins", alias=alias), ("a", "b"))
        )
    assert sorted(v.version for v in made) == [1, 2]
    model = next(m for m in tricky.tracking.list_models() if m.name == "twins")
    assert sorted(model.aliases.values()) == [1, 2]


def test_the_rows_asked_about_hold_every_trap(tricky: Any) -> None:
    contract = tricky.chain().contract
    found = variants(contract, tricky.rows.head(30))
    assert set(found["words that look missing"]["word"]) >= {"NA", "None", "", "null"}
    assert found["numbers with gaps"]["rooms"].isna().any()
    assert found["everything missing"].isna().all().all()
    assert found["columns all missing"]["word"].isna().all()
    assert not found["columns all missing"]["zip"].isna().any()
    made_up = variants(contract, pd.DataFrame())
    assert len(made_up["rows as they are"]) == 3


def test_answers_are_compared_by_value_and_type() -> None:
    one = [{"Scored Labels": "1", "Scored Probabilities": 0.25}]
    assert compare(one, [{"Scored Labels": "1", "Scored Probabilities": 0.25 + 1e-13}], "r", "w") > 0
    for other in (
        [{"Scored Labels": 1, "Scored Probabilities": 0.25}],
        [{"Scored Labels": "1", "Scored Probabilities": None}],
        [{"Scored Labels": "1", "Scored Probabilities": 0.25 + 1e-9}],
        [{"Scored Labels": "1"}],
        [],
        "status 500",
    ):
        with pytest.raises(ParityError):
            compare(one, other, "r", "w")
    assert compare([{"a": None}], [{"a": None}], "r", "w") == 0
    assert compare([{"a": 3e4}], [{"a": 3e4 * (1 + 1e-15)}], "r", "w") < 1e-12


@pytest.mark.services
def test_a_model_is_asked_on_spark_too(tricky: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tricky.workspace.home, tricky.model_uri)
    heard = []

    def listened(*arguments: Any) -> dict[str, Any]:
        heard.append(read(*arguments))
        return heard[-1]

    read = spark_answers.read
    monkeypatch.setattr(spark_answers, "read", listened)
    made = prove(folder, tricky.rows.head(20), spark_master="local[*]")
    assert (made.ways[-1], made.left_out) == ("batch, Spark", {})

    heard[0]["answers"]["0"][2]["Scored Probabilities"] += 1e-9
    monkeypatch.setattr(spark_answers, "ask", lambda *_arguments: None)
    monkeypatch.setattr(spark_answers, "read", lambda *_arguments: heard[0])
    with pytest.raises(ParityError, match=r"batch, Spark differ: row 3, Scored Probabilities"):
        prove(folder, tricky.rows.head(20), spark_master="local[*]")


def test_a_cluster_that_is_not_there_is_left_out_and_told(tricky: Any) -> None:
    folder = folder_of(tricky.workspace.home, tricky.model_uri)
    made = prove(folder, tricky.rows.head(20), spark_master="spark://127.0.0.1:1")
    assert "batch, Spark" not in made.ways
    assert made.left_out["batch, Spark"].startswith("Nothing answers at 'spark://127.0.0.1:1'.")
    kept = restored(json.loads(json.dumps(made.to_dict())))["left_out"]
    assert kept == made.left_out
    assert translated(kept["batch, Spark"], language.catalogue("ja")).startswith("'spark://127.0.0.1:1' ")
    assert restored({"left_out": {"batch, Spark": "Spark is away."}}) == {
        "left_out": {"batch, Spark": "Spark is away."}
    }
