#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Metrics stream: recordings larger than the memory they are given.

Usage: large_recording.py REVERIE [--gib 4] [--limit-gib 1] [--folder /tmp]

Writes a recording of states and one of positions of the given size, one after the other, runs metrics on them, and fails
where one of them used more memory than the limit (largest resident set of the command)."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import netCDF4
import numpy

arguments = argparse.ArgumentParser()
arguments.add_argument("reverie")
arguments.add_argument("--gib", type=float, default=4)
arguments.add_argument("--limit-gib", type=float, default=1)
arguments.add_argument("--folder")
options = arguments.parse_args()


def write(path, last, steps, width, variables):
    """Variables [trial, time, last] with a common total size of --gib: random walks that decay, repeated with other signs."""
    trials = int(options.gib * 2**30 / len(variables) / (4 * steps * width))
    random = numpy.random.default_rng(1)
    block = random.normal(size=(64, steps, width)).astype("f4").cumsum(1) * 0.01
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("trial", trials), ("time", steps), (last, width)):
            file.createDimension(name, size)
        for name in variables:
            variable = file.createVariable(name, "f4", ("trial", "time", last), chunksizes=(1, steps, width))
            variable.set_var_chunk_cache(0, 0, 0)
            for first in range(0, trials, 64):
                count = min(64, trials - first)
                variable[first : first + count] = (block * numpy.float32(random.normal()))[:count]
    return trials


def measure(metric, *rest):
    """Seconds and largest resident memory (GiB) of one run."""
    start = time.monotonic()
    child = subprocess.Popen([options.reverie, "measure", metric, *rest], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{metric} failed")
    return time.monotonic() - start, usage.ru_maxrss / 2**20


exceeded = []
with tempfile.TemporaryDirectory(dir=options.folder) as folder:
    path = os.path.join(folder, "recording.nc")
    runs = [
        (("unit", 200, 512, ["state"]), [("explained_variance", ["--fit", path])]),
        (
            ("space", 2000, 2, ["position", "latent"]),
            [
                (metric, ["--recording", path])
                for metric in ("total_variance", "stepwise_distance", "path_length", "displacement", "occupancy",
                               "diffusion_exponent", "polar_histogram", "decoding_error")
            ] + [("mean_paths", ["--awake", path, "--replay", path]),
                 ("marginal_distance", ["--awake", path, "--replay", path]),
                 ("reach_time", ["--awake", path, "--replay", path, "--set", "endpoints=[[0.3,0.3]]"])],
        ),
    ]
    for layout, metrics in runs:
        trials = write(path, *layout)
        print(f"{os.path.getsize(path) / 2**30:.2f} GiB: {trials} trials of {layout[1]} x {layout[2]}, {layout[3]}")
        for metric, rest in metrics:
            seconds, gib = measure(metric, *rest)
            print(f"  {metric:20} {seconds:6.1f} s  {gib:.3f} GiB", flush=True)
            if gib > options.limit_gib:
                exceeded.append(metric)
        os.remove(path)
if exceeded:
    sys.exit(f"more than {options.limit_gib} GiB: {', '.join(exceeded)}")
