"""Writes optimizer-family.json: twenty steps of every optimizer of PyTorch 1.13.1 over given gradients, with groups that have settings of
their own, one of them added after seven steps; and steps of LBFGS. Run by hand in this folder."""
import random
import torch
from golden import flat, save

STEPS, ADDED = 20, 7
SHAPES = [[[3, 2], [4]], [[5]], [[2, 2]]]
g = torch.Generator().manual_seed(2018)
draw = random.Random(2018)
initial = [[torch.randn(shape, generator=g) for shape in group] for group in SHAPES]
gradients = []
for step in range(STEPS):
    gradients.append([])
    for shape in sum(SHAPES, []):
        gradient = torch.randn(shape, generator=g) * 10.0 ** torch.randint(-3, 2, shape, generator=g)
        gradients[-1].append(gradient * (torch.rand(shape, generator=g) > 0.1))


def run(name, kind, lr, own=({}, {}, {}), **options):
    groups = [[p.clone().requires_grad_() for p in group] for group in initial]
    parameters = sum(groups, [])
    given = [{"params": group, "lr": lr * factor, **settings} for group, factor, settings in zip(groups, (1, 2, 0.5), own)]
    later = kind is not torch.optim.Adagrad  # whose own groups cannot be added to: it forgets to begin their sums
    optimizer = kind(given[:2] if later else given, lr=1.0, **options)
    after = []
    for number, step in enumerate(gradients):
        if number == ADDED and later:
            optimizer.add_param_group(given[2])
        for p, gradient in zip(parameters, step):
            p.grad = gradient.clone()
        optimizer.step()
        if number in (0, 6, 19):
            after.append([flat(p) for p in parameters])
    state = []
    for p in parameters:
        held = optimizer.state.get(p, {})
        state.append({k: (flat(v) if isinstance(v, torch.Tensor) else v) for k, v in held.items() if v is not None})
    shown = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}
    shown_own = [{k: list(v) if isinstance(v, tuple) else v for k, v in settings.items()} for settings in own]
    cases.append({"name": name, "optimizer": kind.__name__, "lr": [lr, lr * 2, lr * 0.5], "own": shown_own, "later": later, "options": shown, "after": after,
                  "state": state})


o = torch.optim
cases = []
for maximize in (False, True):
    m = {"maximize": maximize}
    t = ", maximize" if maximize else ""
    decayed = ({}, {"weight_decay": 0.1}, {"weight_decay": 0.01})
    betas = ({}, {"betas": (0.7, 0.9), "eps": 1e-3}, {"weight_decay": 0.2})
    run("SGD" + t, o.SGD, 0.01, ({}, {"momentum": 0.5, "nesterov": True}, {"momentum": 0.9, "dampening": 0.3}), **m)
    run("Adam" + t, o.Adam, 0.01, betas, weight_decay=0.05, **m)
    run("Adam, amsgrad" + t, o.Adam, 0.01, ({}, {"betas": (0.7, 0.9)}, {"amsgrad": False}), amsgrad=True, **m)
    run("AdamW, amsgrad" + t, o.AdamW, 0.01, betas, amsgrad=True, **m)
    run("RMSprop" + t, o.RMSprop, 0.01, decayed, alpha=0.9, **m)
    run("RMSprop, centered" + t, o.RMSprop, 0.01, ({}, {"centered": False}, {"momentum": 0.8}), centered=True, eps=1e-3, **m)
    run("RMSprop, momentum" + t, o.RMSprop, 0.01, ({}, {"momentum": 0.0}, {"centered": True, "eps": 1e-2}), momentum=0.9, **m)
    run("Adagrad" + t, o.Adagrad, 0.05, ({}, {"eps": 0.1}, {"weight_decay": 0.1}), lr_decay=0.02, **m)
    run("Adadelta" + t, o.Adadelta, 1.0, ({}, {"rho": 0.6, "eps": 1e-3}, {"weight_decay": 0.1}), **m)
    run("Adamax" + t, o.Adamax, 0.01, betas, **m)
    run("ASGD" + t, o.ASGD, 0.01, ({}, {"lambd": 0.01, "alpha": 0.5}, {"weight_decay": 0.1}), t0=5.0, **m)
    run("Rprop" + t, o.Rprop, 0.01, ({}, {"etas": (0.3, 1.5)}, {"step_sizes": (1e-3, 0.02)}), **m)
run("Adagrad that begins with a sum", o.Adagrad, 0.05, initial_accumulator_value=0.3)
run("NAdam", o.NAdam, 0.01, betas, weight_decay=0.05)
run("NAdam, momentum decay", o.NAdam, 0.01, ({}, {"momentum_decay": 0.1}, {}))
run("RAdam", o.RAdam, 0.01, betas, weight_decay=0.05)
run("RAdam that never divides", o.RAdam, 0.01, betas=(0.9, 0.5))

# Sums of squares with a bend, and Rosenbrock's valley; in double, since a search multiplies roundings: PyTorch's float32 is 2e-3 away from it
# in the valley after two steps.
searches = []
a = torch.randn(12, 4, generator=g).double()
b = torch.randn(12, generator=g).double()


def bent(w):
    return ((a @ w - b) ** 2).sum() / 12 + 0.3 * (w ** 4).sum()


def valley(w):
    return (1 - w[0]) ** 2 + 20 * (w[1] - w[0] ** 2) ** 2 + 0.1 * (w[2] + w[3]) ** 2 + w[3] ** 4


for name, function in (("bent", bent), ("valley", valley)):
    for options in ({"lr": 0.2, "max_iter": 5}, {"lr": 1.0, "max_iter": 4, "history_size": 3, "line_search_fn": "strong_wolfe"},
                    {"lr": 0.5, "max_iter": 20, "line_search_fn": "strong_wolfe", "max_eval": 7}):
        if name == "valley" and "line_search_fn" not in options:
            continue
        w = torch.tensor([-0.5, 1.0, 0.7, -0.3], dtype=torch.float64).requires_grad_()
        optimizer = o.LBFGS([w], **options)
        losses, weights, counts = [], [], []

        def closure():
            optimizer.zero_grad()
            loss = function(w)
            loss.backward()
            return loss

        for _ in range(6):
            losses.append(float(optimizer.step(closure)))
            weights.append(flat(w))
            counts.append([optimizer.state[w]["n_iter"], optimizer.state[w]["func_evals"]])
        searches.append({"function": name, "options": options, "losses": losses, "weights": weights, "counts": counts})
save("optimizer-family.json", groups=SHAPES, initial=[flat(p) for p in sum(initial, [])],
     gradients=[[flat(v) for v in step] for step in gradients], cases=cases, a=flat(a), b=flat(b), searches=searches)
print(len(cases), len(searches))
