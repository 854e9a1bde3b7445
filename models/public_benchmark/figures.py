"""The figures that the published results use."""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from models.public_benchmark.sources import Fold
from models.simulate.table import Doubles

CARDS_A_DAY = 100
TOP = 0.2


def of(fold: Fold, score: Doubles) -> dict[str, float]:
    """AUC, average precision, and CP@100 where rows have cards, top-fifth share elsewhere. `score` (test rows,)."""
    if fold.chance is not None:
        return expected(fold.chance, score)
    found = {
        "auc": float(roc_auc_score(fold.test_y, score)),
        "average_precision": float(average_precision_score(fold.test_y, score)),
    }
    if fold.card is not None:
        found["cp_at_100"] = card_precision(fold, score)
    else:
        found["top_fifth_share"] = share_in_top(fold, score)
    return found


def expected(chance: Doubles, score: Doubles) -> dict[str, float]:
    """Figures with every row positive with its true probability: less noise than one draw of labels."""
    labels = np.repeat([1, 0], len(chance))
    weight = np.concatenate([chance, 1 - chance])
    scores = np.tile(score, 2)
    return {
        "auc": float(roc_auc_score(labels, scores, sample_weight=weight)),
        "average_precision": float(average_precision_score(labels, scores, sample_weight=weight)),
    }


def card_precision(fold: Fold, score: Doubles) -> float:
    """Mean over days of the share of defrauded cards among the day's 100 highest; a card found once is off the list."""
    rows = pd.DataFrame({"day": fold.day, "card": fold.card, "fraud": fold.test_y, "score": score})
    found: set[int] = set()
    shares = []
    for _, day in rows.groupby("day"):
        cards = day[~day["card"].isin(found)].groupby("card").agg(score=("score", "max"), fraud=("fraud", "max"))
        top = cards.sort_values("score", ascending=False, kind="stable").head(CARDS_A_DAY)
        hits = top.index[top["fraud"] == 1]
        found.update(int(card) for card in hits)
        shares.append(len(hits) / CARDS_A_DAY)
    return float(np.mean(shares))


def share_in_top(fold: Fold, score: Doubles) -> float:
    """Share of all positives among the fifth of rows that scores highest; ties at the edge count by chance."""
    count = round(TOP * len(score))
    edge = np.sort(score)[::-1][count - 1]
    above = score > edge
    tied = score == edge
    hits = fold.test_y[above].sum() + fold.test_y[tied].mean() * (count - above.sum())
    return float(hits / fold.test_y.sum())
