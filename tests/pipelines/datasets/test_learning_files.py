"""ARFF and SVMLight files, beside what scipy and scikit-learn read in them."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from scipy.io.arff import loadarff
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

from pipelines.datasets import arff, preview, read, sniff, svmlight
from pipelines.errors import DatasetFileError, InputError
from tests.pipelines.steps.trial import read as sample

IRIS = """% a comment
@RELATION iris
@ATTRIBUTE 'sepal length' NUMERIC
@ATTRIBUTE colour {red, 'dark blue', green}
@ATTRIBUTE seen DATE "dd.MM.yyyy HH:mm"
@ATTRIBUTE note STRING
@DATA
5.1, red, "08.03.2022 14:05", 'a, b'
?, 'dark blue', ?, ?
4.0, red, "09.03.2022 00:00", x
"""


def test_arff_attributes_become_columns_of_their_type(write) -> None:
    frame = read(write(IRIS, "iris.arff"))
    assert list(frame.columns) == ["sepal length", "colour", "seen", "note"]
    assert frame["sepal length"].tolist()[0] == 5.1
    assert frame["colour"].cat.categories.tolist() == ["red", "dark blue", "green"]
    assert frame["seen"].tolist()[0] == pd.Timestamp("2022-03-08 14:05")
    assert frame.isna().sum().tolist() == [1, 0, 1, 1]


def test_arff_sparse_rows_have_zeros_and_first_categories(write) -> None:
    text = "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n{0 3}\n{1 y}\n{}\n"
    frame = read(write(text, "sparse.arff"))
    assert frame["a"].tolist() == [3, 0, 0]
    assert frame["b"].tolist() == ["x", "y", "x"]


def test_arff_written_is_what_scipy_and_sekkei_read(tmp_path) -> None:
    table = sample("german_credit").head(300)
    texts = table.select_dtypes(exclude="number").columns
    table[texts] = table[texts].astype("category")
    arff.write(table, tmp_path / "credit.arff")
    data, meta = loadarff(tmp_path / "credit.arff")
    assert [*meta] == list(table.columns)
    for name in table.columns:
        values = data[name].astype(str) if name in texts else data[name]
        assert values.tolist() == table[name].astype(values.dtype).tolist()
    found = read(tmp_path / "credit.arff")
    pd.testing.assert_frame_equal(found, table, check_categorical=False)


def test_arff_keeps_dates_truth_and_gaps(tmp_path) -> None:
    table = pd.DataFrame(
        {
            "when": pd.to_datetime(["2024-02-29 10:00", None]),
            "ok": pd.array([True, None], "boolean"),
            "text": ["it's, ok", None],
        }
    )
    arff.write(table, tmp_path / "t.arff")
    found = read(tmp_path / "t.arff")
    assert found["when"].tolist()[0] == pd.Timestamp("2024-02-29 10:00")
    assert found["ok"].tolist()[0] == "true"
    assert found["text"].tolist()[0] == "it's, ok"
    assert found.isna().to_numpy()[1].all()


def test_arff_faults_name_the_line(write) -> None:
    with pytest.raises(DatasetFileError, match="Line 9"):
        read(write(IRIS.replace("?, 'dark blue'", "?, 'pink'").replace("4.0, red", "4.0, mauve"), "iris.arff"))
    with pytest.raises(DatasetFileError, match=r"'seen'.*'dd.MM.yyyy HH:mm'"):
        read(write(IRIS.replace("09.03.2022 00:00", "2022-03-09"), "iris.arff"))


def test_arff_preview_reads_the_head_only(write) -> None:
    broken_later = IRIS + "1, pink, ?, ?\n"
    assert len(preview(write(broken_later, "iris.arff"), rows=2)) == 2


def test_svmlight_is_what_scikit_learn_reads(tmp_path) -> None:
    wine = sample("wine_quality")
    numbers = wine.select_dtypes("number")
    target = numbers.pop(numbers.columns[-1])
    path = tmp_path / "wine.svmlight"
    dump_svmlight_file(numbers.to_numpy(dtype=float), target.to_numpy(), str(path), zero_based=False)
    frame = read(path, sniff(path))
    features, labels = load_svmlight_file(str(path))
    np.testing.assert_array_equal(frame.drop(columns="label").to_numpy(), features.toarray())
    np.testing.assert_array_equal(frame["label"], labels)
    assert len(preview(path, rows=5)) == 5


def test_svmlight_written_is_what_scikit_learn_reads(tmp_path) -> None:
    table = pd.DataFrame({"y": [1.0, -1.0], "a": [0.5, np.nan], "b": [True, False]})
    svmlight.write(table, tmp_path / "t.svm", "y")
    features, labels = load_svmlight_file(str(tmp_path / "t.svm"), n_features=2)
    assert labels.tolist() == [1, -1]
    assert features.toarray().tolist() == [[0.5, 1], [0, 0]]
    with pytest.raises(InputError, match="'name' holds no numbers"):
        svmlight.write(pd.DataFrame({"name": ["x"]}), tmp_path / "u.svm", None)


def test_svmlight_queries_and_faults(write) -> None:
    frame = read(write("3 qid:1 1:0.5 2:1\n2 qid:2 2:0.25\n", "rank.svmlight"))
    assert frame["qid"].tolist() == [1, 2]
    with pytest.raises(DatasetFileError, match="no proper SVMLight file"):
        read(write("name,price\nx,1\n", "not.svm"))


def test_a_wide_svmlight_file_is_no_table(write) -> None:
    rows = io.StringIO()
    for i in range(300):
        rows.write(f"1 {i + 1}:1 900000:1\n")
    with pytest.raises(DatasetFileError, match="900,000 columns"):
        read(write(rows.getvalue(), "wide.svm"))
