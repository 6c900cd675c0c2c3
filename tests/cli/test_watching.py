# SPDX-License-Identifier: BSD-3-Clause
"""Watching runs: `report`, `status`, and what `run` shows on a terminal and in a file.

test_watching.py EXECUTABLE; standard library only.
"""
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, CommandTest

PIPELINE = """\
title = "A title"
[axes]
a_rather_long_name_of_an_axis = [0.5, 1.0]
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = { plugin = "leaky_rnn", units = 16 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 30
batch_size = 10
[stage.replay_with_a_name_that_is_long]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 20
dynamics = [{ plugin = "underdamped", friction = "$a_rather_long_name_of_an_axis" }]
[stage.distance]
run = "measure"
metric = { plugin = "stepwise_distance" }
recording = "replay_with_a_name_that_is_long"
"""


class Watching(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "p.toml").write_text(PIPELINE)

    def on_terminal(self, *arguments, **extra):
        """What the command writes to a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([EXECUTABLE, *arguments], cwd=self.folder, env=self.environment(TERM="xterm", **extra),
                                   stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
        os.close(theirs)
        text = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        os.close(ours)
        self.assertEqual(process.wait(100), 0)
        return text.decode()

    def test_on_a_terminal_what_is_redrawn_and_every_stage_fit_into_80_columns(self):
        text = self.on_terminal("run", "p.toml")
        self.assertIn("\033[32m", text)
        progress = text[:text.rindex("done in")]
        for line in re.split(r"[\r\n]+", re.sub(r"\033\[[0-9;]*[A-Za-z]", "", progress)):
            self.assertLessEqual(len(line), 79, line)
        self.assertIn("to watch: runs/p/report.html", text)

    def test_no_color_means_none(self):
        self.assertNotRegex(self.on_terminal("run", "p.toml", NO_COLOR="1"), r"\033\[[0-9;]*m")

    def test_a_log_file_has_plain_lines(self):
        done = self.reverie("run", "p.toml")
        self.assertNotIn("\033", done.stderr + done.stdout)
        self.assertNotIn("\r", done.stderr + done.stdout)
        self.assertRegex(done.stderr, r"\n  train +done in [\d.]+ s\n")

    def test_report_of_one_run_and_of_several(self):
        self.reverie("run", "p.toml")
        (self.folder / "q.toml").write_text('title = "Another"\ninclude = ["p.toml"]\n')
        self.reverie("run", "q.toml")
        (self.folder / "runs/p/report.html").unlink()
        self.assertEqual(self.reverie("report", "runs/p").stdout, "runs/p/report.html\n")
        self.assertIn("<h1>A title</h1>", (self.folder / "runs/p/report.html").read_text())
        self.assertEqual(self.reverie("report", "runs/p", "runs/q/", "--title", "Both & all").stdout, "report.html\n")
        page = (self.folder / "report.html").read_text()
        for text in ("<h1>Both &amp; all</h1>", "A title: ", "Another: "):
            self.assertIn(text, page)
        self.assertNotIn("<meta http-equiv=\"refresh\"", page)
        self.reverie("report", "runs/p", "runs/q")  # a report may be replaced
        (self.folder / "mine.html").write_text("mine")
        self.assertIn("no report", self.reverie("report", "runs/p", "--out", "mine.html", code=2).stderr)
        self.assertEqual((self.folder / "mine.html").read_text(), "mine")
        self.reverie("report", "runs/p", "--out", "mine.html", "--force")
        self.assertIn("A title", (self.folder / "mine.html").read_text())

    def test_a_page_that_is_written_all_the_time_changes_no_result(self):
        self.reverie("run", "p.toml", "--page", "0.01", "--runs", "watched")
        self.reverie("run", "p.toml", "--page", "0", "--runs", "unwatched")
        watched, unwatched = ({str(file.relative_to(store)): file.read_bytes()
                               for file in store.rglob("*") if file.is_file() and file.name != "provenance.json"}
                              for store in (self.folder / "watched/store", self.folder / "unwatched/store"))
        self.assertEqual(watched.keys(), unwatched.keys())
        self.assertEqual([name for name in watched if watched[name] != unwatched[name]], [])

    def test_report_of_nothing_is_an_error_that_leaves_nothing(self):
        self.assertIn("'FOLDER' is missing", self.reverie("report", code=2).stderr)
        self.assertIn("nowhere: no run's folder", self.reverie("report", "nowhere", "--out", "x.html", code=1).stderr)
        for page in ("-1", "inf", "nan", "1e10"):
            self.assertIn("--page must be", self.reverie("run", "p.toml", "--page", page, code=2).stderr)
        self.assertFalse((self.folder / "x.html").exists())

    def test_status_tells_how_far_a_run_in_the_background_is(self):
        process = subprocess.Popen([EXECUTABLE, "run", "p.toml", "--quiet", "--set", "stage.train.batches=1000000"],
                                   cwd=self.folder, env=self.environment(), stderr=subprocess.DEVNULL)
        try:
            text, deadline = "", time.monotonic() + 60
            while "batches" not in text and time.monotonic() < deadline:
                time.sleep(0.2)
                if (self.folder / "runs/p/log.jsonl").exists():
                    text = self.reverie("status", "runs/p").stdout
            self.assertRegex(text, r"p\.toml: running\nbegun \S+, last word \S+\n0 of 5 stages done, 0 failed, 0 skipped, 1 running")
            self.assertRegex(text, r"\n  train +0 %  \d+ of 1000000 batches  loss [\d.e-]+")
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80)
        finally:
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 143)
        self.assertIn("interrupted", self.reverie("status", "runs/p").stdout)
        page = (self.folder / "runs/p/report.html").read_text()
        self.assertIn("interrupted", page)
        self.assertNotIn("<meta http-equiv=\"refresh\"", page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
