# SPDX-License-Identifier: BSD-3-Clause
"""`reverie check` finds every way to be wrong, by the check meant for it, and nothing in plugins that are right.

test_check.py EXECUTABLE FOLDER-WITH-FAULTY-PLUGINS FOLDER-WITH-BUNDLED-PLUGINS BROKEN-FOLDER; standard library only.
"""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from command_test import EXECUTABLE, environment

FAULTY, BUNDLED, BROKEN = (pathlib.Path(argument).resolve() for argument in sys.argv[2:5])

# fault: {check: part of its detail}; all other checks must pass or be skipped.
DYNAMICS = {
    "none": {},
    "gradient_of_state": {"gradient": "with respect to state is wrong by 0.1 %"},
    "gradient_of_drift": {"gradient": "with respect to drift is wrong by 0.1 %"},
    "gradient_overwrites": {"gradient": "with respect to state overwrites the cotangent"},
    "gradient_nan": {"gradient": "with respect to drift is not finite"},
    "gradient_nan_at_zero": {"finite": "the gradient with respect to state becomes NaN for input of size 0"},
    "writes_outside": {"bounds": "wrote outside the rows of drift"},
    "writes_before": {"bounds": "wrote outside the rows of noise"},
    "changes_state": {"bounds": "changed state, which it may only read"},
    "keeps_pointer": {"pointers": "SIGSEGV (invalid memory access) in 'advance' of dynamics 'faulty'"},
    "mixes_rows": {"rows": "depends on row 1"},
    "counts_calls": {"purity": "equal calls give different drift"},
    "shares_scratch": {"purity": "called by two threads at once"},
    "logarithm": {"finite": "drift becomes"},
    "logarithm_in_quiescence": {"finite": "advance in quiescence: drift becomes"},
    "divides_by_step": {"finite": "advance at step 0: drift becomes NaN for input of size 0, or comes from what is not declared"},
    "rough_in_float": {"precision": "drift differs between float32 and float64 by 1.0e-03"},
    "leaks": {"cost": "bytes of memory per call"},
    "hangs": {"finite": "did not end within 0.5 s in 'advance' of dynamics 'faulty'"},
    "crashes": {"finite": "SIGSEGV (invalid memory access) in 'advance' of dynamics 'faulty'"},
    "exits": {"finite": "exit code 3 in 'advance' of dynamics 'faulty'"},
    "throws": {"finite": "dynamics 'faulty': advance failed: it does not want to"},
    "trusts_landmarks": {"finite": "SIGSEGV (invalid memory access) in 'create' of dynamics 'faulty'"},
    "only_19_units": {},
}
# Faults that spoil more than the check they are meant for.
MAY_FAIL_ELSEWHERE = {
    "counts_calls": {"rows", "gradient", "pointers"}, "mixes_rows": {"purity", "gradient", "precision"},
    "logarithm": {"gradient", "precision"}, "logarithm_in_quiescence": {"precision"},
    "divides_by_step": {"gradient", "precision"}, "changes_state": {"gradient"},
    "gradient_nan": {"precision", "finite"}, "keeps_pointer": {"purity"},
}
CELL = {
    "none": {},
    "idle_drive": {"create": "no projection goes to the drive 'drive'"},
    "still": {"bounds": "the state never moves"},
    "sets_state": {"bounds": "the state never moves"},
}
TASK = {
    "none": {},
    "counts": {"purity": "generate gives other trials for the same stream"},
    "knows_previous": {"rows": "a trial depends on how many are asked for together"},
    "forgets": {"decode": "no better than always saying the mean"},
    "rough": {"precision": "differs between float32 and float64 by 1.0e-02"},
    "overruns": {"bounds": "encode writes outside what it is given"},
    "direction": {"finite": "generate gave direction 1"},
    "infinite": {"finite": "encode left numbers unwritten or not finite in float32: activity[0, 0] is inf"},
    "lost": {"finite": "decode left numbers unwritten or not finite in float32: latents[0, 0] is nan"},
    "huge": {"finite": "decode left numbers unwritten or not finite in float32: latents[0, 0] is 1e+300"},
    "sparse": {"finite": "encode left numbers unwritten or not finite in float32: activity["},
    "own_length": {"bounds": "generate writes outside what it is given",
                   "finite": "generate left numbers unwritten or not finite in trials of 21 steps"},
    "long_trials": {"bounds": "generate writes outside what it is given"},
    "long_constants": {"bounds": "make_constants writes outside what it is given"},
    "long_endpoints": {"bounds": "landmarks writes outside what it is given"},
    "long_paths": {"bounds": "landmarks writes outside what it is given"},
    "start_counts": {"purity": "encode (of the start) gives other numbers for the same latents"},
    "start_knows_rows": {"rows": "encode (of the start): a row depends on how many there are"},
    "start_overruns": {"bounds": "encode (of the start) writes outside what it is given"},
    "only_short": {},
    "only_own_length": {},
}
METRIC = {
    "none": {},
    "counts": {"purity": "two runs with the same stream differ in 'mean'"},
    "last_chunk": {"chunks": "with chunks of 1 trials it differs in 'mean'"},
    "silent": {"results": "it did not emit its result 'mean'"},
    "nan": {"results": "'mean' is not a finite number"},
    "trusts_optional": {"results": "SIGSEGV (invalid memory access) in 'begin' of metric 'faulty_metric'"},
    "wants_optional": {},
    "unknown_input": {"results": "there is no input 2: inputs() declares 2, counted from 0"},
}


def check(*arguments):
    return subprocess.run([EXECUTABLE, "check", *arguments], capture_output=True, text=True, timeout=120,
                          env=environment("/nonexistent"))


class Check(unittest.TestCase):
    def expect(self, library, faults, only_expected):
        for fault, expected in faults.items():
            with self.subTest(fault=fault):
                only = [part for name in expected for part in ("--only", name)] if not only_expected(fault) else []
                done = check(str(library), "--json", "--time-limit", "0.5" if fault == "hangs" else "60", "--set",
                             f'fault="{fault}"', *only)
                self.assertEqual(done.stderr, "")
                rows = {row["check"]: row for row in json.loads(done.stdout)}
                # Whether two threads meet is the scheduler's choice.
                for _ in range(20 if fault == "shares_scratch" else 0):
                    if done.returncode == 5:
                        break
                    done = check(str(library), "--json", "--set", f'fault="{fault}"', *only)
                    rows = {row["check"]: row for row in json.loads(done.stdout)}
                self.assertEqual(done.returncode, 5 if expected else 0, done.stdout)
                failed = {name for name, row in rows.items() if row["verdict"] == "fail"}
                details = {name: rows[name]["detail"] for name in failed}
                self.assertLessEqual(set(expected), failed, details)
                self.assertLessEqual(failed, set(expected) | MAY_FAIL_ELSEWHERE.get(fault, set()), details)
                for name, words in expected.items():
                    self.assertIn(words, rows[name]["detail"])

    def test_dynamics(self):
        # Where nothing works every check fails, and where memory is damaged or shared any of them may: one is looked at.
        one_check = ("hangs", "crashes", "exits", "throws", "trusts_landmarks", "writes_outside", "writes_before", "shares_scratch")
        self.expect(FAULTY / "faulty.so", DYNAMICS, lambda f: f not in one_check)

    def test_cells(self):
        self.expect(FAULTY / "faulty_cell.so", CELL, lambda f: True)

    def test_tasks(self):
        # What fails everywhere, or damages memory, is looked at by the check meant for it.
        whole = ("none", "knows_previous", "forgets", "rough", "only_short", "only_own_length")
        self.expect(FAULTY / "faulty_task.so", TASK, lambda f: f in whole)

    def test_metrics(self):
        self.expect(FAULTY / "faulty_metric.so", METRIC, lambda f: f not in ("counts", "silent", "nan", "unknown_input"))

    def test_the_bundled_plugins_pass(self):
        libraries = sorted(BUNDLED.glob("*.so"))
        self.assertGreater(len(libraries), 12)
        for library in libraries:
            with self.subTest(plugin=library.name):
                done = check(str(library), "--json")
                self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_libraries_that_cannot_be_loaded(self):
        for name, words in {"no_note": "no reverie version note", "no_entry": "does not export",
                            "other_major": "built for major 99", "undefined_symbol": "undefined symbol"}.items():
            with self.subTest(library=name):
                done = check(str(BROKEN / f"{name}.so"))
                self.assertEqual(done.returncode, 5, done.stdout)
                self.assertIn("FAIL", done.stdout)
                self.assertIn(words, done.stdout)

    def test_one_check_of_a_library_and_of_plugins_of_several_kinds(self):
        for name, rows in {"exports": [], "schema": ["schema", "schema"], "gradient": ["gradient"],
                           "chunks": ["chunks"]}.items():
            with self.subTest(check=name):
                done = check(str(FAULTY / "two_kinds.so"), "--json", "--only", name)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual([row["check"] for row in json.loads(done.stdout)],
                                 ["note", "exports", "load", *rows])
        done = check(str(FAULTY / "two_kinds.so"), "--only", "gradiant")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Did you mean 'gradient'?", done.stderr)
        self.assertEqual(check("underdamped", "--only", "exports").returncode, 2)

    def test_a_hook_that_uses_leaves_out(self):
        done = check(str(FAULTY / "unused_hook.so"))
        self.assertEqual(done.returncode, 5)
        self.assertIn("'emit' is never called: `uses` leaves it out", done.stdout)

    def test_a_parameter_goes_to_the_plugins_that_have_it(self):
        done = check(str(FAULTY / "two_kinds.so"), "--json", "--set", "strength=0.25")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len({row["of"] for row in json.loads(done.stdout)}), 3)  # with the library
        done = check(str(FAULTY / "two_kinds.so"), "--set", "strenght=0.25")
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no parameter 'strenght'. Did you mean 'strength'?", done.stderr)

    def test_names_and_options_that_do_not_exist(self):
        done = check("underdampd")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Did you mean 'underdamped'?", done.stderr)
        done = check("underdamped", "--only", "gradiant")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Did you mean 'gradient'?", done.stderr)
        done = check("underdamped", "--set", "friction=7")
        self.assertEqual(done.returncode, 2)
        self.assertIn("must be a number in (0, 1]", done.stderr)


unittest.main(argv=sys.argv[:1])
