from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.command_line import CommandLine
from tests.journeys.studio import Studio, new_studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, command_line: CommandLine) -> Iterator[Studio]:
    """An empty workspace with its services, shared by the tests of a module."""
    made = new_studio(tmp_path_factory.mktemp("journey") / "workspace", command_line)
    made.up()
    yield made
    made.down()
