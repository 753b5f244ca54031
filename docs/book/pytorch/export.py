"""An LSTM of PyTorch, its weights and what it computes, as safetensors files in a folder."""

import sys

# ANCHOR: export
import torch
from safetensors.torch import save_file

torch.manual_seed(1)
lstm = torch.nn.LSTM(input_size=6, hidden_size=10, num_layers=2, bidirectional=True, batch_first=True)
x = torch.randn(4, 15, 6)
y, _ = lstm(x)

folder = sys.argv[1]
save_file(lstm.state_dict(), f"{folder}/lstm.safetensors")
save_file({"x": x}, f"{folder}/x.safetensors")
# ANCHOR_END: export
save_file({"y": y.detach().contiguous()}, f"{folder}/expected.safetensors")
print(f"PyTorch {torch.__version__}: {', '.join(lstm.state_dict())}")
