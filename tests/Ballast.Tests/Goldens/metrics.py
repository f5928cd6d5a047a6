"""Metrics by scikit-learn 1.2.1: metrics.json. `/usr/bin/python3 metrics.py` writes it again."""
import json

import numpy as np
from sklearn import metrics as m

rng = np.random.RandomState(7)
cases = []


def numbers(array):
    return [round(float(x), 6) for x in np.asarray(array, dtype=np.float32).ravel()]


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def case(name, outputs, targets, values, kind="int64", **more):
    outputs = np.asarray(outputs)
    cases.append(dict(
        name=name, shape=list(outputs.shape), outputs=numbers(outputs), target_shape=list(np.shape(targets)), kind=kind,
        targets=[int(t) for t in np.ravel(targets)] if kind == "int64" else numbers(targets), values=values, **more))


def averages(function, y, z):
    return {a: float(function(y, z, average=a, zero_division=0)) for a in ("macro", "micro", "weighted")}


# Classes; the last of them in no target, the first never named.
for n, classes in ((57, 4), (30, 2)):
    logits = np.round(rng.randn(n, classes), 3).astype(np.float32)
    y = rng.randint(0, classes - (1 if classes > 2 else 0), n)
    logits[np.arange(n), y] += (rng.rand(n) < 0.4) * 2
    if classes > 2:
        logits[:, 0] -= 9
    logits = np.round(logits, 3)
    z = logits.argmax(1)
    p = softmax(logits.astype(np.float64))
    seen = sorted(set(y))
    values = dict(
        accuracy=float(m.accuracy_score(y, z)), class_accuracy=float(m.balanced_accuracy_score(y, z)),
        precision=averages(m.precision_score, y, z), recall=averages(m.recall_score, y, z), f1=averages(m.f1_score, y, z),
        iou=averages(m.jaccard_score, y, z), confusion=m.confusion_matrix(y, z, labels=list(range(classes))).ravel().tolist(),
        perplexity=float(np.exp(m.log_loss(y, p, labels=list(range(classes))))))
    values["top2"] = float(m.top_k_accuracy_score(y, logits, k=2, labels=list(range(classes)))) if classes > 2 else 1.0
    values["auroc"] = float(np.mean([m.roc_auc_score(y == c, p[:, c]) for c in seen]) if classes > 2 else m.roc_auc_score(y, p[:, 1]))
    case(f"classes {classes}", logits, y, values)

# One yes or no, with ties.
x = np.round(rng.randn(41), 1)
y = (x + rng.randn(41) > 0.3).astype(int)
z = (x > 0).astype(int)
case("yes or no", x, y, dict(
    accuracy=float(m.accuracy_score(y, z)), precision=dict(macro=float(m.precision_score(y, z))), recall=dict(macro=float(m.recall_score(y, z))),
    f1=dict(macro=float(m.f1_score(y, z))), iou=dict(macro=float(m.jaccard_score(y, z))), auroc=float(m.roc_auc_score(y, x))))

# Several labels at once; one column never named.
x = np.round(rng.randn(25, 3), 2)
x[:, 2] = -np.abs(x[:, 2]) - 0.1
y = (rng.rand(25, 3) < 0.4).astype(int)
z = (x > 0).astype(int)
case("labels", x, y, dict(
    accuracy=float((y == z).mean()), precision=averages(m.precision_score, y, z), recall=averages(m.recall_score, y, z),
    f1=averages(m.f1_score, y, z), iou=averages(m.jaccard_score, y, z), auroc=float(m.roc_auc_score(y, x))), kind="float32", multi_label=True)

# Masks [N, H, W] of logits [N, C, H, W], with a border that does not count.
logits = np.round(rng.randn(3, 4, 5, 6), 2).astype(np.float32).astype(np.float64)
y = rng.randint(0, 3, (3, 5, 6))
y[:, 0] = -100
z, keep = logits.argmax(1), y != -100
e = np.exp(logits - logits.max(1, keepdims=True))
p = np.moveaxis(e / e.sum(1, keepdims=True), 1, -1)[keep]
case("masks", logits, y, dict(
    accuracy=float(m.accuracy_score(y[keep], z[keep])), iou=averages(m.jaccard_score, y[keep], z[keep]), f1=averages(m.f1_score, y[keep], z[keep]),
    perplexity=float(np.exp(m.log_loss(y[keep], p, labels=[0, 1, 2, 3])))))

# Numbers, of a large mean, and several columns.
for name, shape, mean in (("numbers", (43,), 0), ("large numbers", (43, 1), 1000), ("columns", (29, 3), 5)):
    y = np.round(rng.randn(*shape) + mean, 3).astype(np.float32)
    x = np.round(y + rng.randn(*shape) * 0.5, 3).astype(np.float32)
    a, b = y.astype(np.float64), x.astype(np.float64)
    case(name, x, y, dict(
        mae=float(m.mean_absolute_error(a, b)), mse=float(m.mean_squared_error(a, b)), rmse=float(np.sqrt(m.mean_squared_error(a.ravel(), b.ravel()))),
        r2=float(m.r2_score(a, b))), kind="float32")

with open("metrics.json", "w") as file:
    json.dump(dict(scikit_learn=__import__("sklearn").__version__, cases=cases), file)
    file.write("\n")
