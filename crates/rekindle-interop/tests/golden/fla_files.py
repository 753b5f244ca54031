"""The maps of flash-linear-attention's GatedLinearAttention, and its recurrence on a CPU.

fla-core 0.6.0 on torch 2.15.0; run in this directory: python fla_files.py FLA, where FLA is the unpacked wheel of fla-core. Only its
ops/gla/naive.py runs without a GPU. The modules have the names, and the lines before the recurrence are those, of the layer in
flash-linear-attention 0.6.0, fla/layers/gla.py. `fla.safetensors` has the layer's state dict behind `attn.`, `x`, and `y` behind the
recurrence.
"""

import importlib.util
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

BATCH, TIME, WIDTH, HEADS, KEY, VALUE, RANK = 2, 7, 5, 2, 3, 4, 16


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        linear = torch.nn.Linear
        self.q_proj = linear(WIDTH, HEADS * KEY, bias=False)
        self.k_proj = linear(WIDTH, HEADS * KEY, bias=False)
        self.v_proj = linear(WIDTH, HEADS * VALUE, bias=False)
        self.g_proj = linear(WIDTH, HEADS * VALUE, bias=False)
        self.gk_proj = torch.nn.Sequential(linear(WIDTH, RANK, bias=False), linear(RANK, HEADS * KEY))
        self.o_proj = linear(HEADS * VALUE, WIDTH, bias=False)
        self.g_norm_swish_gate = torch.nn.RMSNorm(VALUE)

    def forward(self, x, recurrence):
        heads = lambda map, width: map(x).reshape(BATCH, TIME, HEADS, width)
        gk = torch.nn.functional.logsigmoid(heads(self.gk_proj, KEY)) / 16
        o, _ = recurrence(heads(self.q_proj, KEY), heads(self.k_proj, KEY), heads(self.v_proj, VALUE), gk)
        return o.reshape(BATCH, TIME, HEADS * VALUE)


def main(place):
    spec = importlib.util.spec_from_file_location("naive", Path(place) / "fla/ops/gla/naive.py")
    naive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(naive)
    torch.manual_seed(16)
    attention = Attention()
    x = torch.randn(BATCH, TIME, WIDTH)
    with torch.no_grad():
        y = attention(x, naive.naive_recurrent_gla)
    named = {f"attn.{name}": tensor for name, tensor in attention.state_dict().items()}
    save_file({**named, "x": x, "y": y.contiguous()}, "fla.safetensors")


main(*sys.argv[1:])
