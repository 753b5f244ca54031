"""Writes areas.json: the figures of a classifier by class, from scikit-learn.

python -m pip install scikit-learn && python areas.py > areas.json
"""

import json

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    precision_recall_fscore_support,
    roc_auc_score,
)

ROWS, CLASSES = 24, 3


def main():
    draw = np.random.default_rng(7)
    labels = draw.integers(0, CLASSES, ROWS)
    # To one digit, so that there are ties.
    scores = np.round(draw.random((ROWS, CLASSES)) + 0.4 * np.eye(CLASSES)[labels], 1)
    guesses = scores.argmax(1)
    precision, recall, f1, support = precision_recall_fscore_support(labels, guesses)
    figures = [
        {
            "rows": int(support[c]),
            "precision": precision[c],
            "recall": recall[c],
            "f1": f1[c],
            "roc_area": roc_auc_score(labels == c, scores[:, c]),
            "pr_area": average_precision_score(labels == c, scores[:, c]),
        }
        for c in range(CLASSES)
    ]
    print(json.dumps({"labels": labels.tolist(), "scores": scores.tolist(), "figures": figures}, indent=1))


main()
