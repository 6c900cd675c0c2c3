# SPDX-License-Identifier: BSD-3-Clause
"""Seconds of one training step in PyTorch: the network and task of `reverie bench train`.

    step.py {module,lean,published} [--threads N] [--precision float32|bfloat16] [--batches N] [--published FOLDER]

A step generates 200 trajectories of 100 steps (NumPy), encodes them by 512 place cells (softmax of squared distances),
runs r' = r + alpha (-r + relu(W_rec r + W_in x)) + noise with 512 units from an encoded start, reads out, takes the mean
squared error, goes back and applies Adam. Forms:

  module      as most people write it: a module that steps through time, reading out at every step
  lean        the same arithmetic with as few calls as it takes: noise, input and read-out products for all steps at once
  published   the code of Krishna et al. (ICLR 2024) in FOLDER (github.com/nandahkrishna/RNNReactivation), its own
              generator, model, loss and metrics in the order of its trainer

Prints one JSON object: seconds of each batch but the first, which warms up, and the last loss.
"""
import argparse
import json
import math
import sys
import time

import numpy as np
import torch

BATCH, STEPS, UNITS, CELLS, INPUTS = 200, 100, 512, 512, 2
ALPHA, NOISE, LEARNING_RATE = 0.2, 0.01, 1e-3
BOX, DT, SPEED, TURN = 2.2, 0.02, 0.26 * math.pi, 11.52
WALL_DISTANCE, WALL_SLOWING, WIDTH = 0.03, 0.25, 0.2


def trajectories(random):
    """Positions [B, T + 1, 2] of a foraging animal; the walk of Sorscher et al. (2019), as spatial_navigation's."""
    position = random.uniform(-BOX / 2, BOX / 2, (BATCH, 2))
    heading = random.uniform(-np.pi, np.pi, BATCH)
    paces = random.rayleigh(SPEED, (STEPS + 1, BATCH))
    swerves = random.normal(0, TURN, (STEPS + 1, BATCH))
    path = np.empty((BATCH, STEPS + 1, 2))
    for n in range(STEPS + 1):
        distances = np.stack([BOX / 2 - position[:, 0], BOX / 2 - position[:, 1],
                              BOX / 2 + position[:, 0], BOX / 2 + position[:, 1]])
        wall = distances.argmin(axis=0)
        toward = np.mod(heading - wall * np.pi / 2 + np.pi, 2 * np.pi) - np.pi
        near = (distances.min(axis=0) < WALL_DISTANCE) & (np.abs(toward) < np.pi / 2)
        length = paces[n] * DT * np.where(near, WALL_SLOWING, 1)
        position = position + length[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        heading = heading + swerves[n] * DT + np.where(near, np.sign(toward) * (np.pi / 2 - np.abs(toward)), 0)
        path[:, n] = position
    return path


def encode(positions, centers):
    """Place-cell activity [..., CELLS] of positions [..., 2]; |s - c|^2 by a product."""
    distances = (positions ** 2).sum(-1, keepdim=True) - 2 * positions @ centers.T + (centers ** 2).sum(-1)
    return torch.softmax(-distances / (2 * WIDTH ** 2), dim=-1)


def batch_of(random, centers):
    path = torch.from_numpy(trajectories(random)).float()
    activity = encode(path, centers)
    return path.diff(dim=1), activity[:, 0], activity[:, 1:]


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(CELLS, UNITS, bias=False)
        self.w_in = torch.nn.Linear(INPUTS, UNITS, bias=False)
        self.w_rec = torch.nn.Linear(UNITS, UNITS, bias=False)
        self.readout = torch.nn.Linear(UNITS, CELLS, bias=False)


class Module(Network):
    """Outputs [B, T, O] of inputs [B, T, I] and starts [B, E]."""

    def forward(self, inputs, starts):
        r = self.encoder(starts)
        outputs = []
        for n in range(inputs.shape[1]):
            drive = self.w_rec(r) + self.w_in(inputs[:, n])
            r = r + ALPHA * (-r + torch.relu(drive)) + NOISE * torch.randn_like(r)
            outputs.append(self.readout(r))
        return torch.stack(outputs, dim=1)


class Lean(Network):
    """The same, time first."""

    def forward(self, inputs, starts):
        # unbind, not [n]: the gradient of an index is a whole array of zeros.
        drives = self.w_in(inputs.transpose(0, 1).contiguous()).unbind(0)
        noise = (NOISE * torch.randn(STEPS, BATCH, UNITS)).unbind(0)
        weights = self.w_rec.weight.T.contiguous()
        r = self.encoder(starts).float()
        states = []
        for n in range(STEPS):
            drive = torch.addmm(drives[n], r, weights)
            r = torch.add(torch.lerp(r, torch.relu(drive).to(r.dtype), ALPHA), noise[n])
            states.append(r)
        return self.readout(torch.stack(states)).transpose(0, 1)


def own_step(form, precision):
    random = np.random.default_rng(0)
    centers = torch.from_numpy(random.uniform(-BOX / 2, BOX / 2, (CELLS, 2))).float()
    model = {"module": Module, "lean": Lean}[form]()
    adam = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    def step():
        inputs, starts, targets = batch_of(random, centers)
        adam.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            outputs = model(inputs, starts)
        loss = torch.nn.functional.mse_loss(outputs.float(), targets)
        loss.backward()
        adam.step()
        return loss.item()

    return step


def published_step(folder, precision):
    sys.path.insert(0, folder)
    from models.rnn import RNN
    from tasks.spatial_navigation import SpatialNavigation
    task = SpatialNavigation(device="cpu")
    batches = task.get_generator()
    model = RNN(task=task, sigma_rec=NOISE, device="cpu")
    adam = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, weight_decay=0)

    def step():
        batch = next(batches)
        model.train()
        adam.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
            _, outputs = model(batch["data"], init_state=batch["init_state"])
            loss, _ = task.compute_metrics(outputs, batch["targets"], batch)
        loss.backward()
        adam.step()
        return loss.item()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("form", choices=["module", "lean", "published"])
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--published", metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.form == "published" and not arguments.published:
        parser.error("the form 'published' needs --published FOLDER")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    np.random.seed(0)
    if arguments.form == "published":
        step = published_step(arguments.published, arguments.precision)
    else:
        step = own_step(arguments.form, arguments.precision)
    step()
    seconds = []
    for _ in range(arguments.batches):
        start = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "seconds": seconds, "loss": loss}))


if __name__ == "__main__":
    main()
