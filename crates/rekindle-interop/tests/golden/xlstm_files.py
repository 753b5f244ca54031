"""The sLSTM layer of xlstm, in both forms of its weights, with what its cell gives.

xlstm 2.0.6 on torch 2.15.0, on a CPU; run in this directory: python xlstm_files.py. `xlstm.safetensors` has the state dict of a layer without a
convolution behind `vanilla.`, the same weights as the cell for CUDA stores them behind `cuda.`, `x`, and `y` before the
normalisation.
"""

import torch
from safetensors.torch import save_file
from xlstm.blocks.slstm.cell import sLSTMCell_cuda
from xlstm.blocks.slstm.layer import sLSTMLayer, sLSTMLayerConfig

BATCH, TIME, WIDTH, HEADS = 2, 7, 6, 2


def main():
    torch.manual_seed(16)
    config = sLSTMLayerConfig(
        embedding_dim=WIDTH,
        num_heads=HEADS,
        conv1d_kernel_size=0,
        backend="vanilla",
        dtype="float32",
    )
    layer = sLSTMLayer(config)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.normal_(std=0.6)
    outputs = []
    layer.group_norm.register_forward_pre_hook(lambda _, given: outputs.append(given[0]))
    x = torch.randn(BATCH, TIME, WIDTH)
    with torch.no_grad():
        layer(x)
    # [batch, heads, time, units of a head]
    y = outputs[0].transpose(1, 2).reshape(BATCH, TIME, WIDTH)
    vanilla = layer.state_dict()
    cell = layer.slstm_cell
    cuda = sLSTMCell_cuda(config, skip_backend_init=True)
    stored = {
        "slstm_cell._recurrent_kernel_": cuda._recurrent_kernel_ext2int(cell._recurrent_kernel_int2ext(cell._recurrent_kernel_)),
        "slstm_cell._bias_": cuda._bias_ext2int(cell._bias_int2ext(cell._bias_)),
    }
    named = {f"vanilla.{name}": tensor for name, tensor in vanilla.items()}
    named |= {f"cuda.{name}": stored.get(name, tensor) for name, tensor in vanilla.items()}
    named = {name: tensor.detach().clone().contiguous() for name, tensor in named.items()}
    save_file({**named, "x": x, "y": y.contiguous()}, "xlstm.safetensors")


main()
