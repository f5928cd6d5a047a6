"""Writes averages.json: weights averaged by PyTorch 1.13.1's AveragedModel, and gradients clipped by its clip_grad_norm_ and
clip_grad_value_. Run by hand in this folder."""
import torch
from torch.optim.swa_utils import AveragedModel
from golden import flat, save

g = torch.Generator().manual_seed(2018)
weights = [torch.randn(3, 5, generator=g) for _ in range(8)]


def averaged(avg_fn=None, use_buffers=False):
    model = torch.nn.Linear(5, 3, bias=False)
    average = AveragedModel(model, avg_fn=avg_fn, use_buffers=use_buffers)
    steps = []
    for w in weights:
        with torch.no_grad():
            model.weight.copy_(w)
        average.update_parameters(model)
        steps.append(flat(average.module.weight))
    return steps


clips = []
for scale in (0.01, 1.0, 1e3, 1e25):
    shapes = ((4, 6), (7,), (1,))
    gradients = [torch.randn(s, generator=g) * scale for s in shapes]
    # Squares of 1e25 are too large for PyTorch's float norm: in double.
    kind = torch.float64 if scale > 1e20 else torch.float32
    parameters = [torch.nn.Parameter(torch.zeros(s, dtype=kind)) for s in shapes]
    for p, v in zip(parameters, gradients):
        p.grad = v.clone().to(kind)
    norm = torch.nn.utils.clip_grad_norm_(parameters, 1.5)
    clips.append({"gradients": [flat(v) for v in gradients], "norm": float(norm),
                  "clipped": [flat(p.grad.float()) for p in parameters]})
value = [torch.nn.Parameter(torch.zeros(40))]
value[0].grad = torch.randn(40, generator=g)
before = flat(value[0].grad)
torch.nn.utils.clip_grad_value_(value, 0.5)
save("averages.json", weights=[flat(w) for w in weights], swa=averaged(),
     ema=averaged(lambda average, w, n: 0.9 * average + (1 - 0.9) * w, True), clips=clips,
     value=[{"before": before, "after": flat(value[0].grad)}])
