"""More files in Keras's layouts, beside keras-files.py: a small network of pictures, a network with volumes, and one with two branches and a model
in the model (a Functional one with a Sequential one in it), with what the layers' formulas give. Needs numpy and h5py."""
import importlib
import io
import json
import zipfile

import h5py
import numpy as np

files = importlib.import_module("keras-files")
draw, conv = files.draw, files.conv

small = [
    ("conv2d", "Conv2D", {"filters": 4}, {"kernel": draw(3, 3, 2, 4), "bias": draw(4)}),
    ("batch_normalization", "BatchNormalization", {"momentum": 0.99, "epsilon": 0.001, "axis": -1},
     {"gamma": draw(4) + 1, "beta": draw(4), "moving_mean": draw(4), "moving_variance": draw(4) + 1}),
    ("activation", "Activation", {"activation": "relu"}, {}),
    ("flatten", "Flatten", {}, {}),
    ("dense", "Dense", {"units": 3}, {"kernel": draw(64, 3), "bias": draw(3)}),
]
volume = [
    ("conv3d", "Conv3D", {"filters": 3}, {"kernel": draw(2, 2, 2, 2, 3), "bias": draw(3)}),
    ("activation", "Activation", {"activation": "relu"}, {}),
    ("flatten", "Flatten", {}, {}),
    ("dense", "Dense", {"units": 2}, {"kernel": draw(54, 2), "bias": draw(2)}),
]
block = [
    ("first", "Conv1D", {"filters": 4}, {"kernel": draw(3, 3, 4), "bias": draw(4)}),
    ("norm", "BatchNormalization", {"momentum": 0.99, "epsilon": 0.001, "axis": -1},
     {"gamma": draw(4) + 1, "beta": draw(4), "moving_mean": draw(4), "moving_variance": draw(4) + 1}),
]
# The order in which the layers were made is not the one in which the model has them.
branches = [
    ("steps", "SimpleRNN", {"units": 5, "activation": "tanh"}, {"kernel": draw(4, 5), "recurrent_kernel": draw(5, 5), "bias": draw(5)}),
    ("flatten", "Flatten", {}, {}),
    ("beside", "Dense", {"units": 5}, {"kernel": draw(24, 5), "bias": draw(5)}),
    ("add", "Add", {}, {}),
    ("last", "Dense", {"units": 2}, {"kernel": draw(5, 2), "bias": draw(2)}),
]
takes = {"block": ["input"], "activation": ["block"], "steps": ["activation"], "flatten": ["activation"], "beside": ["flatten"],
         "add": ["steps", "beside"], "last": ["add"]}


def node(names, new):
    if not names:
        return []
    if not new:
        return [[[name, 0, 0, {}] for name in names]]
    tensors = [{"class_name": "__keras_tensor__", "config": {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}} for name in names]
    return [{"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}]


def functional(new):
    key = "batch_shape" if new else "batch_input_shape"
    inner = files.config(block, [None, 8, 3], new)
    inner["config"]["name"] = "block"
    layers = [{"class_name": "InputLayer", "config": {key: [None, 8, 3], "name": "input"}, "name": "input", "inbound_nodes": []},
              {**inner, "name": "block", "inbound_nodes": node(takes["block"], new)},
              {"class_name": "Activation", "config": {"name": "activation", "activation": "relu"}, "name": "activation",
               "inbound_nodes": node(takes["activation"], new)}]
    for name, kind, settings, _ in branches:
        layers.append({"class_name": kind, "config": {"name": name, **settings}, "name": name, "inbound_nodes": node(takes[name], new)})
    return {"class_name": "Functional", "config": {"name": "model", "layers": layers, "input_layers": [["input", 0, 0]],
                                                   "output_layers": [["last", 0, 0]]}}


def nested():
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        files.keras3(file, branches)
        files.keras3(file.create_group("layers/sequential"), block)
    with zipfile.ZipFile("nested.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        archive.writestr("config.json", json.dumps(functional(True)))
        archive.writestr("model.weights.h5", content.getvalue())
    with h5py.File("nested.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(functional(False)).encode()
        file.attrs["keras_version"] = b"2.15.0"
        group = file.create_group("model_weights")
        files.legacy(group, branches, "nested")
        group.attrs["layer_names"] = np.asarray([b"input", b"block", b"activation"] + [layer[0].encode() for layer in branches])
        for name in ("input", "activation"):
            group.create_group(name).attrs["weight_names"] = np.asarray([], dtype="S1")
        own, names = group.create_group("block"), []
        for name, _, _, weights in block:
            for key, value in weights.items():
                names.append(f"{name}/{key}:0".encode())
                own[f"{name}/{key}:0"] = value
        own.attrs["weight_names"] = np.asarray(names)


def weights(layers):
    return {name: own for name, _, _, own in layers}


def norm(x, n):
    return n["gamma"] * (x - n["moving_mean"]) / np.sqrt(n["moving_variance"] + 0.001) + n["beta"]


w = weights(small)
xs = draw(2, 6, 6, 2)
y = np.maximum(norm(conv(xs.astype(float), w["conv2d"]["kernel"], w["conv2d"]["bias"]), w["batch_normalization"]), 0)
ys = y.reshape(2, -1) @ w["dense"]["kernel"] + w["dense"]["bias"]

w = weights(volume)
xv = draw(2, 3, 4, 4, 2)
y = np.zeros((2, 2, 3, 3, 3))
for d in range(2):
    for h in range(3):
        for v in range(3):
            y[:, d, h, v] = np.einsum("ndhwc,dhwco->no", xv[:, d:d + 2, h:h + 2, v:v + 2].astype(float), w["conv3d"]["kernel"])
y = np.maximum(y + w["conv3d"]["bias"], 0)
yv = y.reshape(2, -1) @ w["dense"]["kernel"] + w["dense"]["bias"]

w = {**weights(block), **weights(branches)}
xn = draw(2, 8, 3)
y = np.stack([np.einsum("nlc,lco->no", xn[:, i:i + 3].astype(float), w["first"]["kernel"]) for i in range(6)], 1) + w["first"]["bias"]
y = np.maximum(norm(y, w["norm"]), 0)
state = np.zeros((2, 5))
for t in range(6):
    state = np.tanh(y[:, t] @ w["steps"]["kernel"] + state @ w["steps"]["recurrent_kernel"] + w["steps"]["bias"])
yn = (state + y.reshape(2, -1) @ w["beside"]["kernel"] + w["beside"]["bias"]) @ w["last"]["kernel"] + w["last"]["bias"]

files.write("small", small, [None, 6, 6, 2])
files.write("volume", volume, [None, 3, 4, 4, 2])
nested()
json.dump({"small": {"input": xs.transpose(0, 3, 1, 2).ravel().tolist(), "output": ys.ravel().tolist()},
           "volume": {"input": xv.transpose(0, 4, 1, 2, 3).ravel().tolist(), "output": yv.ravel().tolist()},
           "nested": {"input": xn.transpose(0, 2, 1).ravel().tolist(), "output": yn.ravel().tolist()}}, open("keras-more.json", "w"))
