"""Writes loss-family.json: every loss of PyTorch 1.13.1 with drawn shapes and settings, and its gradients for all float inputs. Run by hand
in this folder."""
import random
import torch
from torch.nn import functional as f
from golden import flat, save

g = torch.Generator().manual_seed(2017)
draw = random.Random(2017)
cases = []


def randn(*shape):
    return torch.randn(shape, generator=g)


def rand(*shape):
    return torch.rand(shape, generator=g)


def signs(*shape):
    return (rand(*shape) > 0.5).float() * 2 - 1


def labels(classes, *shape, ignore=None):
    t = torch.randint(0, classes, shape, generator=g)
    return t if ignore is None else torch.where(rand(*shape) > 0.3, t, torch.tensor(ignore))


def case(name, function, inputs, others=(), fixed=(), **options):
    """inputs learn, fixed do not (masks of 1 and -1), others are integers."""
    inputs = [x.clone().requires_grad_() for x in inputs]
    arguments = {k: torch.tensor(v) if k in ("weight", "pos_weight") else v for k, v in options.items()}
    value = function(*inputs, *fixed, *others, **arguments)
    cotangent = torch.randn(value.shape, generator=g)
    grads = torch.autograd.grad(value, inputs, cotangent, allow_unused=True)
    cases.append({"loss": name, "options": options,
                  "inputs": [{"shape": list(x.shape), "values": flat(x)} for x in [*inputs, *fixed]],
                  "others": [{"shape": list(x.shape), "values": flat(x)} for x in others],
                  "output": flat(value), "shape": list(value.shape), "cotangent": flat(cotangent),
                  "grads": [flat(v) if v is not None else None for v in grads]})


def weight(classes):
    return flat(rand(classes) * 2 + 0.1)


for reduction in ("mean", "sum", "none"):
    r = {"reduction": reduction}
    for _ in range(2):
        n, c = draw.randint(1, 5), draw.randint(2, 6)
        shape = [n, c] if draw.random() < 0.6 else [n, c, draw.randint(1, 3)]
        case("l1_loss", f.l1_loss, [randn(*shape), randn(*shape)], **r)
        case("mse_loss", f.mse_loss, [randn(*shape), randn(*shape)], **r)
        case("smooth_l1_loss", f.smooth_l1_loss, [randn(*shape), randn(*shape)], beta=draw.choice([0.0, 0.3, 1.0, 2.5]), **r)
        case("huber_loss", f.huber_loss, [randn(*shape), randn(*shape)], delta=draw.choice([0.3, 1.0, 2.5]), **r)
        case("kl_div", f.kl_div, [randn(*shape).log_softmax(1), rand(*shape)], log_target=False, **r)
        case("kl_div", f.kl_div, [randn(*shape).log_softmax(1), randn(*shape)], log_target=True, **r)
        case("binary_cross_entropy", f.binary_cross_entropy, [rand(*shape)], fixed=[rand(*shape)], weight=weight(shape[-1]), **r)
        case("binary_cross_entropy_with_logits", f.binary_cross_entropy_with_logits, [randn(*shape)], fixed=[rand(*shape)],
             weight=weight(shape[-1]), pos_weight=weight(shape[-1]), **r)
        for log_input in (True, False):
            case("poisson_nll_loss", f.poisson_nll_loss, [rand(*shape)], fixed=[torch.floor(rand(*shape) * 5)], log_input=log_input,
                 full=draw.random() < 0.5, eps=draw.choice([1e-8, 0.1]), **r)
        case("gaussian_nll_loss", f.gaussian_nll_loss, [randn(*shape), randn(*shape), rand(*shape)], full=draw.random() < 0.5, eps=0.1, **r)
        case("gaussian_nll_loss", f.gaussian_nll_loss, [randn(*shape), randn(*shape), rand(*shape[:-1])], full=draw.random() < 0.5, **r)
        case("hinge_embedding_loss", f.hinge_embedding_loss, [randn(*shape)], fixed=[signs(*shape)], margin=draw.choice([0.5, 1.0]), **r)
        case("margin_ranking_loss", f.margin_ranking_loss, [randn(*shape), randn(*shape)], fixed=[signs(*shape)],
             margin=draw.choice([0.0, 0.7]), **r)
        case("soft_margin_loss", f.soft_margin_loss, [randn(*shape) * 4], fixed=[signs(*shape)], **r)
        case("multi_margin_loss", f.multi_margin_loss, [randn(n, c)], [labels(c, n)], p=draw.choice([1, 2]), margin=draw.choice([1.0, 0.4]),
             weight=weight(c), **r)
        several = torch.stack([torch.cat([torch.randperm(c, generator=g)[:c // 2], torch.tensor([-1] * (c - c // 2))]) for _ in range(n)])
        case("multilabel_margin_loss", f.multilabel_margin_loss, [randn(n, c)], [several], **r)
        case("multilabel_soft_margin_loss", f.multilabel_soft_margin_loss, [randn(n, c)], fixed=[(rand(n, c) > 0.5).float()],
             weight=weight(c), **r)
        case("triplet_margin_loss", f.triplet_margin_loss, [randn(n, c), randn(n, c), randn(n, c)], margin=draw.choice([0.5, 1.0]),
             p=draw.choice([1.0, 2.0, 3.0]), swap=draw.random() < 0.5, **r)
        case("triplet_margin_with_distance_loss", f.triplet_margin_with_distance_loss, [randn(n, c), randn(n, c), randn(n, c)],
             margin=draw.choice([0.5, 1.0]), swap=draw.random() < 0.5, **r)
        case("cosine_embedding_loss", f.cosine_embedding_loss, [randn(n, c), randn(n, c)], fixed=[signs(n)], margin=draw.choice([0.0, 0.3]), **r)
        tail = shape[2:]
        for ignore in (-100, 1):
            logits = randn(n, c, *tail) * 2
            options = {"weight": weight(c)} if draw.random() < 0.5 else {}
            target = labels(c, n, *tail, ignore=ignore)
            if (target != ignore).any():
                case("nll_loss", f.nll_loss, [logits.log_softmax(1)], [target], ignore_index=ignore, **options, **r)
                case("cross_entropy", f.cross_entropy, [logits], [target], ignore_index=ignore,
                     label_smoothing=draw.choice([0.0, 0.2]), **options, **r)
        case("cross_entropy", f.cross_entropy, [randn(n, c, *tail), rand(n, c, *tail)], label_smoothing=draw.choice([0.0, 0.2]),
             weight=weight(c), **r)
        t, longest = draw.randint(4, 8), draw.randint(1, 4)
        lengths = torch.randint(1, longest + 1, (n,), generator=g)
        rows = torch.randint(0, c, (n, longest), generator=g)
        blank = draw.randrange(c)
        rows[rows == blank] = (blank + 1) % c
        steps = torch.randint(max(1, t - 2), t + 1, (n,), generator=g)
        case("ctc_loss", f.ctc_loss, [randn(t, n, c).log_softmax(2)], [rows, steps, lengths], blank=blank, zero_infinity=True, **r)
        joined = torch.cat([rows[i, :lengths[i]] for i in range(n)])
        case("ctc_loss", f.ctc_loss, [randn(t, n, c).log_softmax(2)], [joined, steps, lengths], blank=blank, zero_infinity=True, **r)
    case("nll_loss", f.nll_loss, [randn(4).log_softmax(0)], [torch.tensor(2)], **r)
    case("cross_entropy", f.cross_entropy, [randn(4)], [torch.tensor(2)], **r)
    case("multi_margin_loss", f.multi_margin_loss, [randn(4)], [torch.tensor(2)], **r)
    case("multilabel_margin_loss", f.multilabel_margin_loss, [randn(4)], [torch.tensor([2, 0, -1, 1])], **r)
    case("cosine_embedding_loss", f.cosine_embedding_loss, [randn(4), randn(4)], fixed=[torch.tensor(1.0)], **r)
    case("ctc_loss", f.ctc_loss, [randn(6, 4).log_softmax(1)], [torch.tensor([1, 1, 3]), torch.tensor(6), torch.tensor(3)], blank=0,
         zero_infinity=False, **r)
case("kl_div", f.kl_div, [randn(3, 4), rand(3, 4)], reduction="batchmean")
case("pairwise_distance", f.pairwise_distance, [randn(3, 4), randn(3, 4)], p=2.0, eps=1e-6)
case("pairwise_distance", f.pairwise_distance, [randn(3, 4), randn(3, 4)], p=1.0, eps=0.1, keepdim=True)
case("cosine_similarity", f.cosine_similarity, [randn(3, 4), randn(3, 4)], dim=1, eps=1e-8)
case("cosine_similarity", f.cosine_similarity, [randn(3, 4, 2), randn(3, 4, 2)], dim=0, eps=2.0)
save("loss-family.json", cases=cases)
print(len(cases))
