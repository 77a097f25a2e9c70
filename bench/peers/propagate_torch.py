"""WAML layers (METHOD, "WAML layers") over a graph in PyTorch's CSR format, on the CPU.

Reads the folder that bench/src/benchmarks/propagate.ts writes: offsets.u32, neighbours.u32 and matrix.f32, row-major.
Prints one JSON object a run: {"seconds", "cpu_seconds"}. Exits with 3 where PyTorch is not installed.
"""

import argparse
import json
import pathlib
import sys
import time
import warnings

try:
    import torch
except ImportError:
    sys.exit(3)


def column(folder, name, dtype):
    return torch.frombuffer(bytearray((folder / name).read_bytes()), dtype=dtype)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dimensions", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--alphas", type=json.loads, required=True)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    warnings.filterwarnings("ignore", message="Sparse CSR tensor support")

    offsets = column(given.folder, "offsets.u32", torch.int32)
    neighbours = column(given.folder, "neighbours.u32", torch.int32)
    rows = len(offsets) - 1
    h0 = column(given.folder, "matrix.f32", torch.float32).view(rows, given.dimensions)
    ones = torch.ones(len(neighbours))
    graph = torch.sparse_csr_tensor(offsets, neighbours, ones, (rows, rows))

    for _ in range(given.runs):
        cpu, start = time.process_time(), time.perf_counter()
        h = h0
        for alpha in given.alphas:
            h = torch.nn.functional.normalize(h)
            heard = torch.nn.functional.normalize(graph @ h)
            h = alpha * h + (1 - alpha) * heard
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "cpu_seconds": time.process_time() - cpu}), flush=True)


main()
