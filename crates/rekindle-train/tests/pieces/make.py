"""Writes beside this file what Hugging Face's tokenizers make of a text, and how they read others:

    env/bin/pip install tokenizers==0.22.2
    env/bin/python crates/rekindle-train/tests/pieces/make.py

`text.txt` is the beginning of data/kjv.txt.gz with lines of other scripts, `tokenizer.json` what is trained on it line by line, `read.json`
texts with the pieces that they are read as.
"""

import gzip
import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
KJV = HERE / "../../../../data/kjv.txt.gz"
OTHERS = "Ünïcode — “quoted” 3.14, 1/2 ½ ²\n日本語の文、です。 हिन्दी 👩\u200d🔬\n    indented\tand  spaced \nit's we'll I'd 'tis don't aaaa aaaaaaa\n"
TEXTS = [
    "In the beginning was the Word, and the Word was with God.\n",
    " two  blanks   three\t\ttabs \n",
    "it's we've they'll I'm he'd 'tis y'all's\n",
    "3.14 1,000 ½² x2y\n",
    "Ünïcode 日本語 हिन्दी 👩\u200d🔬 e\u0301\u00a0!\n",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
    "no end of a line",
    "\n",
    "   \n",
    "",
]


def main():
    text = "".join(gzip.open(KJV, "rt").readlines()[:120]) + OTHERS
    (HERE / "text.txt").write_text(text)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    tokenizer.save(str(HERE / "tokenizer.json"), pretty=False)
    read = [[text, tokenizer.encode(text).ids] for text in TEXTS]
    for text, ids in read:
        assert tokenizer.decode(ids) == text
    (HERE / "read.json").write_text(json.dumps(read, indent=1) + "\n")


if __name__ == "__main__":
    main()
