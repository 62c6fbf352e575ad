"""PyTorch as a contestant, one thread: reads a request a line, answers with a line of JSON.

    {"open": problem, "folder": where weights and data lie}   -> {"check": numbers}
    {"run": n}                                                -> {"wall": ms, "cpu": ms}
"""

import functools
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def read(folder, name, shape, dtype=np.float32):
    return torch.from_numpy(np.fromfile(os.path.join(folder, name), dtype).reshape(shape))


def forward(params, x):
    for i in range(0, len(params), 2):
        x = F.linear(x, params[i], params[i + 1])
        if i + 2 < len(params):
            x = F.relu(x)
    return x


def image_forward(problem, params, x):
    """Logits of a net of images; x is [batch, channels, rows, columns]."""
    params = iter(params)
    for layer in problem["layers"]:
        if layer.get("pool"):
            x = F.max_pool2d(x, 2)
        elif layer.get("flatten"):
            x = x.permute(0, 2, 3, 1).flatten(1)
        elif layer.get("average"):
            x = x.mean((2, 3))
        else:
            norm = layer.get("norm")
            weight = next(params)
            bias = None if norm else next(params)
            if "conv" in layer:
                x = F.conv2d(x, weight, bias, padding=1 if layer.get("same") else 0)
            else:
                x = F.linear(x, weight, bias)
            if norm:
                x = F.batch_norm(x, None, None, next(params), next(params), True, 0.1, 1e-5)
            if layer.get("relu"):
                x = F.relu(x)
    return x


def image_parameters(problem, folder):
    """Kernels [3, 3, in, out] and [in, out] as PyTorch has them, [out, in, 3, 3] and [out, in]."""
    params, (rows, columns, channels) = [], problem["shape"]

    def take(*shape):
        params.append(read(folder, f"w{len(params)}", shape))

    for layer in problem["layers"]:
        if layer.get("pool"):
            rows, columns = rows // 2, columns // 2
        elif layer.get("flatten"):
            channels *= rows * columns
        elif "conv" in layer or "dense" in layer:
            width = layer.get("conv") or layer.get("dense")
            if "conv" in layer:
                take(3, 3, channels, width)
                params[-1] = params[-1].permute(3, 2, 0, 1).contiguous()
                if not layer.get("same"):
                    rows, columns = rows - 2, columns - 2
            else:
                take(channels, width)
                params[-1] = params[-1].t().contiguous()
            for _ in range(2 if layer.get("norm") else 1):
                take(width)
            channels = width
    return params


def parameters(problem, folder):
    if "layers" in problem:
        return image_parameters(problem, folder)
    params, width = [], problem["inputs"]
    for i, n in enumerate(problem["units"]):
        kernel = read(folder, f"w{2 * i}", (width, n)).t().contiguous()
        params += [kernel, read(folder, f"w{2 * i + 1}", (n,))]
        width = n
    return params


def train(problem, folder):
    batch, batches = problem["batch"], problem["batches"]
    params = [p.requires_grad_(True) for p in parameters(problem, folder)]
    x = read(folder, "x", (batches, batch, problem["inputs"]))
    y = read(folder, "y", (batches, batch), np.int32).long()
    net = forward
    if "layers" in problem:
        x = x.reshape(batches, batch, *problem["shape"]).permute(0, 1, 4, 2, 3).contiguous()
        net = functools.partial(image_forward, problem)
    rule = problem["optimizer"]
    if rule["name"] == "adam":
        optimizer = torch.optim.Adam(params, lr=rule["learningRate"])
    else:
        optimizer = torch.optim.SGD(params, lr=rule["learningRate"], momentum=rule["momentum"], nesterov=rule.get("nesterov", False))
    taken = 0

    def step():
        nonlocal taken
        i = taken % batches
        taken += 1
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(params, x[i]), y[i])
        loss.backward()
        optimizer.step()
        return loss

    return step, lambda: [sum(step().item() for _ in range(batches)) / batches for _ in range(3)]


def gpt(problem, folder):
    d, heads, context = problem["features"], problem["heads"], problem["context"]
    vocabulary, batch, batches = problem["vocabulary"], problem["batch"], problem["batches"]
    square, vector = (d, d), (d,)
    products = [square, vector] * 4
    layer = [vector, vector, *products, vector, vector, (d, 4 * d), (4 * d,), (4 * d, d), vector]
    shapes = [(vocabulary, d), (context, d), *layer * problem["depth"], vector, vector, (d, vocabulary)]
    params = [read(folder, f"w{i}", s).requires_grad_(True) for i, s in enumerate(shapes)]
    tokens = [read(folder, name, (batches, batch, context), np.int32).long() for name in ("x", "y")]
    decayed = [p for p in params if p.dim() == 2]
    rule = problem["optimizer"]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": rule["weightDecay"]},
         {"params": [p for p in params if p.dim() == 1], "weight_decay": 0}],
        lr=rule["learningRate"],
    )
    mask = torch.full((context, context), float("-inf")).triu(1)

    def logits(x):
        rest = iter(params)
        take = lambda: next(rest)
        norm = lambda h: F.layer_norm(h, (d,), take(), take())
        product = lambda h: h @ take() + take()
        h = take()[x] + take()
        for _ in range(problem["depth"]):
            a = norm(h)
            q, k, v = (product(a).view(batch, context, heads, -1).transpose(1, 2) for _ in range(3))
            p = F.softmax(q @ k.transpose(2, 3) / (d // heads) ** 0.5 + mask, -1)
            h = h + product((p @ v).transpose(1, 2).reshape(batch, context, d))
            h = h + product(F.gelu(product(norm(h)), approximate="tanh"))
        return norm(h) @ take()

    taken = 0

    def step():
        nonlocal taken
        x, y = (t[taken % batches] for t in tokens)
        taken += 1
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(logits(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        return loss

    return step, lambda: [sum(step().item() for _ in range(batches)) / batches for _ in range(3)]


def optimizer(problem, folder):
    p = read(folder, "p", (problem["size"],)).requires_grad_(True)
    p.grad = read(folder, "g", (problem["size"],))
    rule = torch.optim.Adam([p], lr=1e-3)

    def check():
        for _ in range(3):
            rule.step()
        return p[:4].tolist()

    return rule.step, check


def inference(problem, folder):
    params = parameters(problem, folder)
    x = read(folder, "x", (problem["batch"], problem["inputs"]))
    net = forward
    if "layers" in problem:
        x = x.reshape(-1, *problem["shape"]).permute(0, 3, 1, 2).contiguous()
        net = functools.partial(image_forward, problem)

    def step():
        with torch.no_grad():
            return F.softmax(net(params, x), -1)

    return step, lambda: step().flatten()[:4].tolist()


KINDS = {"train": train, "gpt": gpt, "optimizer": optimizer, "inference": inference}
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "open" in request:
        problem = request["open"]
        step, check = KINDS[problem["kind"]](problem, request["folder"])
        answer = {"check": check()}
    else:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(request["run"]):
            step()
        answer = {"wall": 1e3 * (time.perf_counter() - wall), "cpu": 1e3 * (time.process_time() - cpu)}
    print(json.dumps(answer), flush=True)
