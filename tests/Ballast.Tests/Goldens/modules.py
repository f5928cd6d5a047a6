"""What activation-modules.py and its like share: a module of seed 7, its inputs, its first state, and what it gives. Names are the C# that
makes the same module."""
import hashlib
import torch
from golden import flat, grads, save

CASES, REFUSED = [], []


def digest(t):
    return hashlib.sha256(t.detach().contiguous().numpy().tobytes()).hexdigest()[:16]


def inputs_of(shapes, whole=False):
    """Drawn from seed 11, one after another: the C# draws the same."""
    g = torch.Generator().manual_seed(11)
    return [(torch.randn(shape, generator=g) * 100).round() / 100 if not whole else torch.randint(-3, 4, shape, generator=g).float()
            for shape in shapes]


def case(name, make, *shapes, call=None, training=True, double=True, steps=1, whole=False, after=()):
    """The output and the gradients of sum(output * cotangent) for the inputs and the parameters; double: computed in float64. What of the
    state is named in after is recorded after the last of the steps."""
    torch.manual_seed(7)
    module = make()
    module.train(training)
    # Lengths are sums, which round as they are added up; all else is a draw.
    keys = {key: None if key == "weight_g" else digest(value) for key, value in module.state_dict().items()}
    exact = torch.float64 if double else torch.float32
    module = module.to(exact)
    inputs = [x.to(exact).requires_grad_() for x in inputs_of(shapes, whole)]
    for _ in range(steps):
        y = (call or (lambda m, *x: m(*x)))(module, *inputs)
    cotangent = (torch.randn(y.shape, generator=torch.Generator().manual_seed(13)) * 100).round() / 100
    learned = dict(module.named_parameters())
    got = torch.autograd.grad(y, [*inputs, *learned.values()], cotangent.to(exact), allow_unused=True)
    got = [None if t is None else t.float() for t in got]
    # Which parameter holds which gradient is told by name; the order of the registration is that of keys.
    CASES.append({"name": name + ("" if training else ", evaluation"), "shapes": [list(s) for s in shapes], "training": training,
                  "whole": whole, "steps": steps, "keys": keys, "output_shape": list(y.shape), "output": flat(y.float()),
                  "gradients": [flat(t) for t in got[:len(inputs)]],
                  "learned": {key: flat(t) for key, t in zip(learned, got[len(inputs):])},
                  "after": {key: flat(module.state_dict()[key].float()) for key in after},
                  "next": torch.rand(1).item()})


def refused(name, make, *shapes, call=None):
    """What PyTorch does not take."""
    try:
        module = make()
        (call or (lambda m, *x: m(*x)))(module, *inputs_of(shapes))
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, KeyError, AttributeError):
        REFUSED.append({"name": name, "shapes": [list(s) for s in shapes]})
        return
    raise SystemExit(f"PyTorch takes {name} of {shapes}")


def write(path):
    save(path, cases=CASES, refused=REFUSED)
