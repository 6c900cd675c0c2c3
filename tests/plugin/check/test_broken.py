# SPDX-License-Identifier: BSD-3-Clause
"""Libraries that take their process down: named by `reverie check`, and by every other command before it ends.

test_broken.py EXECUTABLE BROKEN-SOURCES BROKEN-FOLDER; standard library only. A source whose first comment says
"check NAME: DETAIL" has to fail the check NAME of `reverie check` with exactly that detail, after all before it passed.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from command_test import EXECUTABLE, CommandTest

SOURCES, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[2:4])


def expectations():
    for source in sorted(SOURCES.glob("*.c*")):
        if found := re.search(r"/\* check (\w+): ([^*]*(?:\n \* [^*]*)*) \*/", source.read_text()):
            yield source.stem, found[1], found[2].replace("\n * ", " ")


class Broken(CommandTest):
    def test_check_says_what_happened_and_where(self):
        libraries = list(expectations())
        self.assertGreater(len(libraries), 5)
        for library, check, detail in libraries:
            with self.subTest(library=library):
                only = () if check in ("load", "exports") else ("--only", check)
                done = self.attempt("check", FOLDER / f"{library}.so", "--json", "--time-limit", "1", *only)
                rows = json.loads(done.stdout)
                self.assertEqual(done.returncode, 5, rows)
                failed = [(row["check"], row["detail"]) for row in rows if row["verdict"] == "fail"]
                self.assertEqual(failed[0], (check, detail))

    def complaint_of(self, library, *command):
        return self.reverie(*command, "--plugin", FOLDER / f"{library}.so", code=4).stderr

    def test_every_command_names_the_library_before_it_ends(self):
        loading = [(library, detail) for library, check, detail in expectations()
                   if check == "load" and library != "constructor_hangs"]
        self.assertGreater(len(loading), 3)
        for library, detail in loading:
            with self.subTest(library=library):
                self.assertEqual(self.complaint_of(library, "list"), f"error: plugin library {FOLDER / library}.so: {detail}\n"
                                 f"  This is a bug of the plugin {FOLDER / library}.so.\n")

    def with_dynamics(self, library, command, stage):
        (self.folder / "p.toml").write_text(
            '[task.line]\nplugin = "ornstein_uhlenbeck"\n[network.small]\ncell = { plugin = "leaky_rnn", units = 4 }\n'
            f'[stage.s]\n{stage}\ntask = "line"\nnetwork = "small"\ndynamics = [{{ plugin = "{library}" }}]\n')
        return self.attempt(command, "p.toml", "--plugin", FOLDER / f"{library}.so")

    def test_a_training_without_gradient_is_refused_when_it_is_planned(self):
        done = self.with_dynamics("correct", "validate", 'run = "train"\nbatches = 1')
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("dynamics 'correct' is not trainable: it has no gradient; leave it out of the training", done.stderr)

    def test_a_run_that_gets_nan_names_the_slot(self):
        done = self.with_dynamics("advance_nan", "run", 'run = "simulate"\nphase = "quiescent"\ntrials = 2\nsteps = 3')
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the state is not finite in trial 0 at step 0", done.stderr)
        self.assertIn("'advance' of dynamics 'advance_nan'", done.stderr)

    def test_one_that_hangs_is_named_when_interrupted(self):
        process = subprocess.Popen([EXECUTABLE, "list", "--plugin", FOLDER / "constructor_hangs.so"], text=True,
                                   env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while f"{FOLDER}/constructor_hangs.so" not in pathlib.Path(f"/proc/{process.pid}/maps").read_text():
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, words = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn(f"plugin library {FOLDER}/constructor_hangs.so: interrupted while it was loaded\n", words)


unittest.main(argv=sys.argv[:1])
