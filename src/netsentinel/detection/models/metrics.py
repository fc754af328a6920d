"""How well scores part bad rows from good ones. Higher scores mean more suspicious; ties are counted fairly."""

import numpy as np

from netsentinel.detection.models.table import Flags, Floats


def roc_auc(bad: Flags, scores: Floats) -> float:
    """The chance that a bad row scores higher than a good one, ties counting half (Hanley and McNeil, 1982)."""
    positives = int(bad.sum())
    negatives = len(bad) - positives
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    ranks = (ends - (count - 1) / 2)[place]
    return float((ranks[bad].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc(bad: Flags, scores: Floats) -> float:
    """Average precision: the precision at every threshold, weighted by the recall that it adds."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(bad[order])
    last_of_tie = np.append(np.diff(scores[order]) != 0, True)
    hits, at = hits[last_of_tie], np.flatnonzero(last_of_tie) + 1
    return float((np.diff(hits, prepend=0) * hits / at).sum() / hits[-1])


def recall_at_fpr(bad: Flags, scores: Floats, budget: float) -> float:
    """The share of bad rows above a threshold that at most `budget` of the good rows exceed."""
    return float((scores[bad] > threshold_for(scores[~bad], budget)).mean())


def threshold_for(good: Floats, budget: float) -> float:
    """The lowest threshold that at most `budget` (a share) of these scores of good rows exceed."""
    allowed = int(budget * len(good) + 1e-9)
    return float(np.partition(good, len(good) - 1 - allowed)[len(good) - 1 - allowed])


def log_loss(bad: Flags, probabilities: Floats) -> float:
    """The mean surprise of the probabilities at the labels, in nats."""
    kept = np.clip(probabilities, 1e-15, 1 - 1e-15)
    return float(-np.where(bad, np.log(kept), np.log1p(-kept)).mean())
