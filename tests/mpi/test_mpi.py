# SPDX-License-Identifier: BSD-3-Clause
"""One run on several ranks: `mpirun -n 2 reverie run`.

test_mpi.py EXECUTABLE
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, SECONDS, CommandTest, environment

MPIRUN = shutil.which("mpirun")

PIPELINE = """\
[axes]
seed = [0, 1]
[task.maze]
plugin = "t_maze"
[network.small]
cell = { plugin = "leaky_rnn", units = 24 }
noise = 0.01
[stage.train]
run = "train"
task = "maze"
network = "small"
batches = 12
batch_size = 130
evaluate = { every = 5, trials = 60 }
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 77
record = ["state"]
[stage.replay]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 60
start = { of = "awake", step = 5 }
[stage.reach]
run = "measure"
metric = { plugin = "reach_time", radius = 0.1 }
awake = "awake"
replay = "replay"
"""


def has_mpi():
    """Whether this build has: one that has not refuses two copies that mpirun started."""
    said = subprocess.run([EXECUTABLE, "run", "none.toml"], capture_output=True, text=True,
                          env=environment("/nonexistent", OMPI_COMM_WORLD_SIZE="2", OMPI_COMM_WORLD_RANK="0"), timeout=SECONDS)
    return "was built without MPI" not in said.stderr


class RankTest(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "sweep.toml").write_text(PIPELINE)

    def ranks(self, count):
        return [MPIRUN, "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", str(count)]

    def start(self, launcher, runs, *more, pipeline="sweep.toml"):
        return subprocess.Popen([*launcher, EXECUTABLE, "run", pipeline, "--runs", runs, "--threads", "1", "--quiet", *more],
                                cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_to_its_end(self, launcher, runs, *more, pipeline="sweep.toml"):
        process = self.start(launcher, runs, *more, pipeline=pipeline)
        out, err = process.communicate(timeout=SECONDS)
        return process.returncode, out, err

    def files(self, runs):
        store = self.folder / runs / "store"
        return {path.relative_to(store): path.read_bytes() for path in sorted(store.rglob("*"))
                if path.is_file() and path.name != "provenance.json"}


@unittest.skipUnless(MPIRUN and has_mpi(), "no mpirun, or a build without MPI")
class SeveralRanks(RankTest):
    def test_results_have_the_same_bytes_for_any_number_of_ranks(self):
        code, alone, err = self.run_to_its_end([], "alone")
        self.assertEqual(code, 0, err)
        expected = self.files("alone")
        self.assertGreater(len(expected), 20)
        for count in (1, 2, 4):
            code, out, err = self.run_to_its_end(self.ranks(count), f"ranks{count}")
            self.assertEqual(code, 0, err)
            self.assertEqual(self.files(f"ranks{count}"), expected)
            self.assertEqual(out, alone)  # once
        code, out, err = self.run_to_its_end(self.ranks(2), "worker", "--worker")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.files("worker"), expected)
        self.assertEqual(out.count("8 stages done here"), 1, out)

    def test_after_a_rank_was_killed_another_number_of_ranks_goes_on(self):
        long = PIPELINE.replace("batches = 12", "batches = 1500").replace("seed = [0, 1]", "seed = [0]")
        (self.folder / "sweep.toml").write_text(long)
        code, _, err = self.run_to_its_end([], "alone", "--only", "train")
        self.assertEqual(code, 0, err)
        process = self.start(self.ranks(3), "killed", "--only", "train", "--checkpoint", "0.2")
        work = self.folder / "killed" / "store"
        deadline = time.monotonic() + 100
        while not list(work.glob(".work-*/*checkpoint*")) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertTrue(list(work.glob(".work-*/*checkpoint*")), "no checkpoint")
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
        os.kill(int(children[1]), signal.SIGKILL)
        _, err = process.communicate(timeout=100)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("rank 1", err)
        self.assertFalse(list(work.glob("*/weights.safetensors")))
        planned = subprocess.run([EXECUTABLE, "plan", "sweep.toml", "--runs", "killed"], cwd=self.folder,
                                 capture_output=True, text=True).stdout
        self.assertRegex(planned, r"interrupted at batch [1-9]\d* of 1500: resumes")
        code, _, err = self.run_to_its_end(self.ranks(2), "killed", "--only", "train")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.files("killed"), self.files("alone"))

    def test_a_failed_stage_is_reported_once_and_the_others_run(self):
        exploding = PIPELINE.replace("batches = 12", 'batches = 12\nlearning_rate = "$rate"').replace(
            "seed = [0, 1]", "rate = [1e-3, 1e30]")
        (self.folder / "sweep.toml").write_text(exploding)
        code, _, err = self.run_to_its_end(self.ranks(2), "runs")
        self.assertEqual(code, 1)
        self.assertEqual(err.count("is not finite at batch"), 1, err)
        self.assertTrue((self.folder / "runs/sweep/reach/rate=0.001/result.nc").exists())

    def test_an_invalid_pipeline_is_reported_once(self):
        (self.folder / "sweep.toml").write_text(PIPELINE.replace("units", "unitz"))
        code, _, err = self.run_to_its_end(self.ranks(3), "runs")
        self.assertEqual(code, 3)
        self.assertEqual(err.count("has no key 'unitz'"), 1, err)


class CopiesWithoutRanks(RankTest):
    def copy(self, **variables):
        return self.attempt("run", "sweep.toml", **variables)

    def test_copies_that_cannot_find_each_other_are_refused_by_the_first(self):
        first, second = (self.copy(SLURM_STEP_NUM_TASKS="3", SLURM_PROCID=str(rank)) for rank in (0, 1))
        self.assertEqual((first.returncode, second.returncode), (2, 2))
        self.assertIn("srun started 3 copies of this command, which", first.stderr)
        self.assertEqual(second.stderr, "")
        self.assertFalse((self.folder / "runs").exists())

    @unittest.skipIf(has_mpi(), "a build with MPI")
    def test_a_build_without_mpi_refuses_what_mpirun_started(self):
        first = self.copy(OMPI_COMM_WORLD_SIZE="4", OMPI_COMM_WORLD_RANK="0")
        self.assertEqual(first.returncode, 2)
        self.assertIn("mpirun started 4 copies of this command, which was built without MPI", first.stderr)
        self.assertFalse((self.folder / "runs").exists())


if __name__ == "__main__":
    if not unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful():
        sys.exit(1)
    if not (MPIRUN and has_mpi()):
        print("skipped: runs on several ranks: there is no mpirun, or this is a build without MPI")
        sys.exit(77)
