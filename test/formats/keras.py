"""Writes keras2.h5, keras1.h5 and keras3.keras beside itself: small models in Keras's layouts, with numpy and h5py.

Keras itself is not run: names, attributes and shapes are those of keras/saving (legacy/hdf5_format.py and
saving_lib.py). Expected outputs are computed here in float64 and printed for pretrained tests.
"""
import io, json, os, zipfile
import h5py, numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(7)
f = lambda *shape: (rng.standard_normal(shape) * 0.5).astype("float32")
kernel, bias = f(3, 3, 2, 4), f(4)
gamma, beta, mean, variance = f(4) + 1, f(4), f(4), np.abs(f(4)) + 0.5
dense, dense_bias = f(4, 3), f(3)
x = (np.arange(2 * 5 * 5 * 2) % 11 / 11).reshape(2, 5, 5, 2)


def forward():
    out = np.zeros((2, 3, 3, 4))
    for i in range(3):
        for j in range(3):
            out[:, i, j] = np.tensordot(x[:, i : i + 3, j : j + 3], kernel.astype(float), 3) + bias
    out = (out - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    out = np.where(out > 0, out, 0.3 * out)
    logits = out.mean((1, 2)) @ dense.astype(float) + dense_bias
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def layer(name, kind, inputs, keras3, **config):
    shape = [2, 5, 5, 4]
    tensor = lambda n: {"class_name": "__keras_tensor__", "config": {"shape": shape, "dtype": "float32", "keras_history": [n, 0, 0]}}
    node = [] if not inputs else [{"args": [tensor(inputs)], "kwargs": {}}] if keras3 else [[[inputs, 0, 0, {}]]]
    return {"class_name": kind, "name": name, "config": {"name": name, "trainable": True, "dtype": "float32", **config}, "inbound_nodes": node}


def config(keras3):
    shape = {"batch_shape" if keras3 else "batch_input_shape": [None, 5, 5, 2]}
    zeros = {"class_name": "Zeros", "config": {}}
    layers = [
        layer("image", "InputLayer", None, keras3, sparse=False, **shape),
        layer("block/conv", "Conv2D", "image", keras3, filters=4, kernel_size=[3, 3], strides=[1, 1], padding="valid", data_format="channels_last",
              dilation_rate=[1, 1], groups=1, activation="linear", use_bias=True, bias_initializer=zeros, kernel_regularizer={"class_name": "L2", "config": {"l2": 0.01}},
              bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None),
        layer("norm", "BatchNormalization", "block/conv", keras3, axis=-1 if keras3 else [3], momentum=0.9, epsilon=1e-3, center=True, scale=True),
        layer("leaky", "LeakyReLU", "norm", keras3, **({"negative_slope": 0.3} if keras3 else {"alpha": 0.3})),
        layer("pool", "GlobalAveragePooling2D", "leaky", keras3, data_format="channels_last", keepdims=False),
        layer("drop", "Dropout", "pool", keras3, rate=0.5, noise_shape=None, seed=None),
        layer("head", "Dense", "drop", keras3, units=3, activation="softmax", use_bias=True),
    ]
    ends = lambda n: [n, 0, 0] if keras3 else [[n, 0, 0]]
    inner = {"name": "net", "trainable": True, "layers": layers, "input_layers": ends("image"), "output_layers": ends("head")}
    return {"class_name": "Functional", "config": inner, **({"module": "keras", "registered_name": "Functional"} if keras3 else {})}


weights = {
    "image": [],
    "block/conv": [("kernel", kernel), ("bias", bias)],
    "norm": [("gamma", gamma), ("beta", beta), ("moving_mean", mean), ("moving_variance", variance)],
    "leaky": [], "pool": [], "drop": [],
    "head": [("kernel", dense), ("bias", dense_bias)],
}


def keras_h5(path, whole):
    with h5py.File(path, "w", track_order=False) as file:
        root = file.create_group("model_weights") if whole else file
        if whole:
            file.attrs["model_config"] = json.dumps(config(False))
            file.attrs["keras_version"] = "2.11.0"
        root.attrs["layer_names"] = np.array([n.encode() for n in weights])
        for name, tensors in weights.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([f"{name}/{k}:0".encode() for k, _ in tensors]) if tensors else np.zeros(0, "S1")
            for k, value in tensors:
                group.create_dataset(f"{name}/{k}:0", data=value)


keras_h5(os.path.join(here, "keras2.h5"), True)
keras_h5(os.path.join(here, "keras2Weights.h5"), False)
held = io.BytesIO()
with h5py.File(held, "w") as file:
    for group, name in [("conv2d", "block/conv"), ("batch_normalization", "norm"), ("dense", "head")]:
        vars_ = file.create_group(f"layers/{group}/vars")
        for i, (_, value) in enumerate(weights[name]):
            vars_.create_dataset(str(i), data=value)
    for group in ["input_layer", "leaky_re_lu", "global_average_pooling2d"]:
        file.create_group(f"layers/{group}/vars")
    file.create_dataset("layers/dropout/seed_generator/vars/0", data=np.array([1, 2], "uint32"))
with zipfile.ZipFile(os.path.join(here, "keras3.keras"), "w") as z:
    z.writestr("metadata.json", json.dumps({"keras_version": "3.3.3", "date_saved": "2024-01-01@00:00:00"}))
    z.writestr("config.json", json.dumps(config(True)))
    z.writestr("model.weights.h5", held.getvalue())
print(json.dumps(forward().round(9).tolist()))
