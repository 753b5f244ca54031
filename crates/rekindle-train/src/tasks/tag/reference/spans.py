"""Writes spans.json: the figures of tagged sentences, from seqeval, which agrees with conlleval, and scikit-learn.

python -m pip install seqeval scikit-learn && python spans.py > spans.json
"""

import json

import numpy as np
from seqeval.metrics import accuracy_score, classification_report
from sklearn.metrics import precision_recall_fscore_support

TAGS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
SENTENCES = 30


def main():
    draw = np.random.default_rng(11)
    right, said = [], []
    for _ in range(SENTENCES):
        words = draw.integers(1, 12)
        tags = draw.choice(len(TAGS), words, p=[0.4, 0.15, 0.15, 0.15, 0.15])
        # Half of them as they are, so that spans agree; I- also stands where no span began.
        other = draw.choice(len(TAGS), words)
        right.append([TAGS[t] for t in tags])
        said.append([TAGS[t if keep else o] for t, o, keep in zip(tags, other, draw.random(words) < 0.7)])
    report = classification_report(right, said, output_dict=True, zero_division=0)
    spans = {
        kind: {
            "rows": int(report[kind]["support"]),
            "precision": float(report[kind]["precision"]),
            "recall": float(report[kind]["recall"]),
            "f1": float(report[kind]["f1-score"]),
        }
        for kind in ["LOC", "PER", "micro avg"]
    }
    flat = [[tag for row in rows for tag in row] for rows in (right, said)]
    precision, recall, f1, support = precision_recall_fscore_support(*flat, labels=TAGS)
    tags = {
        tag: {"rows": int(n), "precision": float(p), "recall": float(r), "f1": float(f)}
        for tag, p, r, f, n in zip(TAGS, precision, recall, f1, support)
    }
    print(
        json.dumps(
            {"right": right, "said": said, "accuracy": float(accuracy_score(right, said)), "spans": spans, "tags": tags},
            indent=1,
        )
    )


main()
