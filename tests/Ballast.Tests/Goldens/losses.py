"""Writes losses.json: the losses of PyTorch 1.13.1 on CPU that take a tensor of targets, with their gradients; and the cross
entropy with label smoothing and class weights together. Run by hand in this folder."""
import torch
from torch.nn import functional
from golden import flat, grads, save

g = torch.Generator().manual_seed(2016)
SHAPES = ((1,), (3, 5), (7, 19), (2, 3, 4))
cases = []


def case(loss, function, x, t, reduction, **options):
    x.requires_grad_()
    value = function(x, t, reduction=reduction, **options)
    cotangent = torch.randn(value.shape, generator=g)
    cases.append({"loss": loss, "name": f"{loss} {list(x.shape)} {reduction}{' weighted' if options else ''}",
                  "shape": list(x.shape), "input": flat(x), "target": flat(t), "reduction": reduction,
                  "pos_weight": flat(options.get("pos_weight")), "output": flat(value), "cotangent": flat(cotangent),
                  "grad": flat(grads(value, cotangent, x)[0])})


def randn(shape):
    return torch.randn(shape, generator=g)


def rand(shape):
    return torch.rand(shape, generator=g)


for reduction in ("mean", "sum", "none"):
    for shape in SHAPES:
        case("mse", functional.mse_loss, randn(shape), randn(shape), reduction)
        case("bce", functional.binary_cross_entropy, rand(shape), rand(shape), reduction)
        case("bce_with_logits", functional.binary_cross_entropy_with_logits, randn(shape) * 5, rand(shape), reduction)
        case("bce_with_logits", functional.binary_cross_entropy_with_logits, randn(shape), (rand(shape) > 0.5).float(),
             reduction, pos_weight=rand(shape[-1]) * 4)
    case("bce", functional.binary_cross_entropy, torch.tensor([0.0, 1.0, 0.0, 1.0]), torch.tensor([0.0, 1.0, 1.0, 0.25]),
         reduction)
    case("bce_with_logits", functional.binary_cross_entropy_with_logits,
         torch.tensor([80.0, -80.0, 200.0, -200.0, 0.0, 1e-3]), torch.tensor([0.0, 1.0, 1.0, 0.0, 0.5, 0.25]), reduction)

smoothed = []
for reduction in ("mean", "sum", "none"):
    for n, c, smoothing, weighted in ((4, 6, 0.1, True), (5, 3, 0.7, True), (3, 10, 1.0, True), (3, 10, 1.0, False),
                                      (128, 10, 0.2, False), (1, 2, 0.0, True)):
        x = (torch.randn(n, c, generator=g) * 3).requires_grad_()
        t = torch.randint(0, c, (n,), generator=g)
        w = torch.rand(c, generator=g) if weighted else None
        value = functional.cross_entropy(x, t, weight=w, reduction=reduction, label_smoothing=smoothing)
        cotangent = torch.randn(value.shape, generator=g)
        smoothed.append({"name": f"{n} x {c} smoothing {smoothing} {reduction}{' weighted' if weighted else ''}",
                         "shape": [n, c], "logits": flat(x), "targets": t.tolist(), "reduction": reduction,
                         "label_smoothing": smoothing, "weight": flat(w), "loss": flat(value), "cotangent": flat(cotangent),
                         "grad": flat(grads(value, cotangent, x)[0])})
save("losses.json", cases=cases, smoothed=smoothed)
