"""Writes optimizers.json: twelve steps of PyTorch 1.13.1's optimizers over given gradients. Run by hand in this folder."""
import torch
from golden import flat, save

STEPS = 12
SHAPES = [[[3, 2], [4]], [[5]]]
g = torch.Generator().manual_seed(2014)
initial = [[torch.randn(shape, generator=g) for shape in group] for group in SHAPES]
# Sizes from tiny to large, and some that are exactly zero.
gradients = []
for step in range(STEPS):
    gradients.append([])
    for shape in sum(SHAPES, []):
        gradient = torch.randn(shape, generator=g) * 10.0 ** torch.randint(-9, 3, shape, generator=g)
        gradients[-1].append(gradient * (torch.rand(shape, generator=g) > 0.15))


def run(name, kind, lr, **options):
    groups = [[p.clone().requires_grad_() for p in group] for group in initial]
    parameters = sum(groups, [])
    optimizer = kind([{"params": group, "lr": rate} for group, rate in zip(groups, lr)], lr=1.0, **options)
    after = []
    for step in gradients:
        for p, gradient in zip(parameters, step):
            p.grad = gradient.clone()
        optimizer.step()
        after.append([flat(p) for p in parameters])
    state = []
    for p in parameters:
        held = optimizer.state.get(p, {})
        state.append({k: (int(v) if k == "step" else flat(v)) for k, v in held.items() if v is not None})
    shown = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}
    return {"name": name, "optimizer": kind.__name__, "lr": lr, "options": shown, "after": after, "state": state}


optim = torch.optim
cases = [
    run("Adam", optim.Adam, [1e-3, 2e-2]),
    run("Adam, weight decay 0.1", optim.Adam, [1e-3, 2e-2], weight_decay=0.1),
    run("Adam, other betas and eps", optim.Adam, [1e-2, 1e-4], betas=(0.8, 0.99), eps=1e-6),
    run("AdamW", optim.AdamW, [1e-3, 2e-2], weight_decay=0.01),
    run("AdamW, no weight decay", optim.AdamW, [1e-3, 2e-2], weight_decay=0.0),
    run("SGD", optim.SGD, [1e-2, 5e-3]),
    run("SGD, momentum 0.9", optim.SGD, [1e-2, 5e-3], momentum=0.9),
    run("SGD, momentum 0.9, dampening 0.2", optim.SGD, [1e-2, 5e-3], momentum=0.9, dampening=0.2),
    run("SGD, Nesterov 0.9", optim.SGD, [1e-2, 5e-3], momentum=0.9, nesterov=True),
    run("SGD, weight decay 5e-4", optim.SGD, [1e-2, 5e-3], weight_decay=5e-4),
    run("SGD, Nesterov 0.85, weight decay 5e-4", optim.SGD, [1e-2, 5e-3], momentum=0.85, nesterov=True,
        weight_decay=5e-4),
]
save("optimizers.json", groups=SHAPES, initial=[flat(p) for p in sum(initial, [])],
     gradients=[[flat(v) for v in step] for step in gradients], cases=cases)
