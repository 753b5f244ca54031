#!/usr/bin/env python3
"""Writes golden numbers of the cells that torchrecurrent has as their papers have them into ../golden.

    python3 -m venv env
    env/bin/pip install torch==2.15.0 numpy==2.4.6 torchrecurrent==0.2.5
    env/bin/python crates/rekindle-laws/oracles/torchrecurrent_cells.py

A step is torchrecurrent's cell, or torch's, with the weights of the table below put in by name; layers, directions and
lengths are those of cell_layers.py. Biases that the paper lacks and torchrecurrent has are zero. README.md says what a
file holds.
"""

import torch
import torchrecurrent as tr
from cell_layers import LENGTHS, Cell, both, case
from torch.func import functional_call

ORIGIN = f"torchrecurrent 0.2.5, torch {torch.__version__.split('+')[0]}"


def usual(w):
    return {"weight_ih": w.ih, "weight_hh": w.hh, "bias_ih": w.bih, "bias_hh": w.bhh}


def zeros(like):
    return torch.zeros_like(like)


def of(cls, weights=usual, **options):
    """A step of torchrecurrent's cell of one state, or of two of which the first is the output."""
    modules = {}

    def step(x, state, w):
        width = x.shape[1]
        if width not in modules:
            modules[width] = cls(width, state[0].shape[1], dtype=torch.float64, **options)
        given = state[0] if len(state) == 1 else tuple(state)
        new = functional_call(modules[width], weights(w), (x, given))
        return [new] if len(state) == 1 else list(new)

    return step


def shown(cls, weights=usual, **options):
    """A step of a cell whose output is no part of its state: ours has it as a first state that nothing reads."""
    inner = of(cls, weights, **options)

    def step(x, state, w):
        output, new = inner(x, state[1:], w) if len(state) > 2 else inner(x, state[1:], w)[0]
        return [output, *new] if isinstance(new, tuple) else [output, new]

    return step


def janet(x, state, w):
    weights = usual(w) | {"beta": torch.tensor(1.0, dtype=torch.float64)}
    twin = of(tr.JANETCell, lambda _: weights)
    return twin(x, state * 2, w)[:1]


def tau_gru(x, state, w):
    h, p = state
    cell = tr.tauGRUCell(x.shape[1], h.shape[1], dtype=torch.float64)
    return [functional_call(cell, usual(w), (x, h, p)), h]


def typed(cls):
    """T-GRU and T-LSTM see the last input through a matrix; ours keeps the product, so that the matrix is 1 here."""

    def step(x, state, w):
        *memory, p_z, p_f, p_o = state
        last = torch.cat([p_z, p_f, p_o], 1)
        size = last.shape[1]
        weights = {
            "weight_ih": w.ih[:size],
            "bias_ih": w.bih[:size],
            "weight_hh": torch.eye(size, dtype=torch.float64),
            "bias_hh": torch.zeros(size, dtype=torch.float64),
        }
        cell = cls(x.shape[1], p_z.shape[1], dtype=torch.float64)
        new = functional_call(cell, weights, (x, (memory[-1], last)))
        memory = [new[0]] if cls is tr.TGRUCell else [new[0], new[1][0]]
        return [*memory, *[x @ u.T for u in w.W[3:]]]

    return step


def coupled(x, state, w):
    """torch's LSTM with 1 - i for f: sigmoid(-a) is 1 - sigmoid(a)."""

    def four(v, size):
        i, g, o = v.split(size)
        return torch.cat([i, -i, g, o])

    size = state[0].shape[1]
    cell = torch.nn.LSTMCell(x.shape[1], size, dtype=torch.float64)
    weights = {key: four(value, size) for key, value in usual(w).items()}
    return list(functional_call(cell, weights, (x, tuple(state))))


def peepholes(w):
    return {"weight_ph": torch.cat([w.v["p_i"], w.v["p_f"], w.v["p_o"]])}


def multiplicative(w):
    size = w.d[0].shape[0]
    biases = {"bias_ih": w.bih, "bias_hh": w.d[0], "bias_mh": w.bhh[size:]}
    return {"weight_ih": w.ih, "weight_hh": w.U[0], "weight_mh": w.hh[size:]} | biases


def residual(w):
    size = 4 * w.d[0].shape[0]
    own = {"weight_ih": w.ih[:size], "weight_hh": w.hh[:size], "bias_ih": w.bih[:size], "bias_hh": w.bhh[:size]}
    return own | {"weight_proj": w.U[4], "weight_res": w.W[4]} | peepholes(w)


def working_memory(w):
    size = 4 * w.d[0].shape[0]
    own = {"weight_hh": w.hh[:size], "bias_hh": w.bhh[:size], "weight_mh": w.hh[size:], "bias_mh": w.bhh[size:]}
    return usual(w) | own


def fast_grnn(w):
    biases = torch.cat([w.v["b_z"], w.v["b_h"]]) if "b_z" in w.v else torch.zeros(2 * w.hh.shape[1]).double()
    scalars = {"zeta": w.v["zeta"], "nu": w.v["nu"]}
    return {"weight_ih": w.ih, "weight_hh": w.hh, "bias_ih": biases, "bias_hh": zeros(biases)} | scalars


def bistable(w):
    weight = torch.cat([w.v["w_a"], w.v["w_c"]])
    return {"weight_ih": w.ih, "weight_hh": weight, "bias_ih": w.bih, "bias_hh": zeros(weight)}


def ind_rnn(w):
    return {"weight_ih": w.ih, "vector_u": w.v["u"], "bias_ih": w.bih, "bias_hh": zeros(w.bih)}


def co_rnn(w):
    own = {"weight_hh": w.U[0], "bias_hh": w.d[0], "weight_ch": w.U[1], "bias_ch": w.d[1]}
    return usual(w) | own


def unicornn(w):
    own = {"weight_hh": w.v["w"], "weight_ch": w.v["c"], "bias_hh": zeros(w.bih)}
    return {"weight_ih": w.ih, "bias_ih": w.bih} | own


class HardSigmoid(torch.nn.Module):
    """torch's own has a gradient with 1/6 in float32, whatever the type."""

    def forward(self, v):
        return (v / 6 + 0.5).clamp(0, 1)


LSTM = "i f g o"
CELLS = [
    Cell("peephole_lstm", "h c", LSTM, LSTM, of(tr.PeepholeLSTMCell, lambda w: usual(w) | peepholes(w)), "p_i p_f p_o"),
    Cell("cifg_lstm", "h c", "i g o", "i g o", coupled),
    Cell("original_lstm", "h c", "i g o", "i g o", of(tr.OriginalLSTMCell)),
    Cell("multiplicative_lstm", "h c", f"-m {LSTM}", f"-m {LSTM}", of(tr.MultiplicativeLSTMCell, multiplicative)),
    Cell("residual_lstm", "h c", f"{LSTM} -r", f"{LSTM} -m", of(tr.ResLSTMCell, residual), "p_i p_f p_o"),
    Cell("wmc_lstm", "h c", LSTM, f"{LSTM} -m_i -m_f -m_o", of(tr.WMCLSTMCell, working_memory)),
    Cell("memory_controller_lstm", "h v c", "f i o m n", "f i o m n", shown(tr.MCLSTMCell)),
    Cell("mgu", "h", "f n", "f n", of(tr.MGUCell)),
    Cell("ugrnn", "h", "c g", "c g", of(tr.UGRNNCell)),
    Cell(
        "minimal_rnn", "h", "z", "u -z",
        of(tr.MinimalRNNCell, lambda w: usual(w) | {"weight_hh": w.U[0], "weight_mm": w.U[1], "bias_hh": w.d[0]}),
    ),
    Cell("cfn", "h", "theta eta -w", "theta eta", of(tr.CFNCell)),
    Cell("ran", "h c", "-c i f", "i f", of(tr.RANCell, lambda w: usual(w) | {"bias_ih": torch.cat(w.b[1:])})),
    Cell("atr", "h", "p", "p", of(tr.ATRCell)),
    Cell("janet", "h", "f c", "f c", janet),
    Cell("ligru", "h", "z n", "z n", of(tr.LiGRUCell)),
    Cell("light_ru", "h", "n f", "f", of(tr.LightRUCell)),
    Cell(
        "fast_rnn", "h", "h", "h",
        of(tr.FastRNNCell, lambda w: usual(w) | {"alpha": w.v["alpha"], "beta": w.v["beta"]}),
        scalars="alpha beta",
    ),
    Cell("sgu", "h", "g z", "-g z", of(tr.SGUCell, gate_nonlinearity=HardSigmoid())),
    Cell(
        "dsgu", "h", "g z", "-g z -o",
        of(
            tr.DSGUCell,
            lambda w: usual(w) | {"weight_hh": torch.cat(w.U[:2]), "bias_hh": torch.cat(w.d[:2]), "weight_ho": w.U[2]},
            gate_nonlinearity=HardSigmoid(),
        ),
    ),
    Cell("star", "h", "z k", "k", of(tr.STARCell)),
    Cell("sgrn", "h", "a", "f", of(tr.SGRNCell)),
    Cell("miru1", "h", "r n", "r n", of(tr.MiRU1Cell)),
    Cell("miru2", "h", "n", "n", of(tr.MiRU2Cell)),
    Cell("brc", "h", "a c h", "", of(tr.BRCell, bistable), "w_a w_c"),
    Cell("nbrc", "h", "a c h", "a c", of(tr.NBRCell)),
    Cell("mut3", "h", "z r n", "z r n", of(tr.MUT3Cell)),
    Cell("indrnn", "h", "h", "", of(tr.IndRNNCell, ind_rnn, nonlinearity="relu"), "u"),
    Cell("cornn", "y z", "a", "a -z", of(tr.coRNNCell, co_rnn)),
    Cell("unicornn", "y z", "a", "", of(tr.UnICORNNCell, unicornn), "w c"),
    Cell("tau_gru", "h p", "u z g a", "u z g a", tau_gru),
    Cell("trnn", "h", "-z f", "", of(tr.TRNNCell, lambda w: {"weight_ih": w.ih, "bias_ih": w.bih})),
    Cell("tgru", "h p_z p_f p_o", "z f o -u_z -u_f -u_o", "", typed(tr.TGRUCell)),
    Cell("tlstm", "h c p_z p_f p_o", "z f o -u_z -u_f -u_o", "", typed(tr.TLSTMCell)),
]


def fast_grnn_cases():
    """Its biases are vectors, which are there or not."""
    step = of(tr.FastGRNNCell, fast_grnn, nonlinearity="sigmoid")
    case(Cell("fast_grnn", "h", "-a", "-a", step, scalars="nu zeta"), 1, False, False, LENGTHS, ORIGIN)
    case(Cell("fast_grnn", "h", "-a", "-a", step, "b_z b_h", "nu zeta"), 2, True, True, LENGTHS, ORIGIN)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for cell in CELLS:
        both(cell, ORIGIN)
    fast_grnn_cases()


if __name__ == "__main__":
    main()
