"""Names, aliases and addresses of registered models."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.errors import InputError, NotFoundError
from pipelines.tracking import registry
from pipelines.tracking.links import compare_url, model_url, run_url

HOSTILE = [
    "",
    " ",
    "a/b",
    "a:b",
    "a@b",
    "../x",
    "a'b",
    'a"b',
    "x" * 101,
    "a\nb",
    "a%2Fb",
    "a#b",
    "a?b",
    ".",
    "\x00",
    "a ",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_an_address_cannot_hold_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="cannot name a model"):
        registry.check_name(name)


@pytest.mark.parametrize("name", ["a", "Adult income (v2)", "prix-été", "モデル", "x.y_z+1"])
def test_ordinary_names_are_taken(name: str) -> None:
    assert registry.check_name(name) == name


@pytest.mark.parametrize(
    "text", [*HOSTILE, "Price? of cars", "  (a)\tb/c", "area [m²]/mean of x", "モデル？", "a" * 99 + " b"]
)
def test_any_text_gives_a_name_that_a_model_may_have(text: str) -> None:
    assert registry.check_name(registry.model_name(text))


def test_a_name_stays_as_it_is_but_for_what_it_cannot_hold() -> None:
    assert registry.model_name("Adult income (v2)") == "Adult income (v2)"
    assert registry.model_name("Diagnosis? of Breast-Tumour, 2023") == "Diagnosis of Breast-Tumour 2023"


@pytest.mark.parametrize("alias", ["", "latest", "v1", "V22", "a b", "a/b", "1st", "x" * 101, "é"])
def test_aliases_that_mean_something_else_are_refused(alias: str) -> None:
    with pytest.raises(InputError, match="cannot be an alias"):
        registry.check_alias(alias)


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("models:/adult/3", ("adult", 3, None)),
        ("models:/adult@champion", ("adult", None, "champion")),
        ("models:/adult/latest", ("adult", None, None)),
        ("adult/3", ("adult", 3, None)),
        ("adult", ("adult", None, None)),
    ],
)
def test_addresses(uri: str, parts: tuple[str, int | None, str | None]) -> None:
    assert registry.parse(uri) == parts


@pytest.mark.parametrize("uri", ["models:/a/b/c", "models:/a/-1", "models:/../etc", "models:/", "models:/a@"])
def test_addresses_that_are_none(uri: str) -> None:
    with pytest.raises(InputError):
        registry.parse(uri)


def test_versions_aliases_and_deletion(tricky: Any) -> None:
    tracking = tricky.tracking
    for number in (1, 2):
        tags = {"sekkei.pipeline": "houses"}
        assert registry.register(tracking.client, "flats", tricky.model_uri, tricky.run_id, tags, task="x") == number
    registry.register(tracking.client, "attics", tricky.model_uri, tricky.run_id, tags, task="x")
    registry.register(tracking.client, "flats", tricky.model_uri, tricky.run_id, tags, task="x")
    assert [m.name for m in tracking.list_models()][:2] == ["flats", "attics"]
    tracking.delete_version("attics", 1)
    tracking.delete_version("flats", 3)
    tracking.set_alias("flats", "champion", 1)
    tracking.set_alias("flats", "champion", 2)
    assert next(m for m in tracking.list_models() if m.name == "flats").aliases == {"champion": 2}
    assert [(v.version, v.aliases) for v in tracking.model_versions("flats")] == [(2, ["champion"]), (1, [])]
    found = tracking.model_version("models:/flats@champion")
    assert (found.version, found.pipeline, found.run_id) == (2, "houses", tricky.run_id)
    assert found.contract is not None
    assert tracking.model_version("flats").version == 2
    tracking.delete_alias("flats", "champion")
    with pytest.raises(NotFoundError):
        tracking.model_version("models:/flats@champion")
    with pytest.raises(NotFoundError):
        tracking.delete_alias("flats", "champion")
    with pytest.raises(NotFoundError):
        tracking.set_alias("flats", "champion", 9)
    tracking.delete_version("flats", 2)
    tracking.delete_version("flats", 1)
    assert "flats" not in [m.name for m in tracking.list_models()]
    with pytest.raises(NotFoundError):
        tracking.model_versions("flats")


@pytest.mark.parametrize("interrupted", [1, 2])
def test_a_rollback_knows_the_way_when_a_change_was_interrupted(
    tricky: Any, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    tracking, name = tricky.tracking, f"cut {interrupted}"
    for _number in range(3):
        registry.register(tracking.client, name, tricky.model_uri, tricky.run_id, {})
    tracking.set_alias(name, "champion", 1)
    tracking.set_alias(name, "champion", 2)
    changes = 0

    def watched(real: Any) -> Any:
        def change(*given: Any) -> None:
            nonlocal changes
            real(*given)
            changes += 1
            if changes == interrupted:
                raise KeyboardInterrupt

        return change

    with monkeypatch.context() as patch:
        for method in ("set_registered_model_alias", "set_registered_model_tag"):
            patch.setattr(tracking.client, method, watched(getattr(tracking.client, method)))
        with pytest.raises(KeyboardInterrupt):
            registry.set_alias(tracking.client, name, "champion", 3)
    now = tracking.model_version(f"models:/{name}@champion").version
    assert now == (2 if interrupted == 1 else 3)
    assert tracking.before_alias(name, "champion") == now - 1
    tracking.set_alias(name, "champion", 3)
    assert tracking.before_alias(name, "champion") == 2


def test_addresses_of_mlflows_pages() -> None:
    base = "http://127.0.0.1:5050/"
    assert run_url(base, "1", "abc") == "http://127.0.0.1:5050/#/experiments/1/runs/abc"
    assert model_url(base, "a b", 3) == "http://127.0.0.1:5050/#/models/a%20b/versions/3"
    assert compare_url(base, ["a", "b"], ["1"]).endswith(
        "compare-runs?runs=%5B%22a%22%2C%20%22b%22%5D&experiments=%5B%221%22%5D"
    )
    assert run_url(None, "1", "abc") == ""
