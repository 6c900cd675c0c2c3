# SPDX-License-Identifier: BSD-3-Clause
"""Several `reverie run --worker` on one folder of results: they share the work, outlive each other, and leave the bytes
of a single run.

workers_test.py EXECUTABLE; standard library only. A lease is broken here by removing the lock's file, as another machine
does that has waited long enough; the times themselves are tested in tests/store/lock.cpp.
"""
import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, SECONDS, CommandTest

PIPELINE = """\
[axes]
seed = [0, 1, 2]
noise = [0.5, 1.5]
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = { plugin = "leaky_rnn", units = 16 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 5
batch_size = 25
seed = "$seed"
evaluate = { every = 50, trials = 25 }
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 50
[stage.replay]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 50
steps = 50
noise = { factor = "$noise" }
[stage.divergence]
run = "measure"
metric = { plugin = "kde_divergence", samples = 100 }
awake = "awake"
replay = "replay"
"""
TABLES = re.search(r"\[task.box\].*?(?=\[stage.train\])", PIPELINE, re.S)[0]
TRAINING = TABLES + """\
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 400
batch_size = 25
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 50
"""
FAILING = TABLES + """\
[stage.bad]
run = "train"
task = "box"
network = "small"
batches = 50
batch_size = 25
learning_rate = 1e30
[stage.after]
run = "simulate"
of = "bad"
phase = "awake"
trials = 5
[stage.long]
run = "train"
task = "box"
network = "small"
batches = 20
batch_size = 25
"""


def files_of(store):
    return {str(path.relative_to(store)): path.read_bytes()
            for path in store.rglob("*") if path.is_file() and path.name != "provenance.json"}


def processes_of(process):
    """It and its children, which are in process groups of their own."""
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [process.pid, *map(int, children)]


class Workers(CommandTest):
    def setUp(self):
        super().setUp()
        self.store = self.folder / "runs/store"
        self.started = []

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def write(self, text):
        (self.folder / "p.toml").write_text(text)

    def start(self, *arguments):
        process = subprocess.Popen([EXECUTABLE, "run", "p.toml", "--threads", "1", *arguments],
                                   cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    def finish(self, process, code=0):
        output, words = process.communicate(timeout=SECONDS)
        self.assertEqual(process.returncode, code, words)
        return output, words

    def run_here(self, *arguments, code=0):
        return self.finish(self.start(*arguments), code)

    def wait_until(self, condition, process):
        deadline = time.monotonic() + SECONDS
        while not condition():
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def wait_for_work(self, process):
        self.wait_until(lambda: any(self.store.glob(".work-*/result-*")), process)

    def started_and_stopped(self):
        """A worker that is at its training, and its child, both under SIGSTOP."""
        worker = self.start("--worker")
        self.wait_for_work(worker)
        processes = processes_of(worker)
        self.assertEqual(len(processes), 2)
        self.send(processes, signal.SIGSTOP)
        return worker, processes

    @staticmethod
    def send(processes, number):
        for pid in processes:
            os.kill(pid, number)

    def events(self):
        return [json.loads(line) for log in (self.folder / "runs/p").glob("log*.jsonl")
                for line in log.read_text().splitlines()]

    def starts(self):
        return collections.Counter(e["stage"] for e in self.events() if e["event"] == "started")

    def status(self):
        return json.loads(self.reverie("status", "runs/p", "--json").stdout)

    def check_store(self):
        self.run_here("--runs", "single", "--quiet")
        self.assertEqual(files_of(self.store), files_of(self.folder / "single/store"))

    def test_three_workers_leave_what_one_run_leaves_and_do_nothing_twice(self):
        self.write(PIPELINE)
        workers = [self.start("--worker") for _ in range(3)]
        outputs = [self.finish(worker)[0] for worker in workers]
        done = [int(re.fullmatch(r"worker \S+: (\d+) stages? done here, (\d+) by others, 0 failed, 0 skipped\n", output)[1])
                for output in outputs]
        self.assertEqual(sum(done), 3 + 3 + 6 + 6)
        self.assertEqual(set(self.starts().values()), {1})
        self.assertEqual(len(self.starts()), 18)
        self.assertFalse((self.folder / "runs/p/report.html").exists())
        self.assertEqual({s["state"] for s in self.status()["stages"]} - {"done", "done before"}, set())
        self.check_store()
        # A plain run finds everything and writes the rest.
        self.run_here("--quiet")
        self.assertEqual(set(self.starts().values()), {1})
        for name in ("report.html", "metrics.csv", "plan.json"):
            self.assertTrue((self.folder / "runs/p" / name).is_file(), name)
        self.assertEqual(len(list((self.folder / "runs/p").glob("train/*"))), 3)

    def test_a_plain_run_works_beside_workers(self):
        self.write(PIPELINE)
        plain, worker = self.start("--quiet"), self.start("--worker", "--json")
        self.finish(plain)
        output, words = self.finish(worker)
        last = json.loads(output.splitlines()[-1])
        self.assertEqual((last["event"], last["failed"], words), ("worker", 0, ""))
        self.assertEqual(set(self.starts().values()), {1})
        self.check_store()

    def test_what_a_killed_worker_was_at_others_finish(self):
        self.write(TRAINING)
        first, stopped = self.started_and_stopped()
        second = self.start("--worker")
        self.wait_until(lambda: len(list((self.folder / "runs/p").glob("log-*.jsonl"))) == 2, second)
        status = self.status()
        self.assertEqual((status["state"], status["stages"][0]["state"]), ("running", "running"))
        self.send(stopped, signal.SIGKILL)
        self.finish(first, -signal.SIGKILL)
        self.finish(second)
        self.assertEqual(self.starts(), {"train": 2, "awake": 1})
        self.check_store()

    def test_a_worker_that_was_stopped_while_another_took_its_place_ends_well(self):
        self.write(TRAINING)
        first, stopped = self.started_and_stopped()
        next(self.store.glob(".lock-*")).unlink()
        second = self.start("--worker")
        self.wait_until(lambda: self.starts()["train"] == 2, second)
        self.send(stopped, signal.SIGCONT)
        self.finish(first)
        self.finish(second)
        self.check_store()
        self.run_here("--quiet")
        self.assertEqual([p for p in self.store.iterdir() if p.name.startswith(".")], [])

    def test_a_worker_that_wakes_up_when_all_is_done_changes_nothing(self):
        self.write(TRAINING)
        first, stopped = self.started_and_stopped()
        next(self.store.glob(".lock-*")).unlink()
        self.run_here("--worker")
        self.send(stopped, signal.SIGCONT)
        self.finish(first)
        self.check_store()

    def test_a_failure_is_met_once_and_told_by_all(self):
        self.write(FAILING)
        first = self.start("--worker", "--only", "after")
        second = self.start("--worker")
        _, words = self.finish(first, 1)
        self.assertIn("stage 'bad' failed", words)
        output, words = self.finish(second, 1)
        self.assertIn("stage 'bad' failed", words)
        self.assertRegex(output, r"1 stage done here, 0 by others, 1 failed, 1 skipped")
        self.assertLessEqual(self.starts()["bad"], 2)  # the second may have looked before the first had told
        self.assertEqual([s["state"] for s in self.status()["stages"]][0], "failed")
        for _ in range(4):  # later workers try again, but not for ever
            self.assertIn("stage 'bad' failed", self.run_here("--worker", code=1)[1])
        attempts = self.starts()["bad"]
        self.assertIn(attempts, (3, 4))  # two that fail at the same moment may count as one
        self.run_here("--quiet", code=1)
        self.assertEqual(self.starts()["bad"], attempts + 1)

    def test_a_worker_makes_damaged_inputs_anew(self):
        self.write(TRAINING.replace("400", "3"))
        self.run_here("--worker", "--only", "train")
        weights = self.folder / "runs/p/train/weights.safetensors"
        whole = weights.read_bytes()
        weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        _, words = self.run_here("--worker")
        self.assertIn("stage 'train': its stored result was damaged", words)
        self.assertEqual(self.starts(), {"train": 2, "awake": 1})
        self.assertEqual(weights.read_bytes(), whole)

    def test_a_worker_waits_for_who_makes_a_damaged_input_anew(self):
        self.write(TRAINING)
        self.run_here("--worker", "--only", "train")
        weights = self.folder / "runs/p/train/weights.safetensors"
        whole = weights.read_bytes()
        weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        other = self.start("--force", "train", "--only", "train")
        self.wait_for_work(other)
        stopped = processes_of(other)
        self.send(stopped, signal.SIGSTOP)
        worker = self.start("--worker")
        told = []
        while not any("another run works on it" in line for line in told) and len(told) < 20:
            told.append(worker.stderr.readline())
        self.assertLess(len(told), 20, told)
        self.send(stopped, signal.SIGCONT)
        self.finish(other)
        self.finish(worker)
        self.assertEqual(weights.read_bytes(), whole)
        self.check_store()

    def test_sigterm_saves_a_checkpoint(self):
        self.write(TRAINING)
        worker = self.start("--worker")
        self.wait_for_work(worker)
        worker.terminate()
        self.finish(worker, 143)
        self.assertEqual([p.name[:6] for p in self.store.iterdir()], [".work-"])
        self.run_here("--worker", "--quiet", "--in-process")
        self.check_store()

    def test_workers_neither_compute_anew_nor_judge(self):
        self.write(TRAINING)
        for option in (["--force", "train"], ["--from", "train"], ["--strict"]):
            self.assertIn("--worker does not go with", self.run_here("--worker", *option, code=2)[1])


unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
