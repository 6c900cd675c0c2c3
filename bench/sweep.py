#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How well `reverie run` fills the machine: a sweep of 30 short trainings on 2 threads.

    bench/sweep.py [--executable build/release/bin/reverie] [--stages 30] [--threads 2] [--batches 150]

Prints the time of the whole command, the sum of the times that each training takes on one thread with nothing beside it
(the same plan with --threads 1), divided by the threads, and the ratio of the two. It needs a machine that does nothing
else; what holds on a busy one too is the share of the run's time x threads in which no stage was at work (planning,
starting, publishing, the last stage alone). Standard library only.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile
import time

HEAD = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 64
[network.small]
cell = { plugin = "leaky_rnn", units = 64 }
"""
STAGE = """\
[stage.train{n}]
run = "train"
task = "box"
network = "small"
batches = {batches}
batch_size = 50
seed = {n}
"""


def seconds(executable, folder, runs, threads):
    """Time of the command, and the sum of its stages' own times."""
    begun = time.monotonic()
    done = subprocess.run([executable, "run", "sweep.toml", "--json", "--runs", runs, "--threads", str(threads)],
                          cwd=folder, check=True, capture_output=True, text=True)
    whole = time.monotonic() - begun
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return whole, sum(e["seconds"] for e in events if e["event"] == "finished")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--executable", type=pathlib.Path, default=pathlib.Path("build/release/bin/reverie"))
    options.add_argument("--stages", type=int, default=30)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--batches", type=int, default=150)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="reverie-sweep-") as folder:
        text = HEAD + "".join(STAGE.format(n=n, batches=given.batches) for n in range(given.stages))
        (pathlib.Path(folder) / "sweep.toml").write_text(text)
        executable = given.executable.resolve()
        _, alone = seconds(executable, folder, "alone", 1)
        whole, worked = seconds(executable, folder, "together", given.threads)
        ideal = alone / given.threads
        print(f"{given.stages} trainings on {given.threads} threads: {whole:.2f} s; sum of their times on one thread "
              f"{alone:.2f} s / {given.threads} = {ideal:.2f} s; ratio {whole / ideal:.3f}; without a stage at "
              f"work: {100 * (1 - worked / (whole * given.threads)):.1f} % of the time x threads")


main()
