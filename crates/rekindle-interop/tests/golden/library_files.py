"""State dicts of torchrecurrent's and ncps' layers, with inputs and outputs.

torchrecurrent 0.2.5, ncps as versions() prints it, on torch 2.15.0; run in this directory. The same seed gives the same files on one
version. `libraries.safetensors` has for each case the module's state dict behind `CASE.module.`, and `CASE.x` and `CASE.y`; a case is the
name of the cell here, and what stands behind a plus tells it from others. Biases that no paper has and that mean nothing here are zero:
those of LACKING.
"""

import importlib.metadata

import ncps.torch
import torch
import torchrecurrent as tr
from safetensors.torch import save_file

D_INPUT, D_HIDDEN = 3, 4

# Names of torchrecurrent's layers, and options by which they are as their papers.
LAYERS = {
    "peephole_lstm": (tr.PeepholeLSTM, {}),
    "original_lstm": (tr.OriginalLSTM, {}),
    "multiplicative_lstm": (tr.MultiplicativeLSTM, {}),
    "residual_lstm": (tr.ResLSTM, {}),
    "wmc_lstm": (tr.WMCLSTM, {}),
    "memory_controller_lstm": (tr.MCLSTM, {}),
    "mgu": (tr.MGU, {}),
    "ugrnn": (tr.UGRNN, {}),
    "minimal_rnn": (tr.MinimalRNN, {}),
    "cfn": (tr.CFN, {}),
    "ran": (tr.RAN, {}),
    "atr": (tr.ATR, {}),
    "ligru": (tr.LiGRU, {}),
    "light_ru": (tr.LightRU, {}),
    "fast_rnn": (tr.FastRNN, {}),
    "fast_grnn": (tr.FastGRNN, {"nonlinearity": "sigmoid"}),
    "sgu": (tr.SGU, {}),
    "dsgu": (tr.DSGU, {}),
    "star": (tr.STAR, {}),
    "sgrn": (tr.SGRN, {}),
    "miru1": (tr.MiRU1, {}),
    "miru2": (tr.MiRU2, {}),
    "brc": (tr.BR, {}),
    "nbrc": (tr.NBR, {}),
    "mut3": (tr.MUT3, {}),
    "indrnn": (tr.IndRNN, {"nonlinearity": "relu"}),
    "cornn": (tr.coRNN, {}),
    "unicornn": (tr.UnICORNN, {"recurrent_bias": True}),
    "tau_gru": (tr.tauGRU, {}),
    "trnn": (tr.TRNN, {}),
    "antisymmetric_rnn": (tr.AntisymmetricRNN, {"epsilon": 0.01, "gamma": 0.01}),
    "gated_antisymmetric_rnn": (tr.GatedAntisymmetricRNN, {"epsilon": 0.01, "gamma": 0.01}),
    "intersection": (tr.IntersectionRNN, {}),
}

# The part of a bias, in blocks, that the cell here has no place for.
LACKING = {
    ("multiplicative_lstm", "bias_ih"): slice(0, 1),
    ("multiplicative_lstm", "bias_hh"): slice(0, 1),
    ("wmc_lstm", "bias_mh"): slice(0, 3),
    ("cfn", "bias_ih"): slice(2, 3),
    ("sgu", "bias_hh"): slice(0, 1),
    ("dsgu", "bias_hh"): slice(0, 1),
    ("trnn", "bias_ih"): slice(0, 1),
}


def versions():
    for name in ["torch", "torchrecurrent", "ncps"]:
        print(name, importlib.metadata.version(name))


def drawn(kind, module):
    """Numbers that no default hides, and zeros where there have to be."""
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(torch.randn(p.shape) * 0.5)
            for (cell, bias), blocks in LACKING.items():
                if cell == kind and name.endswith(bias):
                    p[blocks.start * D_HIDDEN : blocks.stop * D_HIDDEN] = 0
    return module


def case(kind, label, module, width, found):
    x = torch.randn(3, 5, width)
    with torch.no_grad():
        y = drawn(kind, module)(x)[0]
    name = f"{kind}+{label}"
    found |= {f"{name}.module.{key}": p.detach().clone().contiguous() for key, p in module.state_dict().items()}
    found |= {f"{name}.x": x, f"{name}.y": y.contiguous()}


def main():
    versions()
    torch.manual_seed(16)
    found = {}
    for kind, (layer, options) in LAYERS.items():
        # Its output is of the input's width.
        width = D_HIDDEN if kind == "intersection" else D_INPUT
        case(kind, "layers", layer(width, D_HIDDEN, num_layers=2, batch_first=True, **options), width, found)
    for mode in ["default", "no_gate", "pure"]:
        module = ncps.torch.CfC(D_INPUT, D_HIDDEN, mode=mode, backbone_units=D_HIDDEN, backbone_layers=1)
        case("cfc", mode, module, D_INPUT, found)
    save_file(found, "libraries.safetensors")


main()
