"""What of the engine, and which libraries, a stored chain takes along."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipelines.chain import storage
from pipelines.execution.apply import fit_link
from pipelines.inference import code
from pipelines.steps import library
from pipelines.table import Table


def stored(place: Path, step_type: str, **params: object) -> Path:
    table = Table(pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": ["x", "y", "x"]}))
    link = fit_link(library.get(step_type).model_validate(params), table)
    storage.dump(link, place / "link.skops")
    return place / "link.skops"


def test_the_modules_of_every_stored_type_are_found(tmp_path: Path) -> None:
    found = code.modules_in(stored(tmp_path, "normalize_data"))
    assert {"pipelines.chain.transformer", "sklearn.preprocessing._data"} <= found


def test_what_a_chain_takes_along_is_what_it_imports(tmp_path: Path) -> None:
    files, packages = code.closure(code.modules_in(stored(tmp_path, "encode_categories")))
    names = {str(f.relative_to(code.ROOT)) for f in files}
    assert {"pipelines/chain/transformer.py", "pipelines/errors.py", "pipelines/steps/__init__.py"} <= names
    assert not [n for n in names if n.startswith(("pipelines/sdk", "pipelines/jobs", "pipelines/datasets"))]
    assert {"pandas", "sklearn", "pydantic"} <= packages
    assert not packages & {"streamlit", "mlflow", "sqlalchemy", "typing", "pipelines"}


def test_a_step_of_code_takes_along_what_reads_its_result(tmp_path: Path) -> None:
    files, packages = code.closure(code.modules_in(stored(tmp_path, "execute_python")))
    assert "pipelines/datasets/normalise.py" in {str(f.relative_to(code.ROOT)) for f in files}
    assert "pyarrow" in packages


def test_libraries_are_pinned_to_what_is_installed() -> None:
    listed = set(Path("requirements.txt").read_text("utf-8").splitlines())
    found = code.pinned({"sklearn", "mlflow", "yaml", "no_such_package"})
    assert len(found) == 3
    assert set(found) <= listed


def test_the_files_stand_as_they_do_in_the_project(tmp_path: Path) -> None:
    files, _ = code.closure({"pipelines.errors"})
    (package,) = code.copy(files, tmp_path)
    assert package == tmp_path / "pipelines"
    assert (package / "errors.py").read_bytes() == (code.ROOT / "pipelines" / "errors.py").read_bytes()
