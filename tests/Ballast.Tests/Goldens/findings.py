"""What a page says of classes and numbers, by scikit-learn 1.2.1: python3 findings.py > findings.json"""
import json

import numpy
from sklearn import metrics

draw = numpy.random.RandomState(3)
count, classes = 60, 3
labels = draw.randint(0, classes, count)
logits = draw.normal(size=(count, classes)) + 1.2 * numpy.eye(classes)[labels]
# Rounded, so that some are equal.
probabilities = numpy.round(numpy.exp(logits) / numpy.exp(logits).sum(1, keepdims=True), 2).astype(numpy.float32)
taken = probabilities.argmax(1)
precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, taken, labels=range(classes))
curves = []
for c in range(classes):
    false, true, _ = metrics.roc_curve(labels == c, probabilities[:, c], drop_intermediate=False)
    curves.append({"false": false.tolist(), "true": true.tolist(), "area": metrics.roc_auc_score(labels == c, probabilities[:, c])})
truth = draw.normal(size=40) * 3 + 10
said = truth + draw.normal(size=40)
print(json.dumps({
    "labels": labels.tolist(), "probabilities": [float(p) for p in probabilities.ravel()],
    "confusion": metrics.confusion_matrix(labels, taken).ravel().tolist(),
    "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(), "curves": curves,
    "truth": truth.tolist(), "said": said.tolist(), "r2": metrics.r2_score(truth, said), "mae": metrics.mean_absolute_error(truth, said),
    "rmse": float(numpy.sqrt(metrics.mean_squared_error(truth, said))),
}))
