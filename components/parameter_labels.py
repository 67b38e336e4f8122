"""Labels for parameters whose names say little to who has not met them in scikit-learn or pandas."""

from components.language import N_

LABELS = {
    "alpha": N_("Regularization strength"),
    "C": N_("Inverse regularization strength"),
    "class_weight": N_("Weights of the classes"),
    "early_stopping": N_("Stop early"),
    "fit_intercept": N_("Fit an intercept"),
    "give_up": N_("Give hopeless trials up"),
    "hidden_layer_sizes": N_("Sizes of the hidden layers"),
    "l1_ratio": N_("Share of L1 penalty"),
    "l2_regularization": N_("L2 regularization"),
    "learning_rate": N_("Learning rate"),
    "learning_rate_init": N_("First learning rate"),
    "max_bins": N_("Most bins"),
    "max_depth": N_("Deepest tree"),
    "max_features": N_("Features tried at a split"),
    "max_iter": N_("Most iterations"),
    "max_seconds": N_("Longest time, in seconds"),
    "max_leaf_nodes": N_("Most leaves"),
    "min_impurity_decrease": N_("Least gain of a split"),
    "min_samples_leaf": N_("Fewest rows in a leaf"),
    "min_samples_split": N_("Fewest rows to split"),
    "n_clusters": N_("Number of groups"),
    "n_estimators": N_("Number of trees"),
    "n_folds": N_("Number of folds"),
    "n_init": N_("Number of starts"),
    "n_iter_no_change": N_("Iterations without gain before stopping"),
    "n_trials": N_("Number of trials"),
    "n_jobs": N_("Processor cores"),
    "random_state": N_("Random seed"),
    "ranges": N_("Parameters to tune"),
    "sampler": N_("Way of searching"),
    "tol": N_("Tolerance"),
}


def label_of(name: str) -> str:
    """The label, or the name itself with spaces."""
    return LABELS.get(name) or name.replace("_", " ").strip().capitalize()
