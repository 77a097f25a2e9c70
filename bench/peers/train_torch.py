"""One training step of the network (METHOD, "BERT-FFN layers" and "Training") in PyTorch, on the CPU, again and again.

Prints one JSON object: {"steps_per_second", "torch"}, the best of --runs. Exits with 3 where PyTorch is not installed.
"""

import argparse
import json
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(3)

from torch.nn import functional as F


class Block(torch.nn.Module):
    def __init__(self, dimensions, beta, dropout):
        super().__init__()
        self.norm = torch.nn.LayerNorm(dimensions)
        self.first = torch.nn.Linear(dimensions, 4 * dimensions)
        self.second = torch.nn.Linear(4 * dimensions, dimensions)
        self.beta, self.dropout = beta, dropout

    def forward(self, x):
        x3 = self.second(F.gelu(self.first(self.norm(x))))
        return x + self.beta * F.normalize(F.dropout(x3, self.dropout, self.training))


def contrastive(sellers, products, temperature):
    """Mean over the edges (s, p): s against the other 2N - 1 nodes of the batch."""
    edges = len(sellers)
    logits = sellers @ torch.cat([products, sellers]).T / temperature
    logits[:, edges:].fill_diagonal_(-1e9)
    return F.cross_entropy(logits, torch.arange(edges))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--edges", type=int, required=True)
    parser.add_argument("--dimensions", type=int, required=True)
    parser.add_argument("--blocks", type=int, required=True)
    parser.add_argument("--dropout", type=float, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--runs", type=int, required=True)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(1)

    blocks = [Block(given.dimensions, 0.3, given.dropout) for _ in range(given.blocks)]
    network = torch.nn.Sequential(*blocks)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0.01)
    rows = F.normalize(torch.randn(2 * given.edges, given.dimensions))

    def step():
        optimizer.zero_grad()
        output = F.normalize(network(rows))
        loss = contrastive(output[: given.edges], output[given.edges :], 0.1)
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(3):
        step()
    best = 0.0
    for _ in range(given.runs):
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < given.seconds:
            step()
            steps += 1
        best = max(best, steps / (time.perf_counter() - start))
    print(json.dumps({"steps_per_second": best, "torch": torch.__version__}))


main()
