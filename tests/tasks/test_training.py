# SPDX-License-Identifier: BSD-3-Clause
"""Do the quick pipelines, made smaller, run, and does every task train?

test_training.py EXECUTABLE PIPELINES

The loss must fall below a share of the variance of the targets, which is the loss of the best constant answer: 0.5 for
place and head-direction cells, 0.05 for raw coordinates that are seen at every step. The variance is computed here: the
recorded true latents through the encoding written anew in NumPy.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import netCDF4
import numpy

EXECUTABLE, PIPELINES = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])

FAST = ["stage.train.batch_size=50", "stage.train.learning_rate=0.005"]
UNMASKED = ["stage.train.mask=1", *FAST]


def read_tensor(file, name):
    """One float32 array of a safetensors file: length of the header, header, data."""
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8:8 + length])[name]
    begin, end = (8 + length + at for at in entry["data_offsets"])
    kind = {"F32": "<f4", "F64": "<f8"}[entry["dtype"]]
    return numpy.frombuffer(data[begin:end], kind).reshape(entry["shape"]).astype(float)


def place_cells(position, training):
    """Softmax over cells of -d²/2σ², σ = 0.2 m."""
    centers = read_tensor(training / "weights.safetensors", "task.centers")
    exponent = -((position[:, None, :] - centers) ** 2).sum(-1) / (2 * 0.2 ** 2)
    activity = numpy.exp(exponent - exponent.max(1, keepdims=True))
    return activity / activity.sum(1, keepdims=True)


def head_direction_cells(cells):
    """exp(κ(cos(θ - μ) - 1)), κ = 1/(π/6)², μ evenly from -π to π."""
    preferred = numpy.linspace(-numpy.pi, numpy.pi, cells)
    return lambda angle, training: numpy.exp((numpy.cos(angle - preferred) - 1) / (numpy.pi / 6) ** 2)


def coordinates(position, training):
    return position


class Training(unittest.TestCase):
    def check(self, pipeline, share, encode, settings):
        with tempfile.TemporaryDirectory(prefix="reverie-training-") as folder:
            arguments = [word for setting in settings for word in ("--set", setting)]
            plain = {k: v for k, v in os.environ.items() if k not in ("REVERIE_PLUGIN_PATH", "XDG_DATA_HOME")}
            command = [EXECUTABLE, "run", PIPELINES / (pipeline + ".toml"), "--runs", folder, *arguments]
            done = subprocess.run(command, env={**plain, "HOME": folder}, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            results = pathlib.Path(folder) / pipeline
            with open(results / "train" / "history.csv") as file:
                history = [row for row in csv.DictReader(file) if row["evaluation_loss"]]
            latents = numpy.array(netCDF4.Dataset(results / "awake" / "recording.nc")["latent"][:], float)
            targets = encode(latents.reshape(-1, latents.shape[-1]), results / "train")
            variance = targets.var(0).mean()
            loss = float(history[-1]["evaluation_loss"])
            print(f"{pipeline}: loss {loss:.3g} after {history[-1]['batch']} batches, "
                  f"{loss / variance:.3f} of the variance of the targets ({variance:.3g})", flush=True)
            self.assertLess(loss, share * variance)

    def test_spatial_navigation(self):
        few = [f"stage.{stage}.trials=20" for stage in ("overdamped", "underdamped", "adapted", "untrained_replay")]
        self.check("navigation", 0.5, place_cells,
                   ["task.box.place_cells=64", "network.small.cell.units=64", "stage.train.batches=300",
                    "stage.train.steps=50", *FAST, *few])

    def test_head_direction(self):
        self.check("head_direction", 0.5, head_direction_cells(32),
                   ["task.compass.cells=32", "stage.train.batches=400", *FAST])

    def test_t_maze(self):
        self.check("t_maze", 0.05, coordinates,
                   ["task.maze.steps=50", "network.small.cell.units=32", "stage.train.batches=250", *UNMASKED])

    def test_triangle(self):
        self.check("triangle", 0.05, coordinates,
                   ["task.triangle.steps=50", "network.small.cell.units=32", "stage.train.batches=250", *UNMASKED])

    def test_ornstein_uhlenbeck(self):
        self.check("ornstein_uhlenbeck", 0.05, coordinates,
                   ["task.process.steps=50", "task.process.dt=0.04", "stage.train.batches=400",
                    "stage.train.batch_size=50"])

    def test_gated_network(self):
        self.check("gru", 0.05, coordinates,
                   ["task.maze.steps=50", "network.gated.cell.units=24", "stage.train.batches=250", *UNMASKED,
                    "stage.train.learning_rate=0.01"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
