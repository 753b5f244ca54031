"""Language models of flash-linear-attention as it builds them, with what they say on a CPU.

flash-linear-attention 0.6.0 and fla-core 0.6.0 on torch 2.15.0 and transformers 5.24.0, with einops; run in this directory: python fla.py
LAYERS CORE, which are the two unpacked wheels. Models, layers and the names of their weights are the library's. Its kernels, which need
a GPU, are replaced by its own reference code (ops/*/naive.py and functions that end with _ref) where there is some, else by their
equations in torch. `fla-<model>.safetensors` has the state dict behind `weights.`, `tokens` and `logits`.
"""

import importlib
import sys
import types
import warnings

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

WIDTH, LAYERS, HEADS, TOKENS, BATCH, TIME = 8, 2, 2, 7, 2, 6


def modules(layers, core):
    """The library without the files that gather all of its layers, which ask for more than is needed."""
    sys.path.insert(0, core)
    import fla

    fla.__path__.append(f"{layers}/fla")
    for name in ["layers", "models"]:
        module = types.ModuleType(f"fla.{name}")
        module.__path__ = [f"{layers}/fla/{name}"]
        sys.modules[f"fla.{name}"] = module
    return lambda name: importlib.import_module(f"fla.{name}")


def rms(self, x, gate=None, residual=None, prenorm=False, **_):
    x = x if residual is None else x + residual
    y = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight
    if gate is not None:
        y = y * (torch.sigmoid(gate) if self.activation == "sigmoid" else F.silu(gate))
    return (y, x) if prenorm else y


def normed(self, x, residual=None, prenorm=False, **_):
    return rms(self, x, None, residual, prenorm)


def layer_norm(self, x, residual=None, prenorm=False, **_):
    x = x if residual is None else x + residual
    y = F.layer_norm(x, (x.shape[-1],), self.weight, self.bias, self.eps)
    return (y, x) if prenorm else y


def group_norm(self, x, **_):
    return F.group_norm(x.flatten(0, 1), self.num_groups, self.weight, self.bias, self.eps).view(x.shape)


def convolution(self, x, **_):
    y = F.conv1d(F.pad(x.transpose(1, 2), (self.kernel_size[0] - 1, 0)), self.weight, self.bias, groups=x.shape[-1])
    y = y.transpose(1, 2)
    return (F.silu(y) if self.activation else y), None


def fused_convolution(x, weight, bias, activation, backend):
    y = F.conv1d(F.pad(x.transpose(1, 2), (weight.shape[1] - 1, 0)), weight[:, None], bias, groups=x.shape[-1])
    return F.silu(y.transpose(1, 2)), None


def l2(x):
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-6)


def replace(fla):
    """The kernels by code that runs anywhere."""
    delta, gated, kda, gate = fla("ops.delta_rule.naive"), fla("ops.gated_delta_rule.naive"), fla("ops.kda.naive"), fla("ops.kda.gate")
    gla = fla("ops.gla.naive").naive_recurrent_gla
    rwkv = {name: fla(f"ops.rwkv7.{name}") for name in ["fused_addcmul", "fused_k_update", "gate_output_correction"]}
    conv = fla("modules.causal_conv1d.ops")

    def turned(x):
        return x.transpose(1, 2)

    def delta_rule(q, k, v, beta, **_):
        o, _ = delta.delta_rule_recurrence(*map(turned, [l2(q), l2(k), v, beta]))
        return turned(o), None

    def gated_rule(q, k, v, g, beta, A_log, dt_bias, **_):
        g = -A_log.exp() * F.softplus(g + dt_bias)
        o, _ = gated.naive_recurrent_gated_delta_rule(l2(q), l2(k), v, beta.sigmoid(), g)
        return o, None

    def kda_rule(q, k, v, g, beta, A_log, dt_bias, **_):
        return kda.naive_recurrent_kda(l2(q), l2(k), v, gate.naive_kda_gate(g, A_log, dt_bias), beta.sigmoid())

    def rwkv_rule(r, w, k, v, a, b, **_):
        """S = diag(exp w) S + (S a) b + k v, as the paper has it."""
        s, o = r.new_zeros(BATCH, r.shape[2], r.shape[3], v.shape[3]), []
        for t in range(r.shape[1]):
            found = (a[:, t, :, :, None] * s).sum(2, keepdim=True)
            s = w[:, t, :, :, None].exp() * s + b[:, t, :, :, None] * found + k[:, t, :, :, None] * v[:, t, :, None]
            o.append((r[:, t, :, :, None] * s).sum(2))
        return torch.stack(o, 1), None

    def shift(x, *_, **__):
        return torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], 1) - x, None

    norms = fla("modules")
    norms.RMSNorm.forward, norms.FusedRMSNormGated.forward = normed, rms
    norms.LayerNorm.forward, norms.GroupNorm.forward = layer_norm, group_norm
    norms.ShortConvolution.forward = convolution
    fla("modules.mlp").swiglu = lambda x, y: F.silu(x) * y
    layer = fla("layers.delta_net")
    layer.fused_recurrent_delta_rule = layer.chunk_delta_rule = delta_rule
    layer = fla("layers.gated_deltanet")
    layer.fused_recurrent_gated_delta_rule = layer.chunk_gated_delta_rule = gated_rule
    layer.causal_conv1d = fused_convolution
    layer = fla("layers.kda")
    layer.fused_recurrent_kda = layer.chunk_kda = kda_rule
    layer = fla("layers.gla")
    layer.fused_recurrent_gla = lambda q, k, v, gk, **_: gla(q, k, v, gk)
    layer = fla("layers.hgrn2")
    layer.fused_recurrent_gla = lambda q, k, v, gk, **_: gla(q, k, v, gk)
    layer.swish = F.silu
    layer.rms_norm_linear = lambda x, weight, bias, out, _: F.linear(x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * weight, out)
    layer = fla("layers.mamba2")
    layer.ACT2FN["silu"] = F.silu
    layer.RMSNormGated.forward = lambda self, x, gate: normed(self, x * F.silu(gate))
    layer = fla("layers.rwkv7")
    layer.token_shift = fla("models.rwkv7.modeling_rwkv7").token_shift = shift
    layer.fused_addcmul_rwkv7 = rwkv["fused_addcmul"].torch_addcmul_rwkv7
    layer.fused_k_rwkv7 = rwkv["fused_k_update"].k_update_ref
    layer.gate_output_correction = rwkv["gate_output_correction"].gate_output_correction_ref
    layer.l2_norm, layer.chunk_rwkv7 = l2, rwkv_rule
    layer.fused_mul_recurrent_rwkv7 = lambda r, w, k, v, kk, a, **_: rwkv_rule(r, w, k, v, -kk, kk * a)
    assert conv.ShortConvolution is norms.ShortConvolution


def write(fla, name, module, **options):
    config = getattr(fla(f"models.{name}.configuration_{name}"), f"{module}Config")
    usual = dict(vocab_size=TOKENS, hidden_size=WIDTH, num_hidden_layers=LAYERS, use_cache=False, fuse_cross_entropy=False)
    config = config(**(usual | options))
    model = getattr(fla(f"models.{name}.modeling_{name}"), f"{module}ForCausalLM")(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(0.4 * torch.randn_like(weight))
        tokens = torch.randint(TOKENS, (BATCH, TIME))
        logits = model(tokens).logits
    named = {f"weights.{key}": weight.clone().contiguous() for key, weight in model.state_dict().items()}
    save_file({**named, "tokens": tokens.int(), "logits": logits.contiguous()}, f"fla-{name}.safetensors")
    print(name, logits.abs().max())


def main(layers, core):
    warnings.filterwarnings("ignore")
    torch.manual_seed(16)
    fla = modules(layers, core)
    replace(fla)
    mlp = dict(intermediate_size=12, fuse_swiglu=False)
    write(fla, "delta_net", "DeltaNet", num_heads=HEADS, **mlp)
    write(fla, "gated_deltanet", "GatedDeltaNet", num_heads=HEADS, head_dim=3, expand_v=2, **mlp)
    write(fla, "kda", "KDA", num_heads=HEADS, head_dim=4, **mlp)
    write(fla, "gla", "GLA", num_heads=HEADS, **mlp)
    write(fla, "hgrn2", "HGRN2", expand_ratio=4, **mlp)
    ranks = {f"{name}_low_rank_dim": 3 for name in ["decay", "a", "v", "gate"]}
    write(fla, "mamba2", "Mamba2", head_dim=4, num_heads=4, state_size=3, expand=2, chunk_size=4)
    write(fla, "rwkv7", "RWKV7", head_dim=4, intermediate_size=12, **ranks)


main(*sys.argv[1:])
