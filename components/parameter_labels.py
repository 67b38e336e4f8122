"""Labels for parameters whose names say little to who has not met them in scikit-learn or pandas."""

LABELS = {
    "alpha": "Regularization strength",
    "C": "Inverse regularization strength",
    "class_weight": "Weights of the classes",
    "early_stopping": "Stop early",
    "fit_intercept": "Fit an intercept",
    "hidden_layer_sizes": "Sizes of the hidden layers",
    "l1_ratio": "Share of L1 penalty",
    "l2_regularization": "L2 regularization",
    "learning_rate": "Learning rate",
    "learning_rate_init": "First learning rate",
    "max_bins": "Most bins",
    "max_depth": "Deepest tree",
    "max_features": "Features tried at a split",
    "max_iter": "Most iterations",
    "max_leaf_nodes": "Most leaves",
    "min_impurity_decrease": "Least gain of a split",
    "min_samples_leaf": "Fewest rows in a leaf",
    "min_samples_split": "Fewest rows to split",
    "n_clusters": "Number of groups",
    "n_estimators": "Number of trees",
    "n_init": "Number of starts",
    "n_iter_no_change": "Iterations without gain before stopping",
    "n_jobs": "Processor cores",
    "random_state": "Random seed",
    "tol": "Tolerance",
}


def label_of(name: str) -> str:
    """The label, or the name itself with spaces."""
    return LABELS.get(name) or name.replace("_", " ").strip().capitalize()
