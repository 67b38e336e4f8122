"""What an export target is, and what it gets."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipelines.chain.contract import Contract

PORT = 8080  # where MLflow's container answers


@dataclass(frozen=True)
class Exported:
    """The model to export: its MLflow folder on this machine, and the name of its container image."""

    folder: Path
    uri: str
    name: str
    version: str
    contract: Contract | None
    image: str

    @property
    def label(self) -> str:
        """A name that Kubernetes takes: small letters, digits and '-', at most 50, beginning with a letter."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-")
        return (plain if plain[:1].isalpha() else f"model-{plain}")[:50].strip("-")


class Target(ABC):
    """One kind of place to take a model to. ``has_image``: what it writes names a container image."""

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    has_image: ClassVar[bool] = True

    @abstractmethod
    def write(self, model: Exported, folder: Path) -> None:
        """Write everything into ``folder``, which is empty."""
