"""Writes scikit-learn's small sets, and a generated one, as CSV files, and what scikit-learn's MLP
with its defaults says of each row that it did not see.

    /usr/bin/python3 bench/tables.py TO [SEEDS [NAME...]]

For every set there is TO/NAME.csv, with the column "y" to predict, and for every seed TO/NAME-SEED.folds.csv: for each row its fold
of five, and what the network trained on the other four predicts, inputs standardized. bench/Tables reads them. Debian's python3-sklearn is needed;
of the generated set it takes two minutes a fold.
"""
import os
import sys
import warnings

import numpy as np
from sklearn import datasets, model_selection, neural_network, pipeline, preprocessing

warnings.filterwarnings("ignore")


def sets():
    for name in ("iris", "wine", "breast_cancer", "diabetes", "digits"):
        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        yield name, x, y, name != "diabetes"
    x, y = datasets.make_classification(
        n_samples=100_000, n_features=100, n_informative=20, n_redundant=20, n_classes=4, n_clusters_per_class=4, class_sep=0.8, random_state=0)
    yield "generated", x, y, True


def main(to, seeds=3, *names):
    os.makedirs(to, exist_ok=True)
    for name, x, y, classes in sets():
        if names and name not in names:
            continue
        columns = ",".join(f"x{i}" for i in range(x.shape[1]))
        table = np.column_stack([x, y])
        np.savetxt(os.path.join(to, f"{name}.csv"), table, "%.9g", ",", header=f"{columns},y", comments="")
        for seed in range(1 if name == "generated" else int(seeds)):
            kind = model_selection.StratifiedKFold if classes else model_selection.KFold
            folds, said = np.zeros(len(y), int), np.zeros(len(y))
            for fold, (train, test) in enumerate(kind(5, shuffle=True, random_state=seed).split(x, y)):
                folds[test] = fold
                network = neural_network.MLPClassifier if classes else neural_network.MLPRegressor
                model = pipeline.make_pipeline(preprocessing.StandardScaler(), network(random_state=seed))
                said[test] = model.fit(x[train], y[train]).predict(x[test])
            np.savetxt(os.path.join(to, f"{name}-{seed}.folds.csv"), np.column_stack([folds, said]), "%.9g", ",", header="fold,mlp", comments="")
            score = np.mean(said == y) if classes else 1 - np.sum((said - y) ** 2) / np.sum((y - y.mean()) ** 2)
            print(f"{name}, seed {seed}: {score:.4f}", flush=True)


main(*sys.argv[1:])
