"""A language model of xlstm as it builds it, with what it says.

xlstm 2.0.6 on torch 2.15.0, on a CPU; run in this directory: python xlstm.py XLSTM, which is the unpacked wheel. `xlstm-vanilla.safetensors`
has the state dict behind `weights.`, `tokens` and `logits`; `xlstm-cuda.safetensors` the same with the weights of the sLSTM as its cell for
CUDA stores them.
"""

import sys

import torch
from safetensors.torch import save_file

WIDTH, HEADS, TOKENS, BATCH, TIME = 16, 2, 7, 2, 6


def main(place):
    sys.path.insert(0, place)
    from xlstm import FeedForwardConfig, mLSTMBlockConfig, mLSTMLayerConfig, sLSTMBlockConfig, sLSTMLayerConfig
    from xlstm.blocks.slstm.cell import sLSTMCell_cuda
    from xlstm.xlstm_lm_model import xLSTMLMModel, xLSTMLMModelConfig

    torch.manual_seed(16)
    model = xLSTMLMModel(
        xLSTMLMModelConfig(
            vocab_size=TOKENS,
            num_blocks=2,
            embedding_dim=WIDTH,
            context_length=TIME,
            slstm_at=[1],
            mlstm_block=mLSTMBlockConfig(mlstm=mLSTMLayerConfig(num_heads=HEADS)),
            slstm_block=sLSTMBlockConfig(
                slstm=sLSTMLayerConfig(backend="vanilla", num_heads=HEADS, dtype="float32"),
                feedforward=FeedForwardConfig(proj_factor=1.3),
            ),
        )
    ).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(0.4 * torch.randn_like(weight))
        tokens = torch.randint(TOKENS, (BATCH, TIME))
        logits = model(tokens)
    cell = model.xlstm_block_stack.blocks[1].xlstm.slstm_cell
    cuda = sLSTMCell_cuda(cell.config, skip_backend_init=True)
    stored = {
        "_recurrent_kernel_": cuda._recurrent_kernel_ext2int(cell._recurrent_kernel_int2ext(cell._recurrent_kernel_)),
        "_bias_": cuda._bias_ext2int(cell._bias_int2ext(cell._bias_)),
    }
    for form in ["vanilla", "cuda"]:
        weights = dict(model.state_dict())
        for name in list(weights) if form == "cuda" else []:
            weights[name] = stored.get(name.rpartition(".")[2], weights[name])
        named = {f"weights.{name}": weight.detach().clone().contiguous() for name, weight in weights.items()}
        save_file({**named, "tokens": tokens.int(), "logits": logits.contiguous()}, f"xlstm-{form}.safetensors")
    print({name: list(weight.shape) for name, weight in weights.items()}, logits.abs().max())


main(*sys.argv[1:])
