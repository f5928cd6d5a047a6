"""Writes schedules.json: the learning rates, and the momenta, that PyTorch 1.13.1's schedulers give to each step. Run by hand
in this folder."""
import warnings
import numpy as np
import torch
from torch.optim import lr_scheduler as s
from golden import save

warnings.simplefilter("ignore")
cases = []


def case(name, make, count=40, lr=0.1, adam=False, **arguments):
    w = [torch.nn.Parameter(torch.zeros(1))]
    optimizer = torch.optim.Adam(w, lr=lr) if adam else torch.optim.SGD(w, lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    rates, momenta = [], []
    for _ in range(count):
        group = optimizer.param_groups[0]
        rates.append(group["lr"])
        momenta.append(group["betas"][0] if adam else group["momentum"])
        optimizer.step()
        scheduler.step()
    cases.append({"schedule": name, **arguments, "lr": lr, "adam": adam, "rates": rates, "momenta": momenta})


case("step", lambda o: s.StepLR(o, 7, 0.3), every=7, gamma=0.3)
case("multistep", lambda o: s.MultiStepLR(o, [5, 6, 30]), milestones=[5, 6, 30], gamma=0.1)
case("exponential", lambda o: s.ExponentialLR(o, 0.9), gamma=0.9)
case("constant", lambda o: s.ConstantLR(o, 0.25, 4), factor=0.25, steps=4)
case("linear", lambda o: s.LinearLR(o, 0.2, 0.7, 13), steps=13, start=0.2, end=0.7)
case("cosine", lambda o: s.CosineAnnealingLR(o, 40), steps=40, minimum=0)
case("cosine", lambda o: s.CosineAnnealingLR(o, 39, 0.02), steps=39, minimum=0.2)
case("piecewise", lambda o: s.LambdaLR(o, lambda i: float(np.interp([i], [0, 9, 40], [0.2, 1, 0.07])[0])),
     points=[0, 9, 40], factors=[0.2, 1, 0.07])
case("warmup", lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.01, 1, 8), s.CosineAnnealingLR(o, 32)], [8]), warmup=8, steps=32)
for phases in (False, True):
    for strategy in ("cos", "linear"):
        for adam in (False, True):
            case("onecycle", lambda o: s.OneCycleLR(o, 0.1, 40, pct_start=0.23, anneal_strategy=strategy, three_phase=phases),
                 adam=adam, steps=40, rise=0.23, annealing=strategy, three_phase=phases, cycle=True)
case("onecycle", lambda o: s.OneCycleLR(o, 0.1, 40, cycle_momentum=False, div_factor=5, final_div_factor=3), steps=40, rise=0.3,
     annealing="cos", three_phase=False, cycle=False, div=5, final_div=3)
case("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, 7), steps=7, growth=1, minimum=0)
case("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, 3, 2, 0.01), steps=3, growth=2, minimum=0.1)
case("restarts", lambda o: s.CosineAnnealingWarmRestarts(o, 2, 3, 0.05), steps=2, growth=3, minimum=0.5)
for mode in ("triangular", "triangular2", "exp_range"):
    for down in (None, 6):
        case("cyclic", lambda o: s.CyclicLR(o, 0.02, 0.1, 4, down, mode=mode, gamma=0.95), up=4, down=down, minimum=0.2, height=mode, gamma=0.95,
             cycle=True)
case("cyclic", lambda o: s.CyclicLR(o, 0.05, 0.1, 5, cycle_momentum=False), adam=True, up=5, down=None, minimum=0.5, height="triangular",
     gamma=1, cycle=False)
case("polynomial", lambda o: s.PolynomialLR(o, 25, 1.0), steps=25, power=1)
case("polynomial", lambda o: s.PolynomialLR(o, 30, 0.9), steps=30, power=0.9)
case("lambda", lambda o: s.LambdaLR(o, lambda i: 1 / (1 + i)))
case("multiplicative", lambda o: s.MultiplicativeLR(o, lambda i: 0.5 + 0.5 / i))
case("sequential", lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 40), s.ExponentialLR(o, 0.9), s.StepLR(o, 3, 0.5)], [5, 20]))
case("chained", lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9), s.StepLR(o, 6, 0.5)]))

plateaus = []
metrics = np.round(np.random.RandomState(7).rand(60) * 0.4 + np.linspace(1, 0.3, 60), 3).tolist()
for arguments in ({}, {"patience": 2, "factor": 0.5}, {"mode": "max", "patience": 1, "factor": 0.7},
                  {"patience": 1, "threshold": 0.05, "threshold_mode": "abs", "cooldown": 3}, {"patience": 0, "factor": 0.3, "min_lr": 0.002},
                  {"mode": "max", "patience": 0, "threshold": 0.1, "threshold_mode": "abs", "factor": 0.9},
                  {"patience": 0, "factor": 0.5, "eps": 1e-3, "cooldown": 1}):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = s.ReduceLROnPlateau(optimizer, **arguments)
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    plateaus.append({**arguments, "rates": rates})
save("schedules.json", cases=cases, metrics=metrics, plateaus=plateaus)
