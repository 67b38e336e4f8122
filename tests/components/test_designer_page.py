"""The designer's page in the frame, on a real workspace, without a browser."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import session
from pipelines.sdk import Workspace

ROOT = Path(__file__).parents[2]
PAGES = sorted(p for p in (ROOT / "pages").rglob("*.py") if p.name != "__init__.py")


@pytest.fixture
def designer(furnished: Workspace, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(session, "workspace", lambda: furnished)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    return app.run().switch_page("pages/build/designer.py").run()


def sound(app: AppTest) -> AppTest:
    """The page as it should be: no exception, and no box that stands for one."""
    assert not app.exception, app.exception
    assert not [m.value for m in app.markdown if "Something went wrong" in m.value]
    return app


def address(app: AppTest, name: str) -> str:
    """What the page's address says: a text as the page wrote it, a list as a visitor's browser gives it."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def test_with_nothing_open_it_offers_what_there_is(designer: AppTest, furnished: Workspace) -> None:
    sound(designer)
    opened = furnished.pipelines.open("automobile-price")
    sound(designer.button(key=f"start.open.{opened.info.id}").click().run())
    assert address(designer, "pipeline") == opened.info.id
    assert address(designer, "step") == "cars"
    assert designer.subheader[0].value == "automobile\\-price"


def test_a_pipeline_from_a_dataset_and_from_a_sample(designer: AppTest, furnished: Workspace) -> None:
    sound(designer.selectbox(key="start.dataset").set_value("wine-quality").run())
    sound(designer.button(key="start.create").click().run())
    made = furnished.pipelines.open(address(designer, "pipeline"))
    assert made.document.steps[0].params == {"dataset": "wine-quality"}
    assert designer.selectbox(key="form.data.dataset").value == "wine-quality"


def test_an_edit_in_the_form_is_kept_and_can_be_restored(designer: AppTest, furnished: Workspace) -> None:
    sound(designer.button(key="start.use.automobile-price").click().run())
    pipeline = address(designer, "pipeline")
    assert furnished.pipelines.open(pipeline).info.name == "automobile-price-2"
    designer.query_params["step"] = "split"
    sound(designer.run())
    sound(designer.number_input(key="form.split.train_fraction").set_value(0.55).run())
    assert furnished.pipelines.open(pipeline).document.step("split").params["train_fraction"] == 0.55
    sound(designer.button(key="bar.save").click().run())
    assert furnished.pipelines.open(pipeline).info.revision == 2
    sound(designer.button(key="bar.undo").click().run())
    assert furnished.pipelines.open(pipeline).document.step("split").params.get("train_fraction", 0.7) == 0.7
    assert furnished.pipelines.revision(pipeline, 2).step("split").params["train_fraction"] == 0.55


def test_a_pipeline_that_is_not_there_is_told(furnished: Workspace, designer: AppTest) -> None:
    designer.query_params["pipeline"] = "wine-qualty"
    designer.run()
    assert [e.value for e in designer.error] == ["There is no pipeline 'wine-qualty'.\n\nDid you mean 'wine-quality'?"]


def test_a_pipeline_with_errors_does_not_run(designer: AppTest, furnished: Workspace) -> None:
    sound(designer.button(key="start.empty").click().run())
    pipeline = address(designer, "pipeline")
    sound(designer.button(key="bar.run").click().run())
    assert not [j for j in furnished.jobs.list() if j.pipeline_id == pipeline]
    assert designer.segmented_control(key="designer.panel").value == "problems"


def test_page_scripts_stand_only_in_subfolders() -> None:
    """Streamlit would run a script directly in pages/ without app.py, past any sign-in."""
    assert [p.name for p in (ROOT / "pages").glob("*.py")] == ["__init__.py"]
    assert len({p.stem for p in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_page_asks_for_the_user_before_anything_else(page: Path) -> None:
    body = ast.parse(page.read_text("utf-8")).body
    first = next(s for s in body[1:] if not isinstance(s, ast.Import | ast.ImportFrom) and not is_constant(s))
    assert ast.unparse(first) == "guard.require_user()"


def is_constant(statement: ast.stmt) -> bool:
    """A name given to values written out, which does nothing."""
    return isinstance(statement, ast.Assign) and not [n for n in ast.walk(statement) if isinstance(n, ast.Call)]
