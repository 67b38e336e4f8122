"""Keys of endpoints: made at random, shown once, kept as a salted hash. An endpoint has two, either changed alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "sk_"
KEY_BYTES = 32
SHOWN = 4
PRIMARY, SECONDARY = "primary", "secondary"
SLOTS = (PRIMARY, SECONDARY)


@dataclass(frozen=True)
class KeyHash:
    """All that is kept of a key; ``hint`` is its last characters, to tell keys apart."""

    hash: str = field(repr=False)
    salt: str = field(repr=False)
    hint: str = ""

    def matches(self, key: str) -> bool:
        """Whether ``key`` is the one; takes the same time whatever it is."""
        return hmac.compare_digest(self.hash, _hash(key, self.salt))


def new_key() -> tuple[str, KeyHash]:
    """A fresh key and what is to be kept of it."""
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    salt = secrets.token_hex(16)
    return key, KeyHash(_hash(key, salt), salt, key[-SHOWN:])


def _hash(key: str, salt: str) -> str:
    # One round is enough: a key has 256 random bits, so there is nothing to guess.
    return hashlib.sha256(f"{salt}:{key}".encode(errors="surrogatepass")).hexdigest()


NOBODY = new_key()[1]
"""Stands in for a key that does not exist, so that asking takes as long."""


@dataclass(frozen=True)
class Keys:
    """The keys that open an endpoint, by slot; one that was never made opens nothing."""

    by_slot: Mapping[str, KeyHash] = field(default_factory=dict)

    def match(self, key: str) -> bool:
        """Whether ``key`` is one of them; takes the same time whichever it is, and however many there are."""
        found = [self.by_slot.get(slot, NOBODY).matches(key) for slot in SLOTS]
        return any(found)
