#!/usr/bin/env python3
"""Writes golden numbers of whole networks into ../golden, one .safetensors file a case.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0 pytorch-crf==0.7.2
    env/bin/python crates/rekindle-models/oracles/networks.py

PyTorch's modules, pytorch-crf's field and PyTorch's CTC loss, joined as the papers say; float64 on one thread. Nothing is random:
every weight and input is a closed form of its index. A file holds

    weights.<path>      the parameters, by their paths in the Rust module and in its layout
    input.*             what goes in; rows of tokens are padded with -1
    output.*            what comes out: scores or log-probabilities, the loss, the rows that are decoded (padded with -1)
    grad.<path>         the gradient of the loss

and, as metadata, which network it is and its configuration as TOML. The last bits of PyTorch's sums depend on where its memory
lies, so that two runs of the script agree to some 1e-15.
"""

import math
import pathlib

import torch
from safetensors.torch import save
from torch import nn
from torch.nn.functional import cross_entropy, ctc_loss, log_softmax, one_hot
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torchcrf import CRF

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
ROWS = [[2, 0, 5], [1, 4, 4, 3, 6], [3]]
TAGS = [[0, 2, 1], [3, 0, 0, 1, 2], [2]]
LETTERS = [[1, 2], [0], [3, 3, 1], [4], [2, 1, 0, 4], [0, 1], [3], [1, 1, 1], [2, 4]]


def wave(shape, scale, phase):
    """scale * cos(0.7 n + 0.01 n^2 + phase) for the n-th element; the square keeps matrices from having rank 2."""
    count = math.prod(shape)
    values = [scale * math.cos(0.7 * n + 0.01 * n * n + phase) for n in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


class Case:
    """Parameters by their paths in the Rust module, with whether they are stored there the other way round."""

    def __init__(self):
        self.parameters = {}

    def add(self, path, parameter, turned=False):
        with torch.no_grad():
            parameter.copy_(wave(parameter.shape, 0.5, float(len(self.parameters))))
        self.parameters[path] = (parameter, turned)
        return parameter

    def embedding(self, path, count, width):
        module = nn.Embedding(count, width).double()
        self.add(f"{path}.weight", module.weight)
        return module

    def linear(self, path, d_input, d_output, bias=True):
        module = nn.Linear(d_input, d_output, bias).double()
        self.add(f"{path}.weight", module.weight, True)
        if bias:
            self.add(f"{path}.bias", module.bias)
        return module

    def recurrent(self, path, kind, d_input, d_hidden, layers=1, bidirectional=False):
        module = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](
            d_input, d_hidden, layers, batch_first=True, bidirectional=bidirectional
        ).double()
        for layer in range(layers):
            for side in ["forward", "reverse"][: 2 if bidirectional else 1]:
                end = f"l{layer}" + ("_reverse" if side == "reverse" else "")
                gates = f"{path}.layers.{layer}.{side}.gates"
                for theirs, ours in [("ih", "input"), ("hh", "hidden")]:
                    self.add(f"{gates}.{ours}.weight", getattr(module, f"weight_{theirs}_{end}"), True)
                    self.add(f"{gates}.{ours}.bias", getattr(module, f"bias_{theirs}_{end}"))
        return module

    def write(self, name, network, config, inputs, outputs, loss):
        loss.backward()
        tensors = {f"input.{key}": value for key, value in inputs.items()}
        tensors |= {f"output.{key}": value for key, value in outputs.items()}
        tensors["output.loss"] = loss.reshape(1)
        for path, (parameter, turned) in self.parameters.items():
            assert parameter.grad is not None and parameter.grad.abs().max() > 0, f"{name}: {path} has no gradient"
            for prefix, value in [("weights", parameter), ("grad", parameter.grad)]:
                tensors[f"{prefix}.{path}"] = value.T if turned else value
        tensors = {key: value.detach().contiguous() for key, value in sorted(tensors.items())}
        metadata = {"network": network, "config": config}
        (GOLDEN / f"{name}.safetensors").write_bytes(save(tensors, metadata))
        print(name, float(loss))


def padded(rows, fill=-1):
    longest = max(map(len, rows))
    return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])


def run(module, x, lengths):
    """Outputs, zero beyond the lengths, and final states."""
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    y, states = module(packed)
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
    return y, states


def mask(lengths):
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def tagger(name, kind, layers, letters, crf):
    case, tags = Case(), 4
    lengths = list(map(len, ROWS))
    embedding = case.embedding("embedding", 7, 5)
    d_input = 5
    x = embedding(padded(ROWS, 0))
    inputs = {"words": padded(ROWS), "tags": padded(TAGS)}
    config = f"words = 7\ntags = {tags}\nd_embedding = 5\ndropout = 0.0\ncrf = {str(crf).lower()}\n"
    if letters:
        table = case.embedding("letters.embedding", 5, 3)
        reader = case.recurrent("letters.recurrent", "lstm", 3, 2, bidirectional=True)
        _, (h, _) = run(reader, table(padded(LETTERS, 0)), list(map(len, LETTERS)))
        ends = torch.cat([h[0], h[1]], 1)
        at = torch.zeros(x.shape[:2], dtype=torch.long)
        at[mask(lengths)] = torch.arange(len(LETTERS))
        x = torch.cat([x, ends[at]], 2)
        d_input += 4
        inputs["letters"] = padded(LETTERS)
    recurrent = case.recurrent("recurrent", kind, d_input, 3, layers, True)
    y, _ = run(recurrent, x, lengths)
    scores = case.linear("output", 6, tags)(y)
    config += f'\n[layers]\nlayers = {layers}\nbidirectional = true\ncell = {{ kind = "{kind}", d_hidden = 3 }}\n'
    if letters:
        config += '\n[letters]\nletters = 5\nd_embedding = 3\n\n[letters.layers]\nbidirectional = true\n'
        config += 'cell = { kind = "lstm", d_hidden = 2 }\n'
    real, wanted = mask(lengths), padded(TAGS, 0)
    if crf:
        field = CRF(tags, batch_first=True).double()
        case.add("crf.start", field.start_transitions)
        case.add("crf.transitions", field.transitions)
        case.add("crf.end", field.end_transitions)
        loss = -field(scores, wanted, real, reduction="mean")
        decoded = padded(field.decode(scores, real))
    else:
        own = log_softmax(scores, 2).gather(2, wanted[..., None])[..., 0]
        loss = -(own * real).sum(1).mean()
        decoded = scores.argmax(2).masked_fill(~real, -1)
    scores = scores.masked_fill(~real[..., None], 0.0)
    case.write(name, "tagger", config, inputs, {"scores": scores, "decoded": decoded}, loss)


SOURCES = [[2, 0, 5], [1, 4, 4, 3, 6], [3]]
TARGETS = [[0, 3, 4, 1], [0, 6, 2, 2, 5, 1], [0, 1]]


def encoder_decoder(name, kind, attention, layers=1, both=False, bridge="linear", feeding=False, copy=False, smoothing=0.0):
    case, symbols, d, width = Case(), 7, 4, 3
    lengths = list(map(len, SOURCES))
    source = case.embedding("source", symbols, d)
    encoder = case.recurrent("encoder", kind, d, width, layers, both)
    memory, ended = run(encoder, source(padded(SOURCES, 0)), lengths)
    ended = ended if kind == "lstm" else (ended,)
    sides = 2 if both else 1
    seen = sides * width
    if bridge == "linear":
        begin = [[] for _ in ended]
        for layer in range(layers):
            # All states of a direction, then those of the other.
            parts = [state[sides * layer + side] for side in range(sides) for state in ended]
            for number in range(len(ended)):
                linear = case.linear(f"writer.bridge.linear.{len(ended) * layer + number}", sum(p.shape[1] for p in parts), width)
                begin[number].append(torch.tanh(linear(torch.cat(parts, 1))))
        states = tuple(map(torch.stack, begin))
    else:
        states = ended
    before = attention == "additive"
    d_step = d + (seen if before else width if feeding else 0)
    if bridge == "read":
        # What the topmost layer ended with, in both directions.
        x = case.linear("writer.bridge.linear.0", seen, d_step)(torch.cat(list(ended[0][-sides:]), 1))
    target = case.embedding("writer.target", symbols, d)
    decoder = case.recurrent("writer.decoder", kind, d_step, width, layers)
    if bridge == "read":
        states = decoder(x[:, None])[1]
        states = states if kind == "lstm" else (states,)
    query = key = score = None
    if attention == "additive":
        query = case.linear("writer.attention.query", width, 2, False)
        key = case.linear("writer.attention.key", seen, 2, False)
        score = case.linear("writer.attention.score", 2, 1, False)
    elif attention == "general":
        key = case.linear("writer.attention.key", seen, width, False)
    readout = None
    if attention == "additive":
        readout = case.linear("writer.readout.linear", width + d + seen, 2 * width)
    elif attention != "none":
        readout = case.linear("writer.readout.linear", seen + width, width, False)
    output = case.linear("writer.output", width, symbols)
    gate = case.linear("writer.copy", seen + width + d, 1) if copy else None
    real = mask(lengths)

    def look(q):
        if attention == "additive":
            scores = score(torch.tanh(query(q)[:, None] + key(memory)))[..., 0]
        else:
            keys = memory if key is None else key(memory)
            scores = (keys * q[:, None]).sum(2)
        weights = torch.softmax(scores.masked_fill(~real, -math.inf), 1)
        return (weights[..., None] * memory).sum(1), weights

    def step(tokens, states, fed, tops):
        """One row of tokens: log-probabilities, states, what is fed to the next step, the top output."""
        e = target(tokens)
        context = weights = None
        if before:
            context, weights = look(tops)
            x = torch.cat([e, context], 1)
        else:
            x = torch.cat([e, fed], 1) if feeding else e
        y, states = decoder(x[:, None], states if kind == "lstm" else states[0])
        states = states if kind == "lstm" else (states,)
        y = y[:, 0]
        if attention == "none":
            out = y
        elif before:
            out = readout(torch.cat([y, e, context], 1)).reshape(len(y), width, 2).amax(2)
        else:
            context, weights = look(y)
            out = torch.tanh(readout(torch.cat([context, y], 1)))
        logits = output(out)
        if copy:
            own = torch.sigmoid(gate(torch.cat([context, y, e], 1)))
            places = one_hot(padded(SOURCES, 0), symbols).double()
            copied = (weights[..., None] * places).sum(1)
            logs = (own * torch.softmax(logits, 1) + (1 - own) * copied).log()
        else:
            logs = log_softmax(logits, 1)
        return logs, states, out, y

    wanted = padded(TARGETS, 0)
    fed, tops = torch.zeros(len(SOURCES), width, dtype=torch.float64), states[0][-1]
    begun, said = states, []
    for t in range(wanted.shape[1] - 1):
        logs, states, fed, tops = step(wanted[:, t], states, fed, tops)
        said.append(logs)
    said = torch.stack(said, 1)
    steps = mask([len(row) - 1 for row in TARGETS])
    labels = wanted[:, 1:].masked_fill(~steps, -100)
    loss = cross_entropy(said.flatten(0, 1), labels.flatten(), label_smoothing=smoothing)
    with torch.no_grad():
        # The best symbol each time, all rows at once, until each has ended or has six.
        states, fed, tops = begun, torch.zeros_like(fed), begun[0][-1]
        tokens, decoded = wanted[:, 0], []
        for _ in range(7):
            logs, states, fed, tops = step(tokens, states, fed, tops)
            tokens = logs.argmax(1)
            decoded.append(tokens.tolist())
        rows = [list(row) for row in zip(*decoded)]
        rows = [row[: row.index(1)] if 1 in row else row[:6] for row in rows]
    config = f'source = {symbols}\ntarget = {symbols}\nd_embedding = {d}\nattention = "{attention}"\nbridge = "{bridge}"\n'
    config += f"input_feeding = {str(feeding).lower()}\ncopy = {str(copy).lower()}\n"
    if attention == "additive":
        config += "d_attention = 2\n"
    for part, bidirectional in [("encoder", both), ("decoder", False)]:
        config += f'\n[{part}]\nlayers = {layers}\nbidirectional = {str(bidirectional).lower()}\n'
        config += f'cell = {{ kind = "{kind}", d_hidden = {width} }}\n'
    inputs = {"source": padded(SOURCES), "target": padded(TARGETS)}
    if smoothing:
        inputs["smoothing"] = torch.tensor([smoothing], dtype=torch.float64)
    outputs = {"log_probs": said, "decoded": padded([row + [-1] for row in rows])}
    case.write(name, "encoder_decoder", config, inputs, outputs, loss)


FRAMES = [7, 9, 4]
LABELS = [[1, 1], [0, 2, 3], []]


def ctc(name, kind, group):
    case, labels, features = Case(), 4, 3
    time = max(FRAMES)
    groups = -(-time // group)
    frames = wave([len(FRAMES), time, features], 1.0, 0.3)
    x = frames.masked_fill(~mask(FRAMES)[..., None], 0.0)
    x = torch.cat([x, x.new_zeros(len(FRAMES), groups * group - time, features)], 1)
    x = x.reshape(len(FRAMES), groups, group * features)
    lengths = [-(-n // group) for n in FRAMES]
    recurrent = case.recurrent("recurrent", kind, group * features, 3, bidirectional=True)
    y, _ = run(recurrent, x, lengths)
    log_probs = log_softmax(case.linear("output", 6, labels + 1)(y), 2)
    targets = padded([[label + 1 for label in row] for row in LABELS], 1)
    losses = ctc_loss(
        log_probs.swapaxes(0, 1), targets, torch.tensor(lengths), torch.tensor(list(map(len, LABELS))), reduction="none"
    )
    loss = losses.mean()
    log_probs = log_probs.masked_fill(~mask(lengths)[..., None], 0.0)
    config = f"d_input = {features}\nlabels = {labels}\nsubsampling = {group}\n"
    config += f'\n[layers]\nbidirectional = true\ncell = {{ kind = "{kind}", d_hidden = 3 }}\n'
    inputs = {"frames": frames, "lengths": torch.tensor(FRAMES), "labels": padded([row + [-1] for row in LABELS])}
    case.write(name, "ctc", config, inputs, {"log_probs": log_probs, "losses": losses}, loss)


def autoencoder(name, kind, reversed_):
    case, features, code = Case(), 3, 2
    lengths = [7, 9, 4]
    frames = wave([len(lengths), max(lengths), features], 1.0, 0.3)
    x = frames.masked_fill(~mask(lengths)[..., None], 0.0)
    encoder = case.recurrent("encoder", kind, features, 3, bidirectional=True)
    _, ended = run(encoder, x, lengths)
    ended = ended if kind == "lstm" else (ended,)
    parts = [state[side] for side in range(2) for state in ended]
    z = case.linear("decoder.code", sum(part.shape[1] for part in parts), code)(torch.cat(parts, 1))
    decoder = case.recurrent("decoder.recurrent", kind, code, 4)
    y, _ = run(decoder, z[:, None].expand(-1, max(lengths), -1), lengths)
    given = case.linear("decoder.output", 4, features)(y)
    scores = []
    for row, length in enumerate(lengths):
        back = given[row, :length]
        scores.append(((back.flip(0) if reversed_ else back) - x[row, :length]).square().mean())
    scores = torch.stack(scores)
    config = f"d_input = {features}\nd_code = {code}\nreversed = {str(reversed_).lower()}\n"
    config += f'\n[encoder]\nbidirectional = true\ncell = {{ kind = "{kind}", d_hidden = 3 }}\n'
    config += f'\n[decoder]\ncell = {{ kind = "{kind}", d_hidden = 4 }}\n'
    inputs = {"frames": frames, "lengths": torch.tensor(lengths)}
    case.write(name, "autoencoder", config, inputs, {"codes": z, "scores": scores}, scores.mean())


def awd_lstm(name, layers):
    """Without dropout, whose masks are drawn: what is left is the stack, the tied output, and what outputs cost."""
    case, tokens, d_embedding, d_hidden = Case(), 7, 4, 5
    rows = torch.tensor([[2, 0, 5, 5, 1], [1, 4, 3, 6, 0]])
    embedding = case.embedding("embedding", tokens, d_embedding)
    x = embedding(rows[:, :-1])
    for depth in range(layers):
        d_input = d_embedding if depth == 0 else d_hidden
        units = d_embedding if depth + 1 == layers else d_hidden
        module = nn.LSTM(d_input, units, batch_first=True).double()
        for theirs, ours in [("ih", "input"), ("hh", "hidden")]:
            gates = f"stack.layers.{depth}.layers.0.forward.gates.{ours}"
            case.add(f"{gates}.weight", getattr(module, f"weight_{theirs}_l0"), True)
            case.add(f"{gates}.bias", getattr(module, f"bias_{theirs}_l0"))
        x, _ = module(x)
    bias = case.add("bias", nn.Parameter(torch.zeros(tokens, dtype=torch.float64)))
    said = log_softmax(x @ embedding.weight.T + bias, 2)
    loss = -said.gather(2, rows[:, 1:, None]).mean()
    loss = loss + 2.0 * x.square().mean() + 1.0 * (x[:, 1:] - x[:, :-1]).square().mean()
    config = f"tokens = {tokens}\nd_embedding = {d_embedding}\n[stack]\nd_hidden = {d_hidden}\nlayers = {layers}\n"
    config += "".join(f"{what}_dropout = 0.0\n" for what in ["embedding", "input", "hidden", "output", "weight"])
    case.write(name, "awd_lstm", config, {"tokens": rows}, {"log_probs": said}, loss)


def main():
    torch.set_num_threads(1)
    GOLDEN.mkdir(exist_ok=True)
    tagger("tagger-crf", "lstm", 1, False, True)
    tagger("tagger-crf-letters", "lstm", 2, True, True)
    tagger("tagger-softmax", "gru", 1, False, False)
    encoder_decoder("encoder_decoder-none-copied", "lstm", "none", layers=2, bridge="copy")
    encoder_decoder("encoder_decoder-additive", "gru", "additive", both=True)
    encoder_decoder("encoder_decoder-additive-lstm", "lstm", "additive", layers=2, both=True)
    encoder_decoder("encoder_decoder-dot", "lstm", "dot")
    encoder_decoder("encoder_decoder-dot-fed", "gru", "dot", feeding=True)
    encoder_decoder("encoder_decoder-additive-read", "lstm", "additive", layers=2, both=True, bridge="read", smoothing=0.1)
    encoder_decoder("encoder_decoder-none-read", "gru", "none", bridge="read")
    encoder_decoder("encoder_decoder-general-pointer", "gru", "general", both=True, copy=True)
    encoder_decoder("encoder_decoder-additive-pointer", "gru", "additive", both=True, copy=True)
    autoencoder("autoencoder", "lstm", True)
    autoencoder("autoencoder-forward", "gru", False)
    awd_lstm("awd_lstm", 3)
    ctc("ctc", "lstm", 1)
    ctc("ctc-subsampled", "gru", 2)


if __name__ == "__main__":
    main()
