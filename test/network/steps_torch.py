"""Writes steps-torch.json: the network's first and third training step, in PyTorch.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python test/network/steps_torch.py > test/network/steps-torch.json

Weights and rows are the sines that steps.spec.ts makes again. The network is written as METHOD has it, with PyTorch's
own layers, gradients and AdamW.
"""

import json
import math
import sys

import torch
from torch.nn import functional as F

DIMENSIONS, EDGES, BLOCKS, BETA, TEMPERATURE = 4, 5, 2, 0.3, 0.1
SELLERS, PRODUCTS = [1, 1, 2, 3, 4], [10, 11, 11, 12, 13]


def sines(count, offset, scale):
    values = [scale * math.sin(1 + 12.9898 * i + 78.233 * offset) for i in range(count)]
    return torch.tensor(values, dtype=torch.float32)


def parameter(offset, *shape):
    return torch.nn.Parameter(sines(math.prod(shape), offset, 0.5).reshape(shape))


blocks = []
for j in range(BLOCKS):
    o = 6 * j
    blocks.append(
        {
            "gain": parameter(o, DIMENSIONS),
            "shift": parameter(o + 1, DIMENSIONS),
            "w1": parameter(o + 2, DIMENSIONS, 4 * DIMENSIONS),
            "b1": parameter(o + 3, 4 * DIMENSIONS),
            "w2": parameter(o + 4, 4 * DIMENSIONS, DIMENSIONS),
            "b2": parameter(o + 5, DIMENSIONS),
        }
    )
rows = sines(2 * EDGES * DIMENSIONS, 100, 1).reshape(2 * EDGES, DIMENSIONS)
parameters = [value for block in blocks for value in block.values()]
optimizer = torch.optim.AdamW(
    [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ],
    lr=1e-2,
)

mask = torch.zeros(EDGES, 2 * EDGES, dtype=torch.bool)
for i in range(EDGES):
    listed = {p for s, p in zip(SELLERS, PRODUCTS) if s == SELLERS[i]}
    for j in range(EDGES):
        mask[i, j] = j != i and PRODUCTS[j] in listed
        mask[i, EDGES + j] = SELLERS[j] == SELLERS[i]


def loss_now():
    x = rows
    for block in blocks:
        x1 = F.layer_norm(x, (DIMENSIONS,), block["gain"], block["shift"])
        x2 = F.gelu(x1 @ block["w1"] + block["b1"])
        x3 = x2 @ block["w2"] + block["b2"]
        x = x + BETA * x3 / x3.norm(dim=1, keepdim=True)
    e = x / x.norm(dim=1, keepdim=True)
    logits = (e[EDGES:] @ e.T / TEMPERATURE).masked_fill(mask, -math.inf)
    return F.cross_entropy(logits, torch.arange(EDGES))


steps = []
for _ in range(3):
    optimizer.zero_grad()
    loss = loss_now()
    loss.backward()
    optimizer.step()
    steps.append(
        {
            "loss": round(loss.item(), 7),
            "parameters": [[round(v, 7) for v in p.detach().flatten().tolist()] for p in parameters],
        }
    )
json.dump({"torch": torch.__version__, "first": steps[0], "third": steps[2]}, sys.stdout)
print()
