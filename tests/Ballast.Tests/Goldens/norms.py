"""Writes norms.json: LayerNorm, GroupNorm, InstanceNorm1d/2d/3d and LocalResponseNorm of PyTorch 1.13.1 on CPU, step by step,
computed in float64 and rounded. Run by hand in this folder."""
import torch
from torch import nn
from golden import flat, grads, save

g = torch.Generator().manual_seed(20160721)


def case(layer, shape, plan="t", offset=0.5, **options):
    """layer: the name and arguments by position. plan: one letter a step, t for training and e for evaluation."""
    name, *arguments = layer
    module = getattr(nn, name)(*arguments, **options).double()
    parameters = dict(module.named_parameters())
    with torch.no_grad():
        for key, value in parameters.items():
            drawn = torch.randn(value.shape, generator=g)
            value.copy_(drawn if key == "bias" else drawn.abs() + 0.5)
    start = {key: flat(value.float()) for key, value in parameters.items()}
    steps = []
    for letter in plan:
        module.train(letter == "t")
        x = (torch.randn(shape, generator=g) * 1.5 + offset).requires_grad_()
        cotangent = torch.randn(shape, generator=g)
        y = module(x.double())
        dx, *rest = grads(y, cotangent.double(), x, *parameters.values())
        steps.append({
            "training": module.training, "input": flat(x), "cotangent": flat(cotangent), "output": flat(y.float()),
            "grad_input": flat(dx), "grads": {k: flat(v.float()) for k, v in zip(parameters, rest)},
            "running": {k: flat(v.float()) for k, v in module.named_buffers() if k.startswith("running")}})
    return {"name": f"{name} {arguments} {options} {list(shape)} {plan}", "layer": name, "arguments": arguments,
            "options": options, "shape": list(shape), "keys": list(module.state_dict()), "parameters": start, "steps": steps}


save("norms.json", cases=[
    case(("LayerNorm", [7]), (5, 7)),
    case(("LayerNorm", [64]), (9, 64), eps=1e-3),
    case(("LayerNorm", [35]), (2, 3, 35)),
    case(("LayerNorm", [3, 5]), (4, 2, 3, 5)),
    case(("LayerNorm", [3, 5]), (3, 5)),
    case(("LayerNorm", [2, 3, 4]), (6, 2, 3, 4), elementwise_affine=False),
    case(("LayerNorm", [33]), (3, 33), offset=1000.0),
    case(("GroupNorm", 1, 6), (4, 6)),
    case(("GroupNorm", 2, 6), (7, 6)),
    case(("GroupNorm", 3, 6), (2, 6, 17)),
    case(("GroupNorm", 2, 8), (3, 8, 3, 5)),
    case(("GroupNorm", 8, 8), (2, 8, 4, 4), eps=1e-2),
    case(("GroupNorm", 2, 4), (2, 4, 2, 3, 4), affine=False),
    case(("GroupNorm", 2, 4), (2, 4, 5, 5), offset=1000.0),
    case(("GroupNorm", 1, 1), (1, 1, 2)),
    case(("InstanceNorm1d", 3), (4, 3, 9)),
    case(("InstanceNorm1d", 3), (4, 3, 19), "te", affine=True),
    case(("InstanceNorm1d", 2), (3, 2, 5), "ttet", affine=True, track_running_stats=True),
    case(("InstanceNorm1d", 2), (3, 2, 1), "e", affine=True, track_running_stats=True),
    case(("InstanceNorm2d", 3), (2, 3, 4, 5), "te"),
    case(("InstanceNorm2d", 3), (2, 3, 4, 5), "tte", track_running_stats=True, momentum=0.3),
    case(("InstanceNorm2d", 5), (1, 5, 6, 6), "t", affine=True, eps=1e-3),
    case(("InstanceNorm3d", 2), (3, 2, 2, 3, 4), "tte", affine=True, track_running_stats=True),
    case(("InstanceNorm3d", 2), (2, 2, 2, 2, 2), "t", offset=1000.0),
    case(("LocalResponseNorm", 5), (2, 9, 3, 4)),
    case(("LocalResponseNorm", 5), (2, 7, 19), alpha=1.0, beta=0.75, k=2.0),
    case(("LocalResponseNorm", 2), (2, 4, 3, 3), alpha=0.5, beta=0.5),
    case(("LocalResponseNorm", 1), (2, 3, 5), alpha=0.3),
    case(("LocalResponseNorm", 4), (1, 3, 2, 2, 3), alpha=2.0, beta=1.5, k=0.5),
])
