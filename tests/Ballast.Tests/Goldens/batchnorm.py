"""Writes batchnorm.json: nn.BatchNorm1d of PyTorch 1.13.1 on CPU, step by step. Run by hand in this folder."""
import torch
from torch import nn
from golden import flat, grads, save

g = torch.Generator().manual_seed(20150211)


def run(name, shape, plan, double=False, offset=0.5, **options):
    """plan: one letter a step, t for training and e for evaluation."""
    channels = shape[1]
    layer = nn.BatchNorm1d(channels, **options)
    if layer.affine:
        with torch.no_grad():
            layer.weight.copy_(torch.rand(channels, generator=g) + 0.5)
            layer.bias.copy_(torch.randn(channels, generator=g))
    case = {"name": f"{name} {list(shape)}", "channels": channels, "eps": layer.eps, "momentum": layer.momentum,
            "affine": layer.affine, "track": layer.track_running_stats, "double": double,
            "gamma": flat(layer.weight), "beta": flat(layer.bias), "steps": []}
    if double:
        layer.double()
    kind = torch.float64 if double else torch.float32
    for letter in plan:
        layer.train(letter == "t")
        spread = torch.rand(channels, generator=g) * 2 + 0.5
        x = torch.randn(shape, generator=g) * spread.reshape((-1,) + (1,) * (len(shape) - 2)) + offset
        cotangent = torch.randn(shape, generator=g)
        x.requires_grad_()
        y = layer(x.to(kind))
        inputs = [x, layer.weight, layer.bias] if layer.affine else [x]
        got = list(grads(y, cotangent.to(kind), *inputs)) + [None, None]
        single = [None if v is None else v.float() for v in (y, *got[:3], layer.running_mean, layer.running_var)]
        case["steps"].append({
            "training": layer.training, "shape": list(shape), "input": flat(x), "cotangent": flat(cotangent),
            "output": flat(single[0]), "grad_input": flat(single[1]), "grad_gamma": flat(single[2]),
            "grad_beta": flat(single[3]), "running_mean": flat(single[4]), "running_var": flat(single[5]),
            "num_batches_tracked": None if layer.num_batches_tracked is None else layer.num_batches_tracked.item()})
    return case


cases = [run("training", (10, 64), "t")]
for shape in ((2, 1), (7, 4), (5, 3, 7), (3, 17, 1), (1, 2, 9)):
    cases += [
        run("training", shape, "t"),
        run("null momentum over three batches, then evaluation", shape, "ttte", momentum=None),
        run("momentum 0.3", shape, "tt", momentum=0.3),
        run("eps 1e-3", shape, "te", eps=1e-3),
        run("no affine", shape, "te", affine=False),
        run("no tracking", shape, "t", track_running_stats=False),
        run("evaluation without statistics", shape, "e", track_running_stats=False),
        run("fresh evaluation", shape, "e"),
        run("evaluation after two steps", shape, "tte"),
        run("no affine, no tracking", shape, "te", affine=False, track_running_stats=False),
    ]
# PyTorch's float kernel cancels where the mean is large; its float64 one, rounded, is the truth there.
cases += [run("mean 1000 in double", (6, 4), "tte", double=True, offset=1000.0),
          run("mean 1000 in double", (3, 2, 9), "tte", double=True, offset=1000.0)]
save("batchnorm.json", cases=cases)
