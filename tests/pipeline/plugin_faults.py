# SPDX-License-Identifier: BSD-3-Clause
"""A plugin that takes a run down, or never returns, is named with the slot; what was done before is kept.

plugin_faults.py EXECUTABLE CRASHING-PLUGIN; standard library only.
"""
import json
import pathlib
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, CommandTest

PLUGIN = pathlib.Path(sys.argv[2]).resolve()
IN_PLUGIN = "in 'advance' of dynamics 'crashing'"
PIPELINE = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = {{ plugin = "leaky_rnn", units = 16 }}
[stage.train]
run = "train"
task = "box"
network = "small"
batches = {batches}
batch_size = 25
dynamics = [{{ plugin = "crashing", how = "{how}", when = "now" }}]
"""
SIMULATION = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = {{ plugin = "leaky_rnn", units = 16 }}
[stage.replay]
run = "simulate"
task = "box"
network = "small"
phase = "quiescent"
trials = 25
dynamics = [{{ plugin = "crashing", how = "{how}", when = "now" }}]
"""


class PluginFaults(CommandTest):
    def start(self, how, *options, batches=1000000, pipeline=PIPELINE):
        (self.folder / "fault.toml").write_text(pipeline.format(how=how, batches=batches))
        process = subprocess.Popen([EXECUTABLE, "run", "fault.toml", "--quiet", "--plugin", PLUGIN, "--checkpoint", "0.05",
                                    "--threads", "2", *options], cwd=self.folder, env=self.environment(), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream in (process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.kill)
        return process

    def wait_until(self, process, condition):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def fault_after_a_checkpoint(self, process):
        self.wait_until(process, lambda: any((self.folder / "runs/store").glob(".work-*/checkpoint.safetensors")))
        now = self.folder / "now"
        now.touch()
        return now

    def files_of(self, runs):
        return {path.relative_to(self.folder / runs): path.read_bytes() for path in (self.folder / runs / "store").rglob("*")
                if path.is_file() and path.name != "provenance.json"}

    def test_a_run_resumes_from_the_checkpoint_before_a_crash(self):
        crashed = self.start("segv", batches=600)
        self.fault_after_a_checkpoint(crashed)
        _, words = crashed.communicate(timeout=60)
        self.assertEqual(crashed.returncode, 4, words)
        self.assertIn("error: stage 'train' failed: its process was ended by SIGSEGV (invalid memory access) " + IN_PLUGIN, words)
        self.assertIn(f"This is a bug of the plugin {PLUGIN}.", words)
        self.assertTrue(any((self.folder / "runs/store").glob(".work-*/checkpoint.safetensors")))
        begun = {}
        for runs in ("runs", "undisturbed"):
            again = self.start("segv", "--runs", runs, "--json", batches=600)
            told, words = again.communicate(timeout=120)
            self.assertEqual((again.returncode, words), (0, ""))
            events = [json.loads(line) for line in told.splitlines()]
            begun[runs] = next(event["done"] for event in events if event["event"] == "progress")
        self.assertGreater(begun["runs"], begun["undisturbed"])
        self.assertEqual(self.files_of("runs"), self.files_of("undisturbed"))

    def test_a_step_that_never_returns_is_named_when_interrupted(self):
        process = self.start("hang")
        now = self.fault_after_a_checkpoint(process)
        self.wait_until(process, lambda: not now.exists())
        process.send_signal(signal.SIGINT)
        line = process.stderr.readline()
        self.assertEqual(line, f"warning: stage 'train' has not stopped yet; it is {IN_PLUGIN}. Ctrl-C once more ends it.\n")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertIn(process.returncode, (130, -signal.SIGINT))

    def test_a_simulation_that_never_returns_is_dropped(self):
        now = self.folder / "now"
        now.touch()
        process = self.start("hang", pipeline=SIMULATION)
        self.wait_until(process, lambda: not now.exists())
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.assertIn(f"warning: stage 'replay' has not stopped yet; it is {IN_PLUGIN}: dropped\n", words)
        self.assertNotIn("failed", (self.folder / "runs/fault/log.jsonl").read_text())

    def test_a_crash_in_this_process_is_told_before_it_ends(self):
        process = self.start("segv", "--in-process")
        self.fault_after_a_checkpoint(process)
        _, words = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4)
        self.assertIn(f"error: SIGSEGV (invalid memory access) {IN_PLUGIN}\n  This is a bug of the plugin {PLUGIN}.\n", words)

    def test_a_hang_in_this_process_is_told_when_interrupted_twice(self):
        process = self.start("hang", "--in-process")
        now = self.fault_after_a_checkpoint(process)
        self.wait_until(process, lambda: not now.exists())
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        self.assertIsNone(process.poll())
        while process.poll() is None:  # two that come at once are one
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        _, words = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn(f"error: interrupted {IN_PLUGIN}\n", words)


unittest.main(argv=sys.argv[:1])
