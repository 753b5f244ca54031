"""Reviews judged: by a bag of words, and by networks that read them in order."""

import json

from tools.recipe import spread

SEEDS = (1, 2, 3)
MODELS = {
    "bag": "bag of words",
    "elman": "Elman, left to right",
    "gru": "GRU, left to right",
    "lstm": "LSTM, left to right",
    "lstm-both": "LSTM, both directions",
}
TEXTS = (
    "The screen is good.",
    "The screen is not good.",
    "The screen is not only good but also bright.",
    "I expected it to be terrible, but the battery is excellent.",
    "I expected it to be excellent, but the battery is terrible.",
)


def make(book):
    runs = {
        model: [book.train(f"docs/book/configs/reviews/{model}.toml", f"{model}-{seed}", seed) for seed in SEEDS]
        for model in MODELS
    }
    rows = [
        [shown, runs[model][0].parameters, spread([100 * run.metric("accuracy") for run in runs[model]], "{:.1f} %".format)]
        for model, shown in MODELS.items()
    ]
    book.table("table", ["model", "parameters", "test accuracy"], rows)
    judged = []
    for text in TEXTS:
        line = [text]
        for model in ("bag", "lstm-both"):
            said = json.loads(book.rekindle("predict", runs[model][0].path, "--text", text))
            line.append(f"{100 * dict(said['probabilities'])['positive']:.0f} %")
        judged.append(line)
    book.table("judged", ["text", "bag of words: positive", "LSTM, both directions: positive"], judged)
    book.values(chance=f"{100 * next(iter(runs['bag'][0].baselines.values())):.1f} %")
    book.console("predict", "predict", runs["lstm-both"][0].path, "--text", TEXTS[1])
