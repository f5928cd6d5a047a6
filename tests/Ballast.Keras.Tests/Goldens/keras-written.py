"""Reads weights that were written here, by h5py and at the places where Keras looks for them, and prints what the layers' formulas give for
the inputs of keras-files.json, in double. Needs numpy and h5py. Usage: keras-written.py IMAGE.weights.h5 TEXT.weights.h5"""
import importlib
import json
import sys

import h5py
import numpy as np

files = importlib.import_module("keras-files")
given = json.load(open(__file__.replace("keras-written.py", "keras-files.json")))


def weights(file, place):
    group = file["layers/" + place]
    return [np.asarray(group[str(i)], float) for i in range(len(group))]


def norm(x, gamma, beta, mean, variance):
    return gamma * (x - mean) / np.sqrt(variance + 0.001) + beta


with h5py.File(sys.argv[1], "r") as file:
    x = np.reshape(given["image"]["input"], (2, 2, 5, 6)).transpose(0, 2, 3, 1)
    y = files.conv(x, *weights(file, "conv2d/vars"))
    y = np.maximum(norm(y, *weights(file, "batch_normalization/vars")), 0)
    y = files.conv(y, *weights(file, "depthwise_conv2d/vars"), True)
    y = files.conv(y, *weights(file, "depthwise_conv2d_1/vars"), 0, True)
    y = files.conv(y, *weights(file, "conv2d_1/vars")).reshape(2, -1)
    kernel, bias = weights(file, "dense/vars")
    y = np.maximum(norm(y, *weights(file, "batch_normalization_1/vars")) @ kernel + bias, 0)
    kernel, bias = weights(file, "dense_1/vars")
    image = y @ kernel + bias

with h5py.File(sys.argv[2], "r") as file:
    table, = weights(file, "embedding/vars")
    x = table[np.reshape(given["text"]["input"], (3, 5))]
    x = np.concatenate([files.lstm(x, *weights(file, "bidirectional/forward_layer/cell/vars")),
                        files.lstm(x, *weights(file, "bidirectional/backward_layer/cell/vars"), back=True)], 2)
    gamma, beta = weights(file, "layer_normalization/vars")
    x = (x - x.mean(2, keepdims=True)) / np.sqrt(x.var(2, keepdims=True) + 0.001) * gamma + beta
    x = files.gru(x, *weights(file, "gru/cell/vars"))
    kernel, bias = weights(file, "dense/vars")
    text = x @ kernel + bias

print(json.dumps({"image": image.ravel().tolist(), "text": text.ravel().tolist()}))
