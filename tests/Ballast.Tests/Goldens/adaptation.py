"""Writes adaptation.json: torch.optim.swa_utils.update_bn, and test-time adaptation by entropy (Wang et al. 2021) step by step,
of PyTorch 1.13.1 on CPU, computed in float64 and rounded. Run by hand in this folder."""
import torch
from torch import nn
from torch.optim.swa_utils import update_bn
from golden import flat, save

g = torch.Generator().manual_seed(20210303)


def network():
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding=1), nn.BatchNorm2d(5, momentum=0.3), nn.ReLU(), nn.Flatten(), nn.Linear(45, 4),
        nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3)).double()


def randomize(module):
    with torch.no_grad():
        for key, value in module.state_dict().items():
            if value.dtype.is_floating_point:
                drawn = torch.randn(value.shape, generator=g)
                value.copy_(drawn.abs() + 0.5 if "var" in key else drawn)


def state(module):
    return {k: flat(v.float()) if v.dtype.is_floating_point else int(v) for k, v in module.state_dict().items()}


module = network()
randomize(module)
samples = torch.randn((13, 2, 3, 3), generator=g) * 2 + 0.5
batches = [samples[:5].double(), samples[5:10].double(), samples[10:].double()]
start = state(module)
update_bn(batches, module)
measured = state(module)

module.load_state_dict({k: torch.tensor(v).reshape(module.state_dict()[k].shape) for k, v in start.items()})
norms = [m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
for norm in norms:
    norm.running_mean = norm.running_var = None
    norm.track_running_stats = False
parameters = [p for norm in norms for p in (norm.weight, norm.bias)]
optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
module.train()
steps = []
for batch in batches:
    logits = module(batch)
    entropy = -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()
    optimizer.zero_grad()
    entropy.backward()
    optimizer.step()
    steps.append({"logits": flat(logits.float()), "entropy": float(entropy),
                  "adapted": [flat(p.float()) for p in parameters]})

save("adaptation.json", start=start, samples=flat(samples), batch=5, measured=measured, learning_rate=0.1, momentum=0.9, steps=steps)
