"""Writes states/continue-*.pt and continuing.json: trainings with dropout, saved after 20 steps and after 45, and their losses up to step 70.
Run by hand in this folder. With a folder as argument: goes on from the checkpoints NAME.pt in it, which Ballast wrote after step 45, and says by
how much the 25 losses differ from those of the uninterrupted run."""
import json
import sys
import torch
from torch import nn
from golden import flat, save

OPTIMIZERS = {
    "adam": lambda net: torch.optim.Adam([{"params": net[0].parameters(), "lr": 0.01}, {"params": net[1:].parameters(), "weight_decay": 0.1}], lr=0.02),
    "adamw": lambda net: torch.optim.AdamW(net.parameters(), lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.05),
    "sgd": lambda net: torch.optim.SGD(net.parameters(), lr=0.05),
    "momentum": lambda net: torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01, nesterov=True),
    "dampening": lambda net: torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.8, dampening=0.5),
}
data = torch.Generator().manual_seed(11)
inputs = torch.randn(70, 10, 6, generator=data)
targets = torch.randint(0, 3, (70, 10), generator=data)


# Before a normalization a bias has no gradient but rounding, which Adam makes steps of: none there.
def make():
    return nn.Sequential(nn.Linear(6, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3))


def train(net, optimizer, first, last):
    losses = []
    for i in range(first, last):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(inputs[i]), targets[i])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def keep(path, net, optimizer, step):
    torch.save({"step": step, "model": net.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state()}, path)


if len(sys.argv) > 1:
    for case in json.load(open("continuing.json"))["cases"]:
        net = make()
        optimizer = OPTIMIZERS[case["name"]](net)
        kept = torch.load(f"{sys.argv[1]}/{case['name']}.pt")
        net.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        torch.set_rng_state(kept["rng"])
        losses = train(net, optimizer, 45, 70)
        print(case["name"], kept["step"], max(abs(a - b) for a, b in zip(losses, case["losses"][25:])))
    sys.exit()

cases = []
for name, of in OPTIMIZERS.items():
    torch.manual_seed(5)
    net = make()
    optimizer = of(net)
    train(net, optimizer, 0, 20)
    keep(f"states/continue-{name}-20.pt", net, optimizer, 20)
    losses = train(net, optimizer, 20, 45)
    torch.randn(1)                                              # a normal value kept in the generator
    keep(f"states/continue-{name}-45.pt", net, optimizer, 45)
    losses += train(net, optimizer, 45, 70)
    cases.append({"name": name, "losses": [float(loss) for loss in losses], "normal": torch.randn(1).item()})
save("continuing.json", inputs=flat(inputs), targets=flat(targets), cases=cases)
