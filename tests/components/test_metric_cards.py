"""Which metric is best, which come first, and that spreads stay with their means."""

from streamlit.testing.v1 import AppTest

from components import metric_cards


def test_the_best_error_is_the_smallest_and_the_best_score_the_largest() -> None:
    assert metric_cards.winners("root_mean_squared_error", {"a": 2.0, "b": 1.0, "c": None}) == {"b"}
    assert metric_cards.winners("r2", {"a": 0.9, "b": 0.8}) == {"a"}
    assert metric_cards.winners("evaluate.log_loss", {"a": 0.4, "b": 0.5}) == {"a"}


def test_nobody_wins_a_tie_of_all_and_several_win_a_tie_of_some() -> None:
    assert metric_cards.winners("f1", {"a": 0.5, "b": 0.5}) == set()
    assert metric_cards.winners("f1", {"a": 0.5, "b": 0.5, "c": 0.1}) == {"a", "b"}


def test_counts_have_no_best() -> None:
    assert metric_cards.winners("n_clusters", {"a": 3.0, "b": 5.0}) == set()


def test_a_missing_number_never_wins() -> None:
    assert metric_cards.winners("f1", {"a": float("nan"), "b": 0.1, "c": 0.2}) == {"c"}


def test_main_metrics_take_the_best_of_several_models_and_no_spreads() -> None:
    found = metric_cards.main_metrics(
        {"e.one.log_loss": 0.5, "e.two.log_loss": 0.4, "e.one.roc_auc": 0.7, "e.two.roc_auc": 0.8, "v.roc_auc_std": 0.1}
    )
    assert found == {"roc_auc": 0.8, "log_loss": 0.4}
    assert list(found) == ["roc_auc", "log_loss"]


def test_cards_show_the_spread_beside_the_mean_and_fold_the_rest() -> None:
    def page() -> None:
        from components import metric_cards

        metric_cards.show({"accuracy": 0.75, "accuracy_std": 0.02, "f1": 0.5, "recall": 0.1}, key="cards", limit=2)

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert [(m.label, m.value) for m in at.metric] == [("F1", "0.5"), ("Accuracy", "0.75 ± 0.02")]
    assert [e.label for e in at.expander] == ["All 3 metrics"]
