"""Ratings that are made: films of made-up titles, and people who like some kinds of them more than others."""

from __future__ import annotations

import numpy as np
import pandas as pd

GENRES = ("drama", "comedy", "thriller", "science fiction", "romance", "documentary", "animation", "western")
FIRST = ("Silent", "Golden", "Last", "Broken", "Hidden", "Distant", "Paper", "Crimson", "Winter", "Borrowed", "Little")
SECOND = (
    "Harbour", "Letters", "Orchard", "Engine", "Mirror", "Summer", "Detective", "Galaxy", "Promise", "River", "Circus",
    "Kitchen", "Lighthouse", "Carnival", "Mountain", "Promenade", "Violin", "Station", "Garden",
)  # fmt: skip


def movie_ratings(people: int = 300, films: int = 200, ratings: int = 15_000) -> pd.DataFrame:
    """Who gave which film how many stars. Taste has four sides; some people are strict, some films are plainly good."""
    random = np.random.default_rng(1895)
    titles = [f"{a} {b}" for a in FIRST for b in SECOND]
    chosen = random.choice(len(titles), films, replace=False)
    genre = random.integers(0, len(GENRES), films)
    sides = random.normal(0, 1, (len(GENRES), 4))[genre] * 0.5 + random.normal(0, 0.35, (films, 4))
    taste = random.normal(0, 0.8, (people, 4))
    good, mild = random.normal(0, 0.45, films), random.normal(0, 0.4, people)
    # Popular films and busy people have more ratings; nobody rates a film twice.
    weight = np.outer(random.gamma(2.0, 1.0, people), random.gamma(1.5, 1.0, films)).ravel()
    pairs = np.sort(random.choice(people * films, ratings, replace=False, p=weight / weight.sum()))
    who, what = pairs // films, pairs % films
    stars = 3.4 + mild[who] + good[what] + (taste[who] * sides[what]).sum(axis=1) + random.normal(0, 0.6, ratings)
    order = random.permutation(ratings)
    frame = pd.DataFrame(
        {
            "user": [f"u{n + 1:03d}" for n in who],
            "film": [titles[chosen[n]] for n in what],
            "genre": [GENRES[genre[n]] for n in what],
            "year": (1950 + (chosen * 37) % 73)[what],
            "rating": stars.round().clip(1, 5).astype(int),
        }
    )
    return frame.iloc[order].reset_index(drop=True)
