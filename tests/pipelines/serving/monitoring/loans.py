"""The pipeline of loans whose model the tests of monitoring watch."""

LOANS = """
format: 2
name: loans
steps:
- {id: loans, type: dataset, params: {dataset: german-credit}}
- {id: label, type: set_label, params: {column: credit-risk}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: 0, stratify: true}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""
