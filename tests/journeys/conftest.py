from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.studio import Studio, new_studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """An empty workspace with its services, shared by the tests of a module."""
    made = new_studio(tmp_path_factory.mktemp("journey") / "workspace")
    made.up()
    yield made
    made.down()
