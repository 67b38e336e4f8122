"""The chain: the fitted steps from the source to the model, one scikit-learn compatible object with one code path."""
