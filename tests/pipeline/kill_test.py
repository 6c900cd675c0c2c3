# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 at random moments: a run that is killed again and again ends with the bytes of an undisturbed one.

kill_test.py EXECUTABLE [KILLS]; standard library only. Parent and children die at once, at moments drawn from a seeded
generator, over training, simulation, measurement, figure and publishing. A round ends when a run comes through; then its
store, without what killed processes left (`reverie clean`), is compared, file by file, with that of an undisturbed run
(all but provenance.json, which has the clock). Each kill of a round gives the next run more time: on a machine that
became busier than it was at first, none would come through.
"""
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, environment

KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 50

PIPELINE = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = { plugin = "leaky_rnn", units = 16 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 300
batch_size = 25
evaluate = { every = 50, trials = 25 }
[stage.other]
run = "train"
task = "box"
network = "small"
batches = 150
seed = 1
batch_size = 25
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 200
[stage.replay]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 400
steps = 200
record = ["state"]
[stage.divergence]
run = "measure"
metric = { plugin = "kde_divergence", samples = 500 }
awake = "awake"
replay = "replay"
[stage.paths]
run = "figure"
draw = { kind = "paths", of = ["awake", "replay"] }
"""


def command(runs):
    return [EXECUTABLE, "run", "kill.toml", "--quiet", "--runs", runs, "--threads", "2", "--checkpoint", "0.03"]


def children_of(process):
    """Children now; they are in process groups of their own."""
    try:
        return [int(pid) for pid in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def files_of(store):
    return {str(path.relative_to(store)): path.read_bytes()
            for path in store.rglob("*") if path.is_file() and path.name != "provenance.json"}


def complete(runs, folder, variables):
    """Runs to the end; an error where it fails or says a word of damage."""
    done = subprocess.run(command(runs), cwd=folder, env=variables, capture_output=True, text=True, timeout=120)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"the run after the kills failed ({done.returncode}): {done.stderr}")
    clean = [EXECUTABLE, "clean", "--runs", runs, "--yes"]
    subprocess.run(clean, cwd=folder, env=variables, capture_output=True, check=True)


def main():
    moments = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="reverie-kill-") as name:
        folder = pathlib.Path(name)
        variables = environment(name)
        (folder / "kill.toml").write_text(PIPELINE)
        begun = time.monotonic()
        complete("undisturbed", folder, variables)
        whole = time.monotonic() - begun
        expected = files_of(folder / "undisturbed/store")
        kills = rounds = resumed = 0
        while kills < KILLS:
            runs = f"runs{rounds}"
            rounds += 1
            patience = 0.5 * whole
            while True:
                process = subprocess.Popen(command(runs), cwd=folder, env=variables, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                try:
                    process.wait(moments.uniform(0, patience))
                except subprocess.TimeoutExpired:
                    children = children_of(process.pid)
                    for pid in [process.pid, *children] if kills % 2 else [process.pid]:  # every other time the parent
                        try:                                                              # alone: children must follow
                            os.kill(pid, signal.SIGKILL)
                        except ProcessLookupError:
                            pass
                    process.wait()
                    kills += 1
                    patience *= 1.1
                    if patience > 60 * whole:
                        sys.exit(f"after {kills} kills no run comes through in {patience:.0f} s")
                    resumed += any((folder / runs / "store").glob(".work-*/checkpoint.safetensors"))
                    process.stderr.close()
                    continue
                words = process.stderr.read().decode()
                process.stderr.close()
                if process.returncode != 0 or words:
                    sys.exit(f"a run after {kills} kills failed ({process.returncode}): {words}")
                break
            complete(runs, folder, variables)
            found = files_of(folder / runs / "store")
            for file in sorted(expected.keys() | found.keys()):
                if expected.get(file) != found.get(file):
                    sys.exit(f"after {kills} kills {file} is not as in the undisturbed run")
        if not resumed:
            sys.exit("no kill left a checkpoint: the test did not test resuming")
        print(f"{kills} kills in {rounds} rounds, {resumed} with a checkpoint; {len(expected)} files equal each time")


main()
