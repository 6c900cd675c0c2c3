#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A training on several ranks (mpirun) against the same training in one process.

    bench/ranks.py [--executable build/release/bin/reverie] [--units 512] [--batches 12] [--turns 3] [--ranks 1x1 1x2 2x1 4x1]

Trains the spatial network of Krishna et al. (2024) for a few batches with every RANKSxTHREADS, in turns, and prints the
median time of a batch, without the first ones, and its ratio to one process with one thread. Standard library only.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

PIPELINE = """\
[task.box]
plugin = "spatial_navigation"
[network.large]
cell = {{ plugin = "leaky_rnn", units = {units} }}
noise = 0.01
[stage.train]
run = "train"
task = "box"
network = "large"
batches = {batches}
"""


def seconds_of_batch(executable, folder, runs, ranks, threads):
    launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launcher, executable, "run", "ranks.toml", "--json", "--runs", runs, "--threads", str(threads),
                           "--page", "0", "--in-process"], cwd=folder, check=True, capture_output=True, text=True)
    return next(e["seconds"] for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "finished")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--executable", type=pathlib.Path, default=pathlib.Path("build/release/bin/reverie"))
    options.add_argument("--units", type=int, default=512)
    options.add_argument("--batches", type=int, default=12)
    options.add_argument("--turns", type=int, default=3)
    options.add_argument("--ranks", nargs="+", default=["1x1", "1x2", "2x1", "4x1"])
    given = options.parse_args()
    times = {shape: [] for shape in given.ranks}
    few = 2
    with tempfile.TemporaryDirectory(prefix="reverie-ranks-") as folder:
        for turn in range(given.turns):
            for shape in given.ranks:
                ranks, threads = map(int, shape.split("x"))
                spent = []
                for batches in (few, few + given.batches):
                    (pathlib.Path(folder) / "ranks.toml").write_text(PIPELINE.format(units=given.units, batches=batches))
                    spent.append(seconds_of_batch(given.executable.resolve(), folder, f"{shape}-{batches}-{turn}", ranks, threads))
                times[shape].append((spent[1] - spent[0]) / given.batches)
    first = statistics.median(times[given.ranks[0]])
    for shape, all_of_it in times.items():
        batch = statistics.median(all_of_it)
        print(f"{shape:>6}  {batch:.3f} s a batch  {first / batch:.2f} times the speed of {given.ranks[0]}")


main()
