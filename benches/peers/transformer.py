"""Tokens a second of a decoder-only Transformer in PyTorch, four blocks, 256 wide, four heads, with its keys and values kept.

    python benches/peers/transformer.py [THREADS]

Its numbers of parameters are those of the blocks in benches/networks.rs. The cache is filled with noise: what it holds does not
change the time.
"""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention, silu

WIDTH, BLOCKS, HEADS, TOKENS, STEPS, TURNS = 256, 4, 4, 256, 50, 5


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.first, self.second = nn.RMSNorm(WIDTH), nn.RMSNorm(WIDTH)
        self.qkv, self.out = linear(WIDTH, 3 * WIDTH), linear(WIDTH, WIDTH)
        self.gate, self.up, self.down = linear(WIDTH, 683), linear(WIDTH, 683), linear(683, WIDTH)

    def forward(self, x, cache, at):
        q, k, v = self.qkv(self.first(x)).reshape(3, HEADS, WIDTH // HEADS)
        cache[0, 0, :, at], cache[1, 0, :, at] = k, v
        keys, values = cache[0, :, :, : at + 1], cache[1, :, :, : at + 1]
        y = scaled_dot_product_attention(q[None, :, None], keys, values)
        x = x + self.out(y.reshape(WIDTH))
        u = self.second(x)
        return x + self.down(silu(self.gate(u)) * self.up(u))


def main():
    torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    torch.manual_seed(0)
    embedding, output = nn.Embedding(TOKENS, WIDTH), nn.Linear(WIDTH, TOKENS, bias=False)
    blocks = [Block() for _ in range(BLOCKS)]
    with torch.inference_mode():
        for behind in [1_000, 100_000]:
            caches = [torch.randn(2, 1, HEADS, behind + STEPS, WIDTH // HEADS) for _ in blocks]
            times = []
            for _ in range(TURNS + 1):
                began = time.perf_counter()
                for step in range(STEPS):
                    x = embedding.weight[step]
                    for block, cache in zip(blocks, caches):
                        x = block(x, cache, behind + step)
                    output(x).argmax()
                times.append(time.perf_counter() - began)
            print(f"{STEPS / statistics.median(times[1:]):.0f} tokens a second behind {behind:,}")


if __name__ == "__main__":
    main()
