"""An estimator whose class the analyst wrote: its code is kept as text, and what it has learned as plain values."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

import numpy as np
import pandas as pd
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from pipelines.chain import script, storage
from pipelines.errors import InputError
from pipelines.messages import _

REGRESSOR = """\
from sklearn.linear_model import Ridge

class Model:
    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y, sample_weight=None):
        self.model = Ridge(alpha=self.alpha).fit(X, y, sample_weight)

    def predict(self, X):
        return self.model.predict(X)
"""
CLASSIFIER = """\
from sklearn.tree import DecisionTreeClassifier

class Model:
    def __init__(self, max_depth=4):
        self.max_depth = max_depth

    def fit(self, X, y, sample_weight=None):
        self.model = DecisionTreeClassifier(max_depth=self.max_depth, random_state=0)
        self.model.fit(X, y, sample_weight)

    def predict(self, X):
        return self.model.predict(X)

    def predict_proba(self, X):
        return self.model.predict_proba(X)
"""
NAMED = ("Model", "AzureMLModel")
AZURE_LABELS = "Scored Labels"
PLAIN = (bool, int, float, complex, str, bytes, np.generic, type(None))


def class_in(code: str) -> ast.ClassDef:
    """The class that the code is about: called Model or AzureMLModel, else the last with fit and predict; ValueError.

    The code is read, not run.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        line, what = getattr(error, "lineno", None) or 1, getattr(error, "msg", error)
        raise ValueError(_("line {line} of the code: {error}", line=line, error=str(what))) from None
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef)]
    fitting = [c for c in classes if c.name in NAMED] or [c for c in classes if _learns(c) and "predict" in _methods(c)]
    if not fitting:
        raise ValueError(_("the code defines no class with fit(self, X, y) and predict(self, X)"))
    found = fitting[-1]
    if not found.bases and not (_learns(found) and "predict" in _methods(found)):
        raise ValueError(
            _("line {line} of the code: the class {name} has no fit and predict", line=found.lineno, name=found.name)
        )
    return found


def require_arguments(code: str, arguments: Mapping[str, Any]) -> None:
    """ValueError for an argument that the class's constructor does not take."""
    found = class_in(code)
    made = _methods(found).get("__init__")
    if (made is None and found.bases) or (made is not None and made.args.kwarg):
        return
    known = [a.arg for a in (*made.args.args[1:], *made.args.kwonlyargs)] if made else []
    for name in arguments:
        if name not in known:
            raise ValueError(
                _(
                    "the class {name} takes no argument {argument!r}; it takes {known}",
                    name=found.name,
                    argument=name,
                    known=", ".join(known) or _("none"),
                )
            )


@lru_cache(maxsize=64)
def has(code: str, method: str) -> bool:
    """Whether the class has this method of its own."""
    return method in _methods(class_in(code))


def takes_weights(code: str) -> bool:
    """Whether the class's fit takes sample_weight."""
    fit = _methods(class_in(code)).get("fit")
    return fit is not None and any(a.arg == "sample_weight" for a in (*fit.args.args, *fit.args.kwonlyargs))


class PythonModel(BaseEstimator):
    """Base of both. ``fit`` and ``predict`` get arrays; Azure's ``train`` and ``predict`` get DataFrames.

    ``arguments`` are the constructor's. ``state_`` holds the attributes of the fitted object: numbers, text, arrays,
    lists, dicts and estimators of trusted packages. Whoever predicts does so with an object made of these alone.
    """

    code: str
    arguments: dict[str, Any] | None
    feature_names: list[str] | None

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        script.require_allowed()
        X, y = self._checked(X, y)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        try:
            made = self._class()(**(self.arguments or {}))
            if hasattr(made, "fit"):
                weighed = weight is not None and takes_weights(self.code)
                fitted = made.fit(X, y, **({"sample_weight": weight} if weighed else {}))
            else:
                fitted = made.train(self._frame(X), pd.Series(y, name="label"))
        except (Exception, SystemExit) as error:
            raise script.in_words(error) from None
        state = vars(fitted if isinstance(fitted, type(made)) else made)
        self.state_ = {str(name): _storable(value, str(name)) for name, value in state.items()}
        self._restored = self._restore()
        return self

    def _predict(self, X: Any, method: str) -> Any:
        script.require_allowed()
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        try:
            model = getattr(self, "_restored", None) or self._restore()
            found = getattr(model, method)(X if hasattr(model, "fit") else self._frame(X))
        except (Exception, SystemExit) as error:
            raise script.in_words(error) from None
        if isinstance(found, pd.DataFrame) and method == "predict":
            found = found[AZURE_LABELS] if AZURE_LABELS in found else found.iloc[:, 0]
        found = np.asarray(found)
        if len(np.atleast_1d(found)) != len(X):
            raise InputError(
                _("{method} was given {rows} rows and returned {found}.", method=method, rows=len(X), found=found.size),
                fix=_("Return one result for each row."),
            )
        return found.ravel() if method == "predict" else found

    def _checked(self, X: Any, y: Any) -> Any:
        raise NotImplementedError

    def _restore(self) -> Any:
        """The fitted object, made anew of its stored attributes."""
        kind = self._class()
        made = kind.__new__(kind)
        vars(made).update(self.state_)
        return made

    def _class(self) -> Any:
        return script.names_of(self.code)[class_in(self.code).name]

    def _frame(self, X: np.ndarray) -> pd.DataFrame:
        names = self.feature_names
        return pd.DataFrame(X, columns=names if names and len(names) == X.shape[1] else None)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "_restored"}


class PythonRegressor(RegressorMixin, PythonModel):
    """The analyst's class as a regressor."""

    def __init__(
        self,
        code: str = REGRESSOR,
        arguments: dict[str, Any] | None = None,
        feature_names: list[str] | None = None,
    ) -> None:
        self.code = code
        self.arguments = arguments
        self.feature_names = feature_names

    def _checked(self, X: Any, y: Any) -> Any:
        return validate_data(self, X, y, y_numeric=True)

    def predict(self, X: Any) -> np.ndarray:
        found = self._predict(X, "predict")
        if found.dtype.kind not in "iufb":
            raise InputError(_("predict returned no numbers."), fix=_("Return a number for each row."))
        return found.astype(np.float64)


class PythonClassifier(ClassifierMixin, PythonModel):
    """The analyst's class as a classifier; with ``predict_proba`` it gives probabilities, in the classes' order."""

    def __init__(
        self,
        code: str = CLASSIFIER,
        arguments: dict[str, Any] | None = None,
        feature_names: list[str] | None = None,
    ) -> None:
        self.code = code
        self.arguments = arguments
        self.feature_names = feature_names

    def _checked(self, X: Any, y: Any) -> Any:
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return X, y

    def predict(self, X: Any) -> np.ndarray:
        found = self._predict(X, "predict")
        strange = [v for v in dict.fromkeys(found.tolist()) if v not in self.classes_.tolist()]
        if strange:
            raise InputError(
                _("predict returned {value!r}, which is no class of the label.", value=strange[0]),
                fix=_("Return the classes that fit was given."),
            )
        return found.astype(self.classes_.dtype)

    @available_if(lambda self: has(self.code, "predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> np.ndarray:
        found = self._predict(X, "predict_proba")
        wanted = (len(np.atleast_2d(found)), len(self.classes_))
        if found.shape != wanted or found.dtype.kind not in "iuf":
            raise InputError(
                _("predict_proba returned an array of shape {shape}.", shape=str(found.shape)),
                fix=_("Return a row for each row and a column for each of the {count} classes.", count=wanted[1]),
            )
        return found.astype(np.float64)


def _learns(found: ast.ClassDef) -> bool:
    return bool({"fit", "train"} & set(_methods(found)))


def _methods(found: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {n.name: n for n in found.body if isinstance(n, ast.FunctionDef)}


def _storable(value: Any, name: str) -> Any:
    """The value, of which a model file can be made and read again; else InputError."""
    if isinstance(value, PLAIN) or (isinstance(value, np.ndarray) and value.dtype.kind in "biufcSUMm"):
        return value
    if type(value) in (list, tuple, set):
        return type(value)(_storable(v, name) for v in value)
    if type(value) is dict:
        return {_storable(k, name): _storable(v, name) for k, v in value.items()}
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if storage.is_trusted(kind) and _survives(value):
        return value
    raise InputError(
        _("The attribute {name!r} of the class holds a {kind}, which a model cannot keep.", name=name, kind=kind),
        fix=_("Keep numbers, text, arrays, lists, dicts and scikit-learn estimators; of a table, its to_numpy()."),
    )


def _survives(value: Any) -> bool:
    try:
        return all(map(storage.is_trusted, skops.io.get_untrusted_types(data=skops.io.dumps(value))))
    except Exception:
        return False
