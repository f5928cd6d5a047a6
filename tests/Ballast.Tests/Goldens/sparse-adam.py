"""Writes sparse-adam.json: steps of SparseAdam of PyTorch 1.13.1 over rows of an embedding's table. Run by hand in this folder."""
import torch
from golden import flat, save

ROWS, WIDTH, STEPS = 9, 3, 12
cases = []
for options in ({}, {"betas": (0.7, 0.9), "eps": 1e-2}, {"lr": 0.3}):
    g = torch.Generator().manual_seed(7)
    table = torch.nn.Embedding(ROWS, WIDTH, padding_idx=2, sparse=True)
    with torch.no_grad():
        table.weight.copy_(torch.randn(ROWS, WIDTH, generator=g))
    begun = flat(table.weight)
    given = {"lr": 0.05, **options}
    optimizer = torch.optim.SparseAdam(list(table.parameters()), **given)
    steps = []
    for _ in range(STEPS):
        index = torch.randint(0, ROWS, (4,), generator=g)
        factors = torch.randn(4, WIDTH, generator=g)
        optimizer.zero_grad()
        (table(index) * factors).sum().backward()
        optimizer.step()
        steps.append({"index": index.tolist(), "factors": flat(factors), "weight": flat(table.weight)})
    state = optimizer.state[table.weight]
    cases.append({"lr": given["lr"], "betas": list(given.get("betas", (0.9, 0.999))), "eps": given.get("eps", 1e-8), "begun": begun, "steps": steps,
                  "exp_avg": flat(state["exp_avg"]), "exp_avg_sq": flat(state["exp_avg_sq"])})
save("sparse-adam.json", cases=cases)
