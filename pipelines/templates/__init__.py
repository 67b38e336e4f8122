"""Templates: from a dataset and a question, a pipeline that works and says why it is made as it is."""

from pipelines.templates.columns import likely_labels
from pipelines.templates.draft import Draft, Question, draft

__all__ = ["Draft", "Question", "draft", "likely_labels"]
