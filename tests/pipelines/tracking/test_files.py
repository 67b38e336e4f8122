"""The files of a run, whose writer may be killed at any moment."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from pathlib import Path

from pipelines.tracking.files import write_local


def _write_for_ever(folder: Path) -> None:
    number = 0
    while True:
        number += 1
        write_local(folder, {"parity/train.json": json.dumps([number] * 200_000).encode()})


def test_a_certificate_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    chance = random.Random(0)
    for _kill in range(12):
        writer = multiprocessing.get_context("fork").Process(target=_write_for_ever, args=(tmp_path,))
        writer.start()
        while not (tmp_path / "parity" / "train.json").exists():
            time.sleep(0.01)
        time.sleep(chance.random() / 10)
        writer.kill()
        writer.join()
        found = json.loads((tmp_path / "parity" / "train.json").read_bytes())
        assert (len(found), len(set(found))) == (200_000, 1)
