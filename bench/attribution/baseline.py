"""The same tasks in NumPy, float32, on one thread. Prints one JSON object: CPU milliseconds by task."""

import json
import sys
import time

import numpy as np


def cpu_ms(work, repetitions=3):
    """The middle of several repetitions after one that does not count."""
    work()
    times = []
    for _ in range(repetitions):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return sorted(times)[repetitions // 2]


def unit_rows(rng, n, dims):
    rows = rng.standard_normal((n, dims), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def search(rng, n, dims, top):
    rows, query = unit_rows(rng, n, dims), unit_rows(rng, 1, dims)[0]

    def work():
        scores = rows @ query
        best = np.argpartition(-scores, top)[:top]
        return best[np.argsort(-scores[best])]

    return cpu_ms(work)


def codes(mapped):
    return np.rint(7 * mapped / np.abs(mapped).max(axis=1, keepdims=True)).astype(np.int8)


def sketch_random(rng, x, dims):
    projection = rng.choice(np.float32([-1, 1]), (x.shape[1], dims)) / np.float32(np.sqrt(dims))

    def work():
        y = x @ projection
        fisher = (y.T @ y).astype(np.float64) / len(x)
        lower = np.linalg.cholesky(fisher + 0.01 * np.trace(fisher) * np.eye(dims))
        return codes(y @ np.linalg.inv(lower).T.astype(np.float32))

    return cpu_ms(work, 1)


def sketch_pca(x, dims):
    def work():
        fisher = (x.T @ x).astype(np.float64) / len(x)
        values, vectors = np.linalg.eigh(fisher)
        values, vectors = values[::-1][:dims], vectors[:, ::-1][:, :dims]
        scale = np.sqrt(np.mean([1 / (values + rel * np.trace(fisher)) for rel in (0.001, 0.01)], axis=0))
        return codes(x @ (vectors * scale).astype(np.float32))

    return cpu_ms(work, 1)


def copies(rng, n, dims):
    rows = unit_rows(rng, n, dims)
    return cpu_ms(lambda: np.argwhere(np.triu(rows @ rows.T >= 0.7, 1)))


def main():
    sizes = json.loads(sys.argv[1])
    rng = np.random.default_rng(1)
    gradients = rng.standard_normal((sizes["gradients"], sizes["width"]), dtype=np.float32)
    print(
        json.dumps(
            {
                "version": np.__version__,
                "sketchRandom": sketch_random(rng, gradients, sizes["dims"]),
                "sketchPca": sketch_pca(gradients, sizes["dims"]),
                "copies": copies(rng, sizes["copies"], sizes["dims"]),
                "search": search(rng, sizes["rows"], sizes["dims"], sizes["top"]),
            }
        )
    )


if __name__ == "__main__":
    main()
