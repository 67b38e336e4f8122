"""Trained chains as MLflow models: written without pickle, proven before they are published, loaded anywhere."""
