"""Compares a .keras file that we wrote with one in Keras's layout, and .h5 files with others, as h5py reads them.

    compareKeras.py OURS THEIRS    prints what differs, a line each; nothing where all is equal
"""
import io, json, sys, zipfile
import h5py, numpy as np


def content(file):
    groups, datasets = {}, {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            datasets[name] = (item.dtype.str, item.shape, item[()])
        else:
            groups[name] = dict(item.attrs)

    file.visititems(visit)
    return groups, datasets


def differ(ours, theirs):
    (own_groups, own), (their_groups, their) = content(ours), content(theirs)
    for name in their_groups:
        if name not in own_groups:
            print("no group", name)
    for name in sorted(set(own) | set(their)):
        if name not in own or name not in their:
            print("dataset only in", "theirs" if name in their else "ours", name)
            continue
        (d, s, a), (e, t, b) = own[name], their[name]
        if (d, s) != (e, t):
            print("type or shape", name, d, s, e, t)
        elif "seed_generator" not in name and a.tobytes() != b.tobytes():
            print("bytes", name)


def texts(value):
    return [t.decode() if isinstance(t, bytes) else t for t in value]


def layers(file):
    """Arrays of each layer in order, of a file of Keras 1 or 2."""
    root = file["model_weights"] if "model_weights" in file else file
    for name in texts(root.attrs["layer_names"]):
        group = root[name]
        arrays = [group[path][()] for path in texts(group.attrs["weight_names"])]
        if arrays:
            yield name, arrays


def without(value):
    """JSON without what differs from one version of Keras to the next."""
    if isinstance(value, dict):
        return {k: without(v) for k, v in value.items() if k not in ("module", "registered_name", "build_config")}
    return [without(v) for v in value] if isinstance(value, list) else value


def config(ours, theirs, path=""):
    """All that theirs says, ours says too."""
    # A single tensor may be told as [name, 0, 0] or as a list of one.
    if path.endswith("_layers") and theirs and isinstance(theirs[0], str):
        theirs = [theirs]
    if path.endswith("/dtype"):
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key, value in theirs.items():
            if key not in ours:
                # What stands at its default may be left out.
                if value not in (None, False) and key not in ("shape", "trainable"):
                    print("config lacks", path + "/" + key, value)
            elif key != "shape":
                config(ours[key], value, path + "/" + key)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        for i, value in enumerate(theirs):
            config(ours[i], value, path + "/" + str(i))
    elif ours != theirs and str(theirs).replace("/", "_") != ours:
        print("config", path, ours, theirs)


ours, theirs = sys.argv[1:]
if ours.endswith(".keras"):
    a, b = zipfile.ZipFile(ours), zipfile.ZipFile(theirs)
    if sorted(a.namelist()) != sorted(b.namelist()):
        print("files", a.namelist(), b.namelist())
    own, their = (json.loads(z.read("config.json")) for z in (a, b))
    for name in ("module", "class_name", "registered_name"):
        if own[name] != their[name]:
            print(name, own[name], their[name])
    config(without(own), without(their))
    if set(json.loads(b.read("metadata.json"))) - set(json.loads(a.read("metadata.json"))):
        print("metadata")
    differ(*(h5py.File(io.BytesIO(z.read("model.weights.h5"))) for z in (a, b)))
else:
    own, their = (list(layers(h5py.File(path))) for path in (ours, theirs))
    if len(own) != len(their):
        print("layers", len(own), len(their))
    for (name, arrays), (other, others) in zip(own, their):
        if [x.shape for x in arrays] != [x.shape for x in others]:
            print("shapes", name, other)
        elif any(x.astype("<f4").tobytes() != y.astype("<f4").tobytes() for x, y in zip(arrays, others)):
            print("bytes", name, other)
