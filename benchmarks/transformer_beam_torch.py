"""Times beam search with a cache in PyTorch, for `benchmarks.transformer`.

    /path/to/python benchmarks/transformer_beam_torch.py SCRIPT --threads=N

Run with the Python of the peer, which has PyTorch and not this package. SCRIPT is the
peer's script of a Transformer, whose model it takes: 32 tokens of 64 sources with five
beams, keys and values cached and reordered with the beams, as translators do. Prints a
JSON line as that script does, whose decoding is in float32, too.
"""

import json
import runpy
import sys
import time

import torch
from torch.nn import functional

_SOURCES, _WRITTEN, _BEAMS, _CALLS = 64, 32, 5, 3
_BOS = 2


@torch.no_grad()
def beam_search(model, source):
    """Returns the tokens of the best beams, `(B, 32)`, which all go on to the end."""
    rows, width = len(source), model.emb.embedding_dim
    layers = model.tr.decoder.layers
    heads = layers[0].self_attn.num_heads

    def by_heads(x):
        return x.view(len(x), -1, heads, width // heads).transpose(1, 2)

    memory = model.encode(source).repeat_interleave(_BEAMS, 0)
    mask = (source != 0)[:, None, None].repeat_interleave(_BEAMS, 0)
    crossed, cached = [], []
    for layer in layers:
        attention = layer.multihead_attn
        weight, bias = attention.in_proj_weight, attention.in_proj_bias
        both = functional.linear(memory, weight[width:], bias[width:]).chunk(2, -1)
        crossed.append([by_heads(x) for x in both])
        shape = (rows * _BEAMS, heads, _WRITTEN, width // heads)
        cached.append([torch.zeros(shape, dtype=both[0].dtype) for _ in range(2)])
    token = torch.full((rows * _BEAMS, 1), _BOS)
    tokens = torch.zeros(rows * _BEAMS, _WRITTEN, dtype=torch.long)
    sums = torch.full((rows, _BEAMS), -torch.inf)
    sums[:, 0] = 0  # The beams of a row are equal at first.
    offset = torch.arange(rows)[:, None] * _BEAMS
    for index in range(_WRITTEN):
        x = model.e(token, index)
        for layer, both, cache in zip(layers, crossed, cached):
            attention = layer.self_attn
            query, *new = functional.linear(
                x, attention.in_proj_weight, attention.in_proj_bias
            ).chunk(3, -1)
            for store, value in zip(cache, new):
                store[:, :, index : index + 1] = by_heads(value)
            x = layer.norm1(x + attended(attention, by_heads(query), cache, index + 1))
            attention = layer.multihead_attn
            query = functional.linear(
                x, attention.in_proj_weight[:width], attention.in_proj_bias[:width]
            )
            x = layer.norm2(x + attended(attention, by_heads(query), both, mask=mask))
            x = layer.norm3(x + layer.linear2(functional.relu(layer.linear1(x))))
        logits = model.tr.decoder.norm(x)[:, -1] @ model.emb.weight.T
        gains, found = logits.float().log_softmax(-1).topk(_BEAMS, -1)
        totals = sums[..., None] + gains.view(rows, _BEAMS, _BEAMS)
        sums, best = totals.view(rows, -1).topk(_BEAMS, -1)
        origin = (best // _BEAMS + offset).view(-1)
        token = found.view(rows, -1).gather(1, best).view(-1, 1)
        tokens = tokens[origin]
        tokens[:, index : index + 1] = token
        for cache in cached:
            cache[:] = [store[origin] for store in cache]
    return tokens.view(rows, _BEAMS, _WRITTEN)[:, 0]


def attended(attention, query, key_value, count=None, mask=None):
    """Returns the outputs of attention to the first places."""
    key, value = (x[:, :, :count] for x in key_value)
    heads = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    joined = heads.transpose(1, 2).reshape(len(query), 1, -1)
    return attention.out_proj(joined)


def main(script, *arguments):
    sys.argv = [script, *arguments, "--what=none"]
    peer = runpy.run_path(script)
    model, source = peer["m"], peer["src"][:_SOURCES]
    best = []
    beam_search(model, source)
    for _ in range(_CALLS):
        wall, processor = time.perf_counter(), time.process_time()
        beam_search(model, source)
        best.append((time.perf_counter() - wall, time.process_time() - processor))
    wall, processor = (min(seconds) for seconds in zip(*best))
    count = _SOURCES * _WRITTEN
    rates = {"tok_s_wall": count / wall, "tok_per_cpu_s": count / processor}
    print(json.dumps({"what": "beam_cache", **rates}))


if __name__ == "__main__":
    main(*sys.argv[1:])
