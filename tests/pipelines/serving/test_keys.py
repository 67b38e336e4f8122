from __future__ import annotations

import pytest

from pipelines.serving.keys import NOBODY, new_key


def test_a_key_fits_its_own_hash_alone_and_is_not_in_it():
    key, kept = new_key()
    other, _ = new_key()
    assert key.startswith("sk_")
    assert len(key) >= 43 + 3
    assert kept.matches(key)
    assert kept.hint == key[-4:]
    assert key not in f"{kept.hash}{kept.salt}{kept!r}"
    for wrong in (other, key[:-1], key + " ", key.upper(), "", "sk_", "\udcff", "é" * 40):
        assert not kept.matches(wrong)


def test_the_same_key_twice_would_have_different_hashes():
    assert len({new_key()[1].hash for _ in range(50)}) == 50


@pytest.mark.parametrize("key", ["", "sk_", new_key()[0]], ids=["empty", "a prefix", "a real one"])
def test_nobody_has_no_key(key):
    assert not NOBODY.matches(key)
