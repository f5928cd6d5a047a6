"""Files in the layouts that Keras 2 and 3 write (keras/src/saving/saving_lib.py, keras/src/legacy/saving/legacy_h5_format.py), made by h5py,
and what the layers' formulas give, in double, channels last. Needs numpy and h5py."""
import io
import json
import zipfile

import h5py
import numpy as np

rng = np.random.RandomState(0)


def draw(*shape):
    return rng.uniform(-0.5, 0.5, shape).astype("float32")


def conv(x, kernel, bias, depthwise=False):
    kh, kw = kernel.shape[:2]
    n, h, w, _ = x.shape
    rows = []
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            part = x[:, i:i + kh, j:j + kw, :]
            if depthwise:
                rows.append(np.einsum("nhwc,hwcm->ncm", part, kernel).reshape(n, -1))
            else:
                rows.append(np.einsum("nhwc,hwco->no", part, kernel))
    return np.stack(rows, 1).reshape(n, h - kh + 1, w - kw + 1, -1) + bias


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, recurrent, bias, back=False):
    units = recurrent.shape[0]
    h = c = np.zeros((x.shape[0], units))
    out = []
    for t in reversed(range(x.shape[1])) if back else range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, 1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        out.append(h)
    return np.stack(out[::-1] if back else out, 1)


def gru(x, kernel, recurrent, bias):
    units = recurrent.shape[0]
    h = np.zeros((x.shape[0], units))
    for t in range(x.shape[1]):
        xz, xr, xh = np.split(x[:, t] @ kernel + bias[0], 3, 1)
        hz, hr, hh = np.split(h @ recurrent + bias[1], 3, 1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        h = z * h + (1 - z) * np.tanh(xh + r * hh)
    return h


# Name, class, settings, weights by their names, groups of Keras 3 below the layer's.
image = [
    ("conv2d", "Conv2D", {"filters": 4, "data_format": "channels_last", "groups": 1}, {"kernel": draw(3, 2, 2, 4), "bias": draw(4)}),
    ("batch_normalization", "BatchNormalization", {"momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, "axis": -1},
     {"gamma": draw(4) + 1, "beta": draw(4), "moving_mean": draw(4), "moving_variance": draw(4) + 1}),
    ("activation", "Activation", {"activation": "relu"}, {}),
    ("depthwise_conv2d", "DepthwiseConv2D", {"depth_multiplier": 2}, {"depthwise_kernel": draw(2, 2, 4, 2), "bias": draw(8)}),
    ("separable_conv2d", "SeparableConv2D", {"filters": 3},
     {"depthwise_kernel": draw(1, 2, 8, 1), "pointwise_kernel": draw(1, 1, 8, 3), "bias": draw(3)}),
    ("flatten", "Flatten", {"data_format": "channels_last"}, {}),
    ("head_norm", "BatchNormalization", {"momentum": 0.9, "epsilon": 0.001, "center": True, "scale": False, "axis": -1},
     {"beta": draw(18), "moving_mean": draw(18), "moving_variance": draw(18) + 1}),
    ("dense", "Dense", {"units": 5, "activation": "relu"}, {"kernel": draw(18, 5), "bias": draw(5)}),
    ("dense_1", "Dense", {"units": 3, "activation": "linear"}, {"kernel": draw(5, 3), "bias": draw(3)}),
]
text = [
    ("embedding", "Embedding", {"input_dim": 7, "output_dim": 4}, {"embeddings": draw(7, 4)}),
    ("both", "Bidirectional", {"merge_mode": "concat",
                               "layer": {"class_name": "LSTM", "config": {"activation": "tanh", "recurrent_activation": "sigmoid"}}},
     {side + "/" + name: value for side in ("forward", "backward")
      for name, value in (("kernel", draw(4, 12)), ("recurrent_kernel", draw(3, 12)), ("bias", draw(12)))}),
    ("layer_normalization", "LayerNormalization", {"epsilon": 0.001, "axis": [-1]}, {"gamma": draw(6) + 1, "beta": draw(6)}),
    ("gru", "GRU", {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True},
     {"kernel": draw(6, 6), "recurrent_kernel": draw(2, 6), "bias": draw(2, 6)}),
    ("dense", "Dense", {"units": 2}, {"kernel": draw(2, 2), "bias": draw(2)}),
]
recurrent = {"LSTM", "GRU", "SimpleRNN"}


def snake(kind):
    return {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "DepthwiseConv2D": "depthwise_conv2d", "LSTM": "lstm", "GRU": "gru",
            "SeparableConv2D": "separable_conv2d", "LayerNormalization": "layer_normalization", "Conv1D": "conv1d", "Conv3D": "conv3d",
            "SimpleRNN": "simple_rnn"}.get(kind, kind.lower())


def keras3(file, layers):
    used = {}
    for name, kind, _, weights in layers:
        stem = snake(kind)
        number = used[stem] = used.get(stem, -1) + 1
        group = file.create_group("layers/" + stem + ("" if number == 0 else f"_{number}"))
        group.create_group("vars").attrs["name"] = name
        if kind == "Bidirectional":
            for side in ("forward", "backward"):
                own = [value for key, value in weights.items() if key.startswith(side)]
                for i, value in enumerate(own):
                    group[f"{side}_layer/cell/vars/{i}"] = value
        else:
            place = "cell/vars" if kind in recurrent else "vars"
            for i, value in enumerate(weights.values()):
                group[f"{place}/{i}"] = value
        if kind == "GRU":
            group["seed_generator/vars/0"] = np.zeros(2, "uint32")
    file["optimizer/vars/0"] = np.int64(7)


def legacy(group, layers, model):
    group.attrs["layer_names"] = np.asarray([layer[0].encode() for layer in layers])
    group.attrs["backend"] = b"tensorflow"
    group.attrs["keras_version"] = b"2.15.0"
    for name, kind, _, weights in sorted(layers, key=lambda layer: layer[0]):
        own = group.create_group(name)
        names = []
        # Trainable weights first, then the others.
        for key, value in weights.items():
            if kind == "Bidirectional":
                side, key = key.split("/")
                path = f"{name}/{side}_lstm/lstm_cell/{key}:0"
            elif kind in recurrent:
                path = f"{name}/{snake(kind)}_cell/{key}:0"
            else:
                path = f"{name}/{key}:0"
            names.append(path.encode())
            own.create_dataset(path, value.shape, dtype=value.dtype)[...] = value
        own.attrs["weight_names"] = np.asarray(names) if names else np.asarray([], dtype="S1")
    group.create_group("top_level_model_weights").attrs["weight_names"] = np.asarray([], dtype="S1")


def config(layers, shape, new):
    first = {"class_name": "InputLayer", "config": {("batch_shape" if new else "batch_input_shape"): shape, "name": "input"}}
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [first] + [
        {"class_name": kind, "config": {"name": name, **settings}} for name, kind, settings, _ in layers]}}


def write(stem, layers, shape):
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        keras3(file, layers)
    with zipfile.ZipFile(stem + ".keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        archive.writestr("config.json", json.dumps(config(layers, shape, True)))
        archive.writestr("model.weights.h5", content.getvalue())
    with open(stem + ".weights.h5", "wb") as file:
        file.write(content.getvalue())
    with h5py.File(stem + ".h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config(layers, shape, False)).encode()
        file.attrs["keras_version"] = b"2.15.0"
        legacy(file.create_group("model_weights"), layers, stem)
    with h5py.File(stem + "-weights.h5", "w") as file:
        legacy(file, layers, stem)


if __name__ == "__main__":
    w = {name: weights for name, _, _, weights in image}
    x = draw(2, 5, 6, 2)
    y = conv(x.astype(float), w["conv2d"]["kernel"], w["conv2d"]["bias"])
    n = w["batch_normalization"]
    y = n["gamma"] * (y - n["moving_mean"]) / np.sqrt(n["moving_variance"] + 0.001) + n["beta"]
    y = np.maximum(y, 0)
    y = conv(y, w["depthwise_conv2d"]["depthwise_kernel"], w["depthwise_conv2d"]["bias"], True)
    s = w["separable_conv2d"]
    y = conv(conv(y, s["depthwise_kernel"], 0, True), s["pointwise_kernel"], s["bias"])
    y = y.reshape(2, -1)
    n = w["head_norm"]
    y = (y - n["moving_mean"]) / np.sqrt(n["moving_variance"] + 0.001) + n["beta"]
    y = np.maximum(y @ w["dense"]["kernel"] + w["dense"]["bias"], 0) @ w["dense_1"]["kernel"] + w["dense_1"]["bias"]

    t = {name: weights for name, _, _, weights in text}
    tokens = rng.randint(0, 7, (3, 5))
    e = t["embedding"]["embeddings"][tokens].astype(float)
    b = t["both"]
    z = np.concatenate([lstm(e, *(b[f"{side}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")), back=side == "backward")
                        for side in ("forward", "backward")], 2)
    n = t["layer_normalization"]
    z = (z - z.mean(2, keepdims=True)) / np.sqrt(z.var(2, keepdims=True) + 0.001) * n["gamma"] + n["beta"]
    z = gru(z, *t["gru"].values()) @ t["dense"]["kernel"] + t["dense"]["bias"]

    print(y.shape, z.shape)
    write("image", image, [None, 5, 6, 2])
    write("text", text, [None, 5])
    json.dump({"image": {"input": x.transpose(0, 3, 1, 2).ravel().tolist(), "output": y.ravel().tolist()},
               "text": {"input": tokens.ravel().tolist(), "output": z.ravel().tolist()}}, open("keras-files.json", "w"))
