"""Every problem of a kind fixed at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.graph.mending import mended
from pipelines.sdk import Pipeline, Workspace


def test_two_columns_that_give_the_label_away_are_both_left_out(workspace: Workspace) -> None:
    generator = np.random.default_rng(0)
    label = generator.integers(0, 2, 400)
    frame = pd.DataFrame({"age": generator.normal(size=400), "copy": label * 3, "word": np.where(label, "b", "a")})
    workspace.datasets.add_frame("leaky", frame.assign(left=np.where(label, "yes", "no")))
    document = (
        Pipeline("leaky")
        .add("dataset", dataset="leaky")
        .add("select_columns", columns={"kind": "all", "exclude": []})
        .add("set_label", column="left")
        .add("split_data")
        .add("train_model", algorithm={"type": "logistic_regression"})
    ).document
    found = [d for d in workspace.inspect(document).diagnostics if d.code == "SK421"]
    assert len(found) == 2
    fixed = workspace.mend(document, "SK421")
    assert not [d for d in workspace.inspect(fixed).diagnostics if d.code == "SK421"]
    assert sorted(fixed.steps[1].params["columns"]["exclude"]) == ["copy", "word"]
    assert mended(fixed, "SK421", lambda d: workspace.inspect(d).diagnostics) is fixed
