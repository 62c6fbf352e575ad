"""PyTorch's side of the parity check, written as its users write it. One task, named by a folder:

    python3 parity.py FOLDER    task.json, trainX, trainY, testX, testY -> a line of JSON a seed
"""

import json
import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


class Image(nn.Module):
    """Channels first, as PyTorch has images."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(-1, *self.shape).permute(0, 3, 1, 2).contiguous()


class Average(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def classifier(problem):
    if "layers" not in problem:
        widths = [problem["inputs"], *problem["units"]]
        layers = []
        for before, after in zip(widths, widths[1:]):
            layers += [nn.Linear(before, after), nn.ReLU()]
        return nn.Sequential(*layers[:-1])
    rows, columns, channels = problem["shape"]
    layers = [Image(problem["shape"])]
    for layer in problem["layers"]:
        norm, same = layer.get("norm", False), layer.get("same", False)
        if layer.get("pool"):
            layers.append(nn.MaxPool2d(2))
            rows, columns = rows // 2, columns // 2
        elif layer.get("flatten"):
            layers.append(nn.Flatten())
            channels *= rows * columns
        elif layer.get("average"):
            layers.append(Average())
        elif "conv" in layer:
            layers.append(nn.Conv2d(channels, layer["conv"], 3, padding=1 if same else 0, bias=not norm))
            channels = layer["conv"]
            if not same:
                rows, columns = rows - 2, columns - 2
        else:
            layers.append(nn.Linear(channels, layer["dense"]))
            channels = layer["dense"]
        if norm:
            layers.append(nn.BatchNorm2d(channels, eps=1e-5, momentum=1 - problem["norm"]["momentum"]))
        if layer.get("relu"):
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.q, self.k, self.v, self.out = (nn.Linear(d, d) for _ in range(4))
        self.wide, self.narrow = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        n, t, d = x.shape
        a = self.norm1(x)
        q, k, v = (f(a).view(n, t, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        mask = torch.full((t, t), float("-inf")).triu(1)
        p = F.softmax(q @ k.transpose(2, 3) / (d // self.heads) ** 0.5 + mask, -1)
        x = x + self.out((p @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.narrow(F.gelu(self.wide(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, problem):
        super().__init__()
        d = problem["features"]
        self.tokens = nn.Embedding(problem["vocabulary"], d)
        self.positions = nn.Embedding(problem["context"], d)
        self.blocks = nn.Sequential(*(Block(d, problem["heads"]) for _ in range(problem["depth"])))
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, problem["vocabulary"], bias=False)

    def forward(self, x):
        h = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        return self.head(self.norm(self.blocks(h)))


def initialize(model, draw):
    for name, p in model.named_parameters():
        if p.dim() > 1:
            draw(p)
        elif name.endswith("bias"):
            nn.init.zeros_(p)


def optimizer_of(rule, model):
    if rule["name"] == "adam":
        return torch.optim.Adam(model.parameters(), lr=rule["learningRate"])
    return torch.optim.SGD(
        model.parameters(), lr=rule["learningRate"], momentum=rule["momentum"], nesterov=rule.get("nesterov", False)
    )


def train_classes(task, read):
    problem = task["problem"]
    (x, y), (tx, ty) = ((read(f"{part}X", np.float32), read(f"{part}Y", np.int32).long()) for part in ("train", "test"))
    x, tx = x.view(len(y), -1), tx.view(len(ty), -1)
    model = classifier(problem)
    initialize(model, nn.init.xavier_uniform_)
    optimizer = optimizer_of(problem["optimizer"], model)
    for _ in range(task["epochs"]):
        for rows in torch.randperm(len(y)).split(task["batch"]):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in tx.split(200)])
    return {"loss": F.cross_entropy(logits, ty).item(), "accuracy": (logits.argmax(1) == ty).float().mean().item()}


def train_text(task, read):
    problem = task["problem"]
    context, rule = problem["context"], problem["optimizer"]
    text = read("trainX", np.int32).long()
    tx, ty = (read(name, np.int32).long().view(-1, context) for name in ("testX", "testY"))
    model = GPT(problem)
    initialize(model, lambda p: nn.init.normal_(p, 0, 0.02))
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": rule["weightDecay"]},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rule["learningRate"])
    for _ in range(task["steps"]):
        at = torch.randint(len(text) - context, (task["batch"], 1)) + torch.arange(context)
        optimizer.zero_grad()
        F.cross_entropy(model(text[at]).flatten(0, 1), text[at + 1].flatten()).backward()
        optimizer.step()
    with torch.no_grad():
        loss = sum(F.cross_entropy(model(a).flatten(0, 1), b.flatten(), reduction="sum").item() for a, b in zip(tx.split(16), ty.split(16)))
    return {"loss": loss / ty.numel()}


folder = sys.argv[1]
with open(os.path.join(folder, "task.json")) as file:
    task = json.load(file)
read = lambda name, dtype: torch.from_numpy(np.fromfile(os.path.join(folder, name), dtype))
train = train_text if task["problem"].get("kind") == "gpt" else train_classes
for seed in task["seeds"]:
    torch.manual_seed(seed)
    print(json.dumps(train(task, read)), flush=True)
