"""Writes attention.json: attention and transformers of PyTorch 1.13.1 on CPU over drawn configurations. Run by hand in this folder."""
import hashlib
import random
import torch
from torch import nn
from golden import flat, save

random.seed(6)
heads, transformers = [], []


def digest(module):
    sha = hashlib.sha256()
    for value in module.parameters():
        sha.update(value.detach().numpy().tobytes())
    return sha.hexdigest()[:16]


def mask(shape, kind):
    hidden = torch.rand(shape) < 0.3
    hidden[..., 0] = False
    return hidden if kind == "bool" else torch.randn(shape)


def packed(value):
    return None if value is None else {"shape": list(value.shape), "bool": value.dtype == torch.bool, "values": flat(value.float())}


for i in range(20):
    seed = 500 + i
    torch.manual_seed(seed)
    count = random.choice((1, 2, 3))
    width = count * random.choice((1, 2, 3))
    same = i % 2 == 0
    options = {"dropout": 0.3 if i % 5 == 4 else 0.0, "bias": random.random() < 0.7, "add_bias_kv": random.random() < 0.3,
               "add_zero_attn": random.random() < 0.3, "kdim": None if same or i % 4 == 1 else 4, "vdim": None if same or i % 4 == 1 else 3,
               "batch_first": random.random() < 0.5}
    layer = nn.MultiheadAttention(width, count, **options)
    start = digest(layer)
    for parameter in layer.parameters():
        if parameter.dim() == 1:
            nn.init.normal_(parameter)
    queries, keys, batch = random.randint(1, 4), random.randint(1, 5), random.randint(1, 3)
    keys = queries if same else keys
    single = i in (5, 10)

    def data(length, size):
        shape = [length, size] if single else [batch, length, size] if options["batch_first"] else [length, batch, size]
        return torch.randn(shape, requires_grad=True)
    query = data(queries, width)
    key, value = (query, query) if same else (data(keys, options["kdim"] or width), data(keys, options["vdim"] or width))
    padding = None if random.random() < 0.5 else mask([keys] if single else [batch, keys], "bool")
    attn = random.choice((None, "bool", "float"))
    attn = attn and mask(random.choice(([queries, keys], [(1 if single else batch) * count, queries, keys])), attn)
    need, average = i % 3 > 0, i % 3 == 1
    torch.manual_seed(seed)
    y, weights = layer(query, key, value, key_padding_mask=padding, need_weights=need, attn_mask=attn, average_attn_weights=average)
    results = [y] + ([weights] if need else [])
    cotangents = [torch.randn(r.shape) for r in results]
    inputs = [query] if same else [query, key, value]
    grads = torch.autograd.grad(results, inputs + list(layer.parameters()), cotangents)
    heads.append({"seed": seed, "width": width, "heads": count, **options, "same": same, "need": need, "average": average, "digest": start,
                  "keys": list(layer.state_dict()), "parameters": [flat(p) for p in layer.parameters()], "inputs": [packed(v) for v in inputs],
                  "padding": packed(padding), "mask": packed(attn), "results": [flat(r) for r in results], "cotangents": [flat(c) for c in cotangents],
                  "grads": [flat(g) for g in grads]})
for i in range(8):
    seed = 600 + i
    torch.manual_seed(seed)
    options = {"dim_feedforward": 5, "dropout": 0.25 if i % 2 else 0.0, "activation": "gelu" if i % 3 == 2 else "relu",
               "batch_first": i % 4 > 1, "norm_first": i > 3}
    layer = nn.Transformer(4, 2, 2, 1, **options)
    start = digest(layer)
    batch, sources, targets = 2, 4, 3

    def data(length):
        return torch.randn([batch, length, 4] if options["batch_first"] else [length, batch, 4], requires_grad=True)
    src, tgt = data(sources), data(targets)
    padding = mask([batch, sources], "bool")
    causal = nn.Transformer.generate_square_subsequent_mask(targets)
    torch.manual_seed(seed)
    y = layer(src, tgt, tgt_mask=causal, src_key_padding_mask=padding, memory_key_padding_mask=padding)
    cotangent = torch.randn(y.shape)
    wanted = [src, tgt] + list(layer.parameters())
    grads = torch.autograd.grad(y, wanted, cotangent)
    # Gradients of the weights as their sums with a pattern: enough to see any difference.
    sums = [float((g.double().reshape(-1) * torch.cos(torch.arange(g.numel()).double())).sum()) for g in grads[2:]]
    transformers.append({"seed": seed, **options, "digest": start, "keys": list(layer.state_dict()), "src": packed(src), "tgt": packed(tgt),
                         "padding": packed(padding), "output": flat(y), "cotangent": flat(cotangent), "grads": [flat(g) for g in grads[:2]],
                         "sums": sums})
save("attention.json", heads=heads, transformers=transformers)
