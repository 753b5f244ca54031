//! What other frameworks call the keys and the values of a config.

/// A key of a config, and what else it is called.
const KEYS: &[(&str, &[&str])] = &[
    (
        "model.cell.kind",
        &["rnn_type", "cell_type", "type", "mode"],
    ),
    (
        "model.cell.d_hidden",
        &[
            "hidden_size",
            "hidden_dim",
            "hidden_units",
            "hidden",
            "n_hidden",
            "num_units",
            "units",
            "d_model",
            "n_units",
        ],
    ),
    (
        "model.layers",
        &["num_layers", "n_layers", "n_rnn_layers", "depth"],
    ),
    ("model.bidirectional", &["bidir", "bi"]),
    ("model.projection", &["proj_size", "num_proj"]),
    ("model.dropout", &["dropout_rate", "drop_rate", "p_dropout"]),
    (
        "train.learning_rate",
        &[
            "lr",
            "learning_rate_init",
            "base_lr",
            "max_lr",
            "step_size_max",
            "alpha",
            "eta",
        ],
    ),
    (
        "train.batch",
        &[
            "batch_size",
            "bs",
            "minibatch",
            "per_device_train_batch_size",
        ],
    ),
    (
        "train.accumulate",
        &[
            "gradient_accumulation_steps",
            "accumulate_grad_batches",
            "grad_accum",
        ],
    ),
    (
        "train.epochs",
        &[
            "num_epochs",
            "n_epochs",
            "max_epochs",
            "num_train_epochs",
            "epoch",
        ],
    ),
    (
        "train.steps",
        &[
            "max_steps",
            "num_steps",
            "n_steps",
            "iterations",
            "max_iters",
            "updates",
        ],
    ),
    ("train.optimizer", &["optim", "optimiser", "solver"]),
    (
        "train.schedule",
        &[
            "lr_scheduler",
            "scheduler",
            "lr_schedule",
            "lr_scheduler_type",
        ],
    ),
    (
        "train.warmup",
        &["warmup_steps", "num_warmup_steps", "warmup_iters"],
    ),
    ("train.decay", &["gamma", "lr_decay", "factor"]),
    ("train.decay_every", &["step_size", "lr_step"]),
    ("train.weight_decay", &["l2", "wd", "weight_decay_rate"]),
    (
        "train.clip",
        &[
            "grad_clip",
            "gradient_clip_val",
            "clip_grad_norm",
            "max_grad_norm",
            "max_norm",
            "clipnorm",
            "clip_norm",
        ],
    ),
    ("train.average", &["ema", "use_ema", "swa"]),
    ("train.average_decay", &["ema_decay", "ema_momentum"]),
    (
        "train.patience",
        &[
            "early_stopping",
            "early_stopping_patience",
            "n_iter_no_change",
        ],
    ),
    ("train.frozen", &["freeze", "trainable", "requires_grad"]),
    (
        "task.window",
        &[
            "seq_len",
            "seq_length",
            "sequence_length",
            "bptt",
            "context_length",
            "block_size",
            "lookback",
            "input_chunk_length",
            "n_lags",
            "time_steps",
            "timesteps",
        ],
    ),
    (
        "task.horizon",
        &[
            "prediction_length",
            "output_chunk_length",
            "forecast_horizon",
            "pred_len",
            "n_ahead",
        ],
    ),
    (
        "task.season",
        &["seasonality", "period", "season_length", "seasonal_periods"],
    ),
    (
        "task.d_embedding",
        &[
            "embedding_dim",
            "embed_dim",
            "emb_dim",
            "embedding_size",
            "emb_size",
        ],
    ),
    (
        "task.longest",
        &[
            "max_length",
            "maxlen",
            "max_len",
            "max_seq_len",
            "max_seq_length",
        ],
    ),
    (
        "task.vocabulary",
        &[
            "vocab_size",
            "max_features",
            "num_words",
            "max_tokens",
            "vocab",
        ],
    ),
    (
        "task.tied",
        &[
            "weight_tying",
            "tie_weights",
            "tie_embeddings",
            "tied_weights",
        ],
    ),
    ("task.kind", &["task_type"]),
    ("seed", &["random_state", "random_seed", "manual_seed"]),
    ("device", &["accelerator", "use_cuda", "gpu", "gpus"]),
];

/// A value of a config, and what else it is called.
const VALUES: &[(&str, &[&str])] = &[
    // The plain network; `qrnn` is the name that is nearest by its letters.
    (
        "elman",
        &[
            "rnn",
            "simple_rnn",
            "simplernn",
            "vanilla",
            "vanilla_rnn",
            "rnn_tanh",
        ],
    ),
    ("rmsprop", &["rms", "rms_prop"]),
    ("one_cycle", &["onecycle", "one_cycle_lr", "onecyclelr"]),
    (
        "plateau",
        &[
            "reduce_on_plateau",
            "reducelronplateau",
            "reduce_lr_on_plateau",
        ],
    ),
    (
        "cosine",
        &["cosine_annealing", "cosineannealinglr", "cosine_decay"],
    ),
    ("step", &["steplr", "step_lr", "multistep"]),
    (
        "language_model",
        &[
            "lm",
            "language_modeling",
            "language_modelling",
            "text_generation",
        ],
    ),
    ("classify_text", &["text_classification", "sentiment"]),
    (
        "transduce",
        &[
            "seq2seq",
            "sequence_to_sequence",
            "text2text_generation",
            "translate",
            "translation",
            "g2p",
        ],
    ),
    (
        "transcribe",
        &[
            "asr",
            "ctc",
            "automatic_speech_recognition",
            "speech_recognition",
            "speech_to_text",
            "transcription",
        ],
    ),
    (
        "tag",
        &[
            "tagging",
            "tagger",
            "ner",
            "pos",
            "sequence_tagging",
            "sequence_labeling",
            "sequence_labelling",
            "token_classification",
            "slot_filling",
        ],
    ),
    (
        "classify_series",
        &[
            "series_classification",
            "time_series_classification",
            "classification",
        ],
    ),
    (
        "regress_series",
        &[
            "regression",
            "series_regression",
            "time_series_regression",
            "tser",
        ],
    ),
    (
        "forecast",
        &["forecasting", "time_series", "timeseries", "prediction"],
    ),
];

/// The key that another framework calls so, or that is called so in another table.
pub(super) fn key(name: &str) -> Option<&'static str> {
    let elsewhere = || {
        let mut ours = KEYS.iter().map(|&(ours, _)| ours);
        ours.find(|ours| ours.rsplit('.').next() == Some(name))
    };
    named(KEYS, &name.to_lowercase()).or_else(elsewhere)
}

/// The value among those known that another framework calls so, or that is written so but for its case and its dashes.
pub(super) fn value<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = name.to_lowercase().replace(['-', ' '], "_");
    let ours = named(VALUES, &plain).unwrap_or(&plain);
    known.iter().copied().find(|known| *known == ours)
}

fn named(names: &[(&'static str, &[&str])], name: &str) -> Option<&'static str> {
    let found = names.iter().find(|(_, others)| others.contains(&name));
    found.map(|&(ours, _)| ours)
}
