# SPDX-License-Identifier: BSD-3-Clause
"""The command from outside: output, error texts, exit codes.

test_cli.py EXECUTABLE FOLDER-WITH-BAD-LIBRARIES PROJECT; standard library only.
"""
import collections
import csv
import hashlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import EXECUTABLE, CommandTest

LIBRARIES, PROJECT = (pathlib.Path(argument).resolve() for argument in sys.argv[2:4])

GOOD = """\
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = { plugin = "leaky_rnn", units = 16 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 2
batch_size = 10
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 20
[stage.replay]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 20
[stage.divergence]
run = "measure"
metric = { plugin = "kde_divergence", samples = 100 }
awake = "awake"
replay = "replay"
"""


class CommandLine(CommandTest):
    def write(self, text, name="bad.toml"):
        (self.folder / name).write_text(text)
        return name

    def check_error(self, code, texts, *arguments, **extra):
        """Fails with this code, says all of these texts on stderr and nothing on stdout."""
        done = self.attempt(*arguments, **extra)
        self.assertEqual(done.returncode, code, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")
        return done

    def check_invalid(self, pipeline, *texts):
        """Both commands refuse the pipeline alike, and nothing is written."""
        self.write(pipeline)
        for command in ("validate", "run"):
            self.check_error(3, texts, command, "bad.toml")
        self.assertFalse((self.folder / "runs").exists())


class BadPipelines(CommandLine):
    def test_unknown_key(self):
        self.check_invalid(GOOD.replace("batches = 2", "bathces = 2"),
                           "bad.toml:10:1: error: [stage.train] has no key 'bathces'. Did you mean 'batches'?\n"
                           "   10 | bathces = 2\n"
                           "      | ^\n")

    def test_unknown_key_of_a_plugin(self):
        self.check_invalid(GOOD.replace("units = 16", "units = 16, alhpa = 0.1"),
                           "bad.toml:5:44: error: 'cell' of [network.small] has no key 'alhpa'. Did you mean 'alpha'?\n")

    def test_wrong_type(self):
        self.check_invalid(GOOD.replace("batches = 2", 'batches = "two"'),
                           "bad.toml:10:11: error: 'batches' must be an integer in [0, inf), not a string\n"
                           '   10 | batches = "two"\n'
                           "      |           ^\n")

    def test_out_of_range(self):
        self.check_invalid(GOOD.replace("units = 16", "units = 16, alpha = 1.5"),
                           "bad.toml:5:52: error: 'alpha' must be a number in (0, 1], not 1.5\n")

    def test_unknown_plugin(self):
        self.check_invalid(GOOD.replace("leaky_rnn", "leeky_rnn"),
                           "bad.toml:5:19: error: there is no cell plugin 'leeky_rnn'. Did you mean 'leaky_rnn'?",
                           "searched: ")

    def test_missing_stage(self):
        self.check_invalid(GOOD.replace('of = "train"\nphase = "awake"', 'of = "trian"\nphase = "awake"'),
                           "bad.toml:14:6: error: there is no stage 'trian'. Did you mean 'train'?\n")

    def test_cyclic_stages(self):
        stage = '[stage.{}]\nrun = "simulate"\nof = "{}"\nphase = "awake"\n'
        self.check_invalid(stage.format("one", "two") + stage.format("two", "one"),
                           "bad.toml:3:6: error: stages need each other in a circle: one -> two -> one\n")

    def test_syntax(self):
        self.check_invalid("[task.box\n", "bad.toml:1:10: error: ")

    def test_no_stages(self):
        self.check_invalid("", "bad.toml: error: there are no stages")

    def test_missing_file(self):
        self.check_error(3, ["nowhere.toml: there is no such file"], "run", "nowhere.toml")
        self.check_error(3, ["/dev/zero: is a device, not a pipeline"], "validate", "/dev/zero")

    def test_scales_that_are_not_chosen_are_validated(self):
        self.write(GOOD + "\n[scales.tiny]\nstage.train.bathces = 1\n")
        self.check_error(3, [": error: [stage.train] has no key 'bathces'. Did you mean 'batches'?\n",
                                    "This is so with --set 'scale=\"tiny\"'."], "validate", "bad.toml")
        self.write(GOOD + "\n[scales.tiny]\nstage.train.batches = 1\n")
        self.assertEqual(self.attempt("validate", "bad.toml").returncode, 0)

    def test_errors_of_a_setting_point_into_it(self):
        self.write(GOOD)
        self.check_error(3, ["--set:1:22: error: 'batches' must be an integer in [0, inf), not -1\n"
                             "    1 | stage.train.batches =-1\n"
                             "      |                      ^\n"],
                         "validate", "bad.toml", "--set", "stage.train.batches =-1")


class Sweeps(CommandLine):
    CLAIM = """
[axes]
seed = [0, 1, 2]
[claim.apart]
text = "Replay differs from awake activity"
value = { of = "divergence", name = "divergence" }
above = -100
over = "seed"
"""

    def test_claims_are_judged_printed_and_written(self):
        self.write(GOOD + self.CLAIM, "claims.toml")
        done = self.attempt("run", "claims.toml", "--strict")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"holds +Replay differs from awake activity\n.*> -100, by .*\(n = 3\): holds")
        claims = json.loads((self.folder / "runs/claims/claims.json").read_text())
        self.assertEqual([c["verdict"] for c in claims], ["holds"])
        self.assertEqual(claims[0]["comparisons"][0]["samples"], 3)
        self.assertIn("Replay differs from awake activity", (self.folder / "runs/claims/report.html").read_text())

    def test_of_many_cases_of_a_claim_those_are_shown_that_do_not_hold(self):
        self.write(GOOD.replace("batches = 2", "batches = 0") + self.CLAIM.replace('over = "seed"', 'for_all = ["seed"]'), "many.toml")
        seeds = ("--set", f"axes.seed={list(range(21))}")
        done = self.attempt("run", "many.toml", *seeds)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^holds +Replay differs from awake activity\n +21 more cases in claims.json$")
        self.assertNotIn("seed=20: ", done.stdout)
        done = self.attempt("run", "many.toml", *seeds, "--set", "claim.apart.above=1e9")
        self.assertRegex(done.stdout, r"(?m)^fails +Replay differs from awake activity\n +seed=0: ")
        self.assertRegex(done.stdout, r"(?m)seed=19: \S+ is not > 1e\+09, by -1e\+09 \(n = 1\): fails\n +1 more case in claims.json$")

    def test_of_many_numbers_the_screen_shows_means_and_of_more_their_ranges(self):
        self.write(GOOD.replace("batches = 2", "batches = 0") + "[axes]\ndraw = [0]\nseed = [0, 1, 2, 3, 4, 5]\n" +
                   "[stage.other]\nrun = \"simulate\"\nof = \"train\"\nphase = \"awake\"\ntrials = 3\nsteps = 5\n"
                   "draw = \"$draw\"\n[stage.step]\nrun = \"measure\"\nmetric = { plugin = \"stepwise_distance\" }\n"
                   "recording = \"other\"\n", "many.toml")
        whole = self.attempt("run", "many.toml", "--set", "axes.seed=[0]")
        self.assertRegex(whole.stdout, r"(?m)^step\[draw=0,seed=0\] +stepwise_distance +[0-9.e-]+ m$")
        self.assertNotIn("All ", whole.stdout)
        means = self.attempt("run", "many.toml")
        self.assertRegex(means.stdout, r"(?m)^step\[draw=0\] +stepwise_distance +[0-9.e-]+ ± [0-9.e-]+ m \(n = 6\)$")
        self.assertRegex(means.stdout, r"(?m)^divergence +divergence +.* \(n = 6\)$")
        self.assertRegex(means.stdout, r"(?m)^All \d+ numbers: runs/many/metrics.csv; over seeds: runs/many/metrics_summary.csv$")
        ranges = self.attempt("run", "many.toml", "--only", "step", "--set", f"axes.draw={list(range(45))}", "--set", "axes.seed=[0]")
        self.assertRegex(ranges.stdout, r"(?m)^step  stepwise_distance +[0-9.e-]+ to [0-9.e-]+ m, 45 conditions$")
        self.assertLess(len(ranges.stdout.splitlines()), 20)

    def test_a_claim_that_does_not_hold_is_exit_5_only_when_strict(self):
        self.write(GOOD + self.CLAIM, "claims.toml")
        wrong = ("run", "claims.toml", "--set", "claim.apart.above=1000")
        self.assertEqual(self.attempt(*wrong).returncode, 0)
        done = self.attempt(*wrong, "--strict")
        self.assertIn("finished with exit code 5", self.attempt("status", "runs/claims").stdout)
        self.assertEqual(done.returncode, 5)
        self.assertIn("fails    Replay differs", done.stdout)

    def test_a_run_with_other_settings_waits_for_one_at_work(self):
        self.write(GOOD, "good.toml")
        log = self.folder / "runs/good/log.jsonl"
        at_work = subprocess.Popen([EXECUTABLE, "run", "good.toml", "--quiet", "--set", "stage.train.batches=1000000"],
                                   cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(at_work.kill)
        while not log.exists() or '"started"' not in log.read_text():
            self.assertIsNone(at_work.poll())
            time.sleep(0.05)
        self.check_error(1, ["runs/good: a run of this pipeline with other settings is at work"], "run", "good.toml")
        at_work.terminate()
        at_work.wait(60)
        self.assertEqual(self.attempt("run", "good.toml").returncode, 0)

    def test_of_two_runs_with_other_settings_that_start_at_a_time_one_is_refused(self):
        self.write(GOOD, "good.toml")
        runs = [subprocess.Popen([EXECUTABLE, "run", "good.toml", "--quiet", "--set", f"stage.train.batches={batches}"],
                                 cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                for batches in (1000000, 2000000)]
        for run in runs:
            self.addCleanup(run.communicate)
            self.addCleanup(run.kill)
        until = time.monotonic() + 60
        while all(run.poll() is None for run in runs) and time.monotonic() < until:
            time.sleep(0.05)
        refused, at_work = sorted(runs, key=lambda run: run.poll() is None)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a run of this pipeline with other settings is at work", refused.stderr.read())
        self.assertIsNone(at_work.poll())

    def test_an_earlier_run_s_verdicts_and_tables_go_when_another_begins(self):
        self.write(GOOD + self.CLAIM, "claims.toml")
        self.assertEqual(self.attempt("run", "claims.toml").returncode, 0)
        done = self.attempt("run", "claims.toml", "--worker", "--set", "axes.seed=[7]")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("claims.json", "metrics.csv", "metrics_summary.csv"):
            self.assertFalse((self.folder / "runs/claims" / name).exists(), name)

    def test_a_damaged_result_that_was_not_asked_for_is_not_judged(self):
        self.write(GOOD + self.CLAIM, "claims.toml")
        self.assertEqual(self.attempt("run", "claims.toml").returncode, 0)
        result = (self.folder / "runs/claims/divergence/seed=1").resolve() / "result.nc"
        result.chmod(0o644)
        damaged = bytearray(result.read_bytes())
        damaged[len(damaged) // 2] ^= 0xFF
        result.write_bytes(damaged)
        done = self.attempt("run", "claims.toml", "--only", "train", "--strict")
        self.assertIn("stage 'divergence[seed=1]': its stored result was damaged: result.nc", done.stderr)
        self.assertEqual(done.returncode, 5)
        self.assertIn("unknown  Replay differs", done.stdout)
        done = self.attempt("run", "claims.toml", "--strict")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_axes_may_come_to_a_stage_that_had_none_and_go_again(self):
        self.write(GOOD, "good.toml")
        for settings in ((), ("--set", "axes.seed=[0,1]"), ()):
            done = self.attempt("run", "good.toml", *settings)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("damaged", self.attempt("plan", "good.toml").stdout)

    def test_a_folder_that_is_a_link(self):
        self.write(GOOD, "good.toml")
        (self.folder / "elsewhere").mkdir()
        (self.folder / "runs").mkdir()
        (self.folder / "runs/good").symlink_to("../elsewhere")
        self.check_error(1, ["runs/good: is a symbolic link", "--runs DIR"], "run", "good.toml", "--quiet")

    def test_a_log_that_another_program_wrote_to(self):
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("run", "good.toml").returncode, 0)
        with open(self.folder / "runs/good/log.jsonl", "a") as log:
            log.write('{"event": 3, "time": 4}\n')
        self.assertIn("finished", self.attempt("status", "runs/good").stdout)
        self.assertEqual(self.attempt("plan", "good.toml").returncode, 0)

    def test_a_variable_of_an_axis_that_is_no_name(self):
        self.write(GOOD.replace('awake = "awake"', 'awake = { of = "awake", variable = "$what" }') +
                   '[axes.what]\ntrue_value = { variable = "latent" }\n')
        self.check_error(3, ["'variable' must be a string"], "validate", "bad.toml")

    def test_results_lie_under_the_values_of_their_axes(self):
        self.write(GOOD + self.CLAIM, "claims.toml")
        self.assertEqual(self.attempt("run", "claims.toml").returncode, 0)
        for seed in range(3):
            self.assertTrue((self.folder / f"runs/claims/divergence/seed={seed}/result.nc").is_file())
        with open(self.folder / "runs/claims/metrics.csv") as table:
            rows = [row for row in csv.DictReader(table) if row["metric"] == "divergence.divergence"]
        self.assertEqual([row["seed"] for row in rows], ["0", "1", "2"])
        with open(self.folder / "runs/claims/metrics_summary.csv") as table:
            means = {row["metric"]: row for row in csv.DictReader(table)}
        values = [float(row["value"]) for row in rows]
        self.assertAlmostEqual(float(means["divergence.divergence"]["mean"]), sum(values) / 3, places=5)
        self.assertEqual(means["divergence.divergence"]["seeds"], "3")


class BadPlugins(CommandLine):
    def test_library_that_is_no_plugin(self):
        self.check_error(4, ["not_a_plugin.so", "not a reverie plugin"], "list", "--plugin", LIBRARIES / "not_a_plugin.so")

    def test_library_of_another_major(self):
        self.check_error(4, ["other_major.so", "99"], "list", "--plugin", LIBRARIES / "other_major.so")

    def test_library_named_by_the_pipeline(self):
        self.write(f'plugins = ["{LIBRARIES}/other_major.so"]\n' + GOOD)
        self.check_error(4, ["bad.toml:1:12: error: ", "other_major.so", "99"], "run", "bad.toml")
        self.assertFalse((self.folder / "runs").exists())

    def test_text_file(self):
        (self.folder / "text.so").write_text("hello")
        self.check_error(4, ["text.so"], "list", "--plugin", "text.so")

    def test_missing_file(self):
        self.check_error(4, ["nowhere.so"], "list", "--plugin", "nowhere.so")

    def test_library_in_a_folder_is_only_warned_about(self):
        shutil.copy(LIBRARIES / "other_major.so", self.folder)
        listed = self.attempt("list", REVERIE_PLUGIN_PATH=str(self.folder))
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("other_major.so", listed.stderr)
        self.assertIn("leaky_rnn", listed.stdout)

    def test_plugins_of_the_current_folder_are_not_loaded(self):
        shutil.copy(LIBRARIES / "other_major.so", self.folder)
        self.assertEqual(self.attempt("list").stderr, "")


class BadFolders(CommandLine):
    def test_unwritable_results_folder(self):
        self.write(GOOD)
        (self.folder / "file").write_text("")
        for runs in ("file/runs", "/proc/reverie"):
            done = self.check_error(1, [runs, "--runs DIR"], "run", "bad.toml", "--runs", runs)
            self.assertNotIn("train", done.stderr)

    def in_a_file_system_of_its_own(self, size, script):
        """Runs a bash script with a file system of this size at runs/; "$0" is the command. Skips where that may not be."""
        (self.folder / "runs").mkdir(exist_ok=True)
        become_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(["unshare", "--mount", *become_root, "bash", "-c",
                               f"mount -t tmpfs -o size={size} tmpfs runs || exit 77\n{script}", EXECUTABLE],
                              cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=200)
        if done.returncode == 77 or "unshare" in done.stderr:
            self.skipTest(f"may not mount: {done.stderr}")
        return done

    def files_of(self, store):
        return {path.relative_to(self.folder / store): path.read_bytes() for path in (self.folder / store).rglob("*")
                if path.is_file() and path.name != "provenance.json"}

    def test_a_disk_that_fills_up_anywhere_fails_the_run_and_the_next_one_goes_on(self):
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("run", "good.toml", "--runs", "undisturbed").returncode, 0)
        expected = self.files_of("undisturbed/store")
        # From a folder that takes no file at all to one where the last results do not fit.
        for size in ("4k", "16k", "40k", "80k", "120k", "160k"):
            with self.subTest(size=size):
                shutil.rmtree(self.folder / "kept", ignore_errors=True)
                done = self.in_a_file_system_of_its_own(size, """\
                    "$0" run good.toml --quiet; code=$?
                    ls -A runs/store | grep -E "^[.](work|tmp)" >&2
                    mount -o remount,size=50m runs
                    "$0" run good.toml --quiet >&2 || exit 3
                    cp -r runs/store kept; exit $code""")
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("No space left on device", done.stderr)
                self.assertRegex(done.stderr, "(?i)free some space|--runs DIR")
                self.assertNotRegex(done.stderr, r"(?m)internal error|^\.|damaged")
                self.assertEqual(self.files_of("kept"), expected)

    def test_clean_makes_room_on_a_full_disk(self):
        self.write(GOOD, "good.toml")
        done = self.in_a_file_system_of_its_own("10m", """\
            "$0" run good.toml --quiet >&2 && "$0" run good.toml --quiet --set stage.awake.draw=1 >&2 || exit 3
            cat /dev/zero > runs/fill 2>/dev/null
            "$0" clean --yes || exit 4
            ls runs/store | wc -l""")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, "removed [1-9]")
        self.assertEqual(done.stdout.split()[-1], "4")

    def test_results_on_a_read_only_file_system_can_be_looked_at_but_not_added_to(self):
        self.write(GOOD, "good.toml")
        done = self.in_a_file_system_of_its_own("50m", """\
            "$0" run good.toml --quiet >&2 || exit 3
            mount -o remount,ro runs
            "$0" plan good.toml && "$0" status runs/good && "$0" runs >/dev/null && "$0" diff runs/good/awake runs/good/replay >/dev/null || exit 4
            "$0" export runs/good/awake --out runs/awake.npz; [ $? -eq 1 ] || exit 5
            "$0" clean --yes
            "$0" run good.toml --set stage.awake.draw=1""")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout.count("  done\n"), 4)
        self.assertIn("4 of 4 stages done", done.stdout)
        self.assertIn("cannot write 'runs/awake.npz': Read-only file system", done.stderr)
        self.assertIn("Choose a folder you may write to with --runs DIR", done.stderr)

    def test_a_folder_without_permission(self):
        self.write(GOOD, "good.toml")
        self.folder.chmod(0o755)
        (self.folder / "runs").mkdir(mode=0o555)
        (self.folder / "runs").chmod(0o555)
        stranger = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
        done = subprocess.run([EXECUTABLE, "run", "good.toml"], cwd=self.folder, env=self.environment(), text=True,
                              capture_output=True, timeout=60, preexec_fn=stranger)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("runs: the folder for results cannot be written: Permission denied", done.stderr)
        self.assertIn("--runs DIR", done.stderr)

    def test_a_checkpoint_that_may_not_be_read_is_not_replaced(self):
        self.write(GOOD, "good.toml")
        rows = json.loads(self.attempt("plan", "good.toml", "--json").stdout)
        training = next(row for row in rows if row["stage"] == "train")
        work = self.folder / "runs/store" / f".work-{training['fingerprint'][:16]}"
        work.mkdir(parents=True)
        checkpoint = work / "checkpoint.safetensors"
        checkpoint.write_text("mine")
        checkpoint.chmod(0)
        for path in (self.folder, self.folder / "runs", self.folder / "runs/store", work):
            path.chmod(0o777)
        stranger = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
        done = subprocess.run([EXECUTABLE, "run", "good.toml"], cwd=self.folder, env=self.environment(), text=True,
                              capture_output=True, timeout=60, preexec_fn=stranger)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("checkpoint.safetensors: cannot be read: Permission denied", done.stderr)
        checkpoint.chmod(0o600)
        self.assertEqual(checkpoint.read_text(), "mine")

    def test_truncated_weights_are_reported_and_made_anew(self):
        self.write(GOOD)
        self.assertEqual(self.attempt("run", "bad.toml").returncode, 0)
        weights = self.folder / "runs/bad/train/weights.safetensors"
        before = weights.read_bytes()
        os.truncate(weights, 1000)
        self.assertIn("damaged: weights.safetensors has 1000 bytes", self.attempt("plan", "bad.toml").stdout)
        done = self.attempt("run", "bad.toml", "--set", "stage.awake.draw=1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: stage 'train': its stored result was damaged: weights.safetensors has 1000 bytes", done.stderr)
        self.assertEqual(weights.read_bytes(), before)

    def test_a_limit_on_file_sizes_fails_the_stage_and_the_next_run_goes_on(self):
        self.write(GOOD)
        limited = subprocess.run(["bash", "-c", 'ulimit -f 16; exec "$0" run bad.toml', EXECUTABLE], cwd=self.folder,
                                 env=self.environment(), capture_output=True, text=True, timeout=200)
        self.assertEqual(limited.returncode, 1, limited.stderr)
        self.assertIn("File too large", limited.stderr)
        self.assertIn("ulimit -f", limited.stderr)
        self.assertEqual([p for p in (self.folder / "runs/store").iterdir() if p.name.startswith(".work")], [])
        self.assertEqual(self.attempt("run", "bad.toml").returncode, 0)


class Usage(CommandLine):
    def test_no_command(self):
        self.check_error(2, ["Usage: reverie COMMAND"])

    def test_unknown_command(self):
        self.check_error(2, ["there is no command 'rnu'. Did you mean 'run'?"], "rnu")

    def test_unknown_option(self):
        self.check_error(2, ["there is no option '--thread'. Did you mean '--threads'?"], "run", "a.toml", "--thread", "2")

    def test_missing_argument(self):
        self.check_error(2, ["'PIPELINE' is missing"], "run")

    def test_check_of_a_file_that_is_not_there(self):
        self.check_error(2, ["nope.so: there is no such file"], "check", "nope.so")

    def test_a_pipeline_is_not_for_check(self):
        self.check_error(2, ["'good.toml' is a pipeline", "reverie validate good.toml"], "check", "good.toml")

    def test_too_many_arguments(self):
        self.check_error(2, ["too many arguments"], "run", "a.toml", "b.toml")

    def test_threads(self):
        for threads in ("0", "-3"):
            self.check_error(2, [f"--threads must be at least 1, not {threads}"], "run", "a.toml", f"--threads={threads}")
        self.check_error(2, ["threads"], "run", "a.toml", "--threads", "two")

    def test_setting_that_is_no_toml(self):
        self.write(GOOD)
        self.check_error(2, ["--set:1:"], "run", "bad.toml", "--set", "task.box.plugin=box")

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([EXECUTABLE, "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write to standard output", done.stderr)

    def test_help_and_version_go_to_stdout(self):
        for arguments in (["--help"], ["--version"], ["help"], *([c, "--help"] for c in ("run", "plan", "validate", "list", "info", "measure", "status", "runs", "clean", "diff", "export", "import", "completion"))):
            done = self.attempt(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
            self.assertTrue(done.stdout)


class Commands(CommandLine):
    def test_list(self):
        listed = self.attempt("list")
        self.assertEqual(listed.returncode, 0)
        for name in ("leaky_rnn", "overdamped", "underdamped", "adaptation", "spatial_navigation", "kde_divergence"):
            self.assertIn(name, listed.stdout)
        entries = {(p["kind"], p["id"]) for p in json.loads(self.attempt("list", "--json").stdout)}
        self.assertIn(("dynamics", "underdamped"), entries)

    def test_info(self):
        text = self.attempt("info", "underdamped").stdout
        for part in ("friction", "λ_v", "(0, 1]", "0.5", "Casco-Rodriguez"):
            self.assertIn(part, text)
        self.assertEqual(text, self.attempt("info", "dynamics.underdamped").stdout)
        parameters = json.loads(self.attempt("info", "underdamped", "--json").stdout)["parameters"]
        self.assertEqual([p["name"] for p in parameters], ["friction", "noise"])
        divergence = json.loads(self.attempt("info", "kde_divergence", "--json").stdout)
        self.assertEqual([(r["role"], r["variable"], r["dims"]) for r in divergence["reads"]],
                         [(role, "position", ["trial", "time", "space"]) for role in ("awake", "replay")])
        self.assertEqual(divergence["gives"][0], {"name": "divergence", "dims": [], "unit": "nats", "optional": False,
                                                  "doc": "KL divergence of replay to awake."})
        self.check_error(2, ["there is no plugin 'underdampd'. Did you mean 'underdamped'?"], "info", "underdampd")

    def test_info_toml_can_be_pasted(self):
        blocks = [self.attempt("info", name, "--toml").stdout for name in ("spatial_navigation", "leaky_rnn")]
        replay = self.attempt("info", "underdamped", "--toml").stdout
        pipeline = "".join(blocks) + ('[stage.train]\nrun = "train"\ntask = "spatial_navigation"\nnetwork = "small"\n'
                                      '[stage.replay]\nrun = "simulate"\nof = "train"\nphase = "quiescent"\n') + replay
        done = self.attempt("validate", self.write(pipeline))
        self.assertEqual(done.returncode, 0, done.stderr)

    def readme_block(self, language):
        return re.search(rf"```{language}\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL).group(1)

    def test_pipeline_of_the_readme_is_valid(self):
        (self.folder / "readme.toml").write_text(self.readme_block("toml"))
        done = self.attempt("validate", "readme.toml")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_plugin_of_the_readme_builds_by_its_command_and_loads(self):
        source = self.readme_block("cpp")
        self.assertLessEqual(len([line for line in source.splitlines() if line.strip()]), 20)
        (self.folder / "my_momentum.cpp").write_text(source)
        command = re.search(r"```sh\n(g\+\+.*?\.so)\n", (PROJECT / "README.md").read_text(), re.DOTALL).group(1)
        for name in ("framework/abi", "framework/sdk", "cmake/plugin.map"):
            command = command.replace(name, str(PROJECT / name))
        subprocess.run(command, shell=True, cwd=self.folder, check=True)
        done = self.attempt("info", "my_momentum", "--plugin", "./my_momentum.so")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("share of the velocity lost per step", done.stdout)
        self.assertEqual(self.attempt("check", "my_momentum.so").returncode, 0)

    def test_quick_pipeline_is_valid(self):
        done = self.attempt("validate", PROJECT / "pipelines/quick/navigation.toml")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_run_plan_and_run_again(self):
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("plan", "good.toml").stdout.count("runs: "), 4)
        first = self.attempt("run", "good.toml")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("Report: runs/good/report.html", first.stderr)
        self.assertIn("divergence", first.stdout)
        self.assertEqual(self.attempt("plan", "good.toml").stdout.count("  done\n"), 4)
        part = self.attempt("plan", "good.toml", "--only", "replay", "--set", "stage.train.batches=3").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in part], ["stage", "train", "replay"])
        self.assertEqual(self.attempt("plan", "good.toml", "--only", "reply").returncode, 2)
        again = self.attempt("run", "good.toml")
        self.assertEqual(again.stderr.count("done before"), 4, again.stderr)
        self.assertEqual(again.stdout, first.stdout)
        changed = self.attempt("plan", "good.toml", "--set", "stage.replay.draw=1").stdout
        self.assertEqual((changed.count("runs: "), changed.count("  done\n")), (2, 2))
        self.assertRegex(changed, r"replay .*runs: draw 0 → 1\n")
        self.assertRegex(changed, r"divergence .*runs: input replay changed \(draw 0 → 1\)\n")
        events = [json.loads(line)["event"] for line in (self.folder / "runs/good/log.jsonl").read_text().splitlines()]
        self.assertEqual(sorted(events), sorted(["run"] + ["started", "done"] * 4 + ["end", "run"] + ["done before"] * 4 + ["end"]))

    def test_quiet_shows_results_only(self):
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("run", "good.toml", "--quiet").stderr, "")

    def test_threads_do_not_change_results(self):
        self.write(GOOD, "good.toml")
        outputs = set()
        for threads in ("1", "2", "3"):
            done = self.attempt("run", "good.toml", "--threads", threads, "--runs", f"runs{threads}")
            self.assertEqual(done.returncode, 0, done.stderr)
            outputs.add((self.folder / f"runs{threads}/good/train/weights.safetensors").read_bytes() +
                        (self.folder / f"runs{threads}/good/divergence/result.csv").read_bytes())
        self.assertEqual(len(outputs), 1)

    def test_measure_agrees_with_the_pipeline(self):
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("run", "good.toml").returncode, 0)
        done = self.attempt("measure", "kde_divergence", "--awake", "runs/good/awake/recording.nc", "--replay",
                            "runs/good/replay/recording.nc", "--set", "samples=100", "--out", "result.nc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.folder / "result.nc").is_file())
        rows = (self.folder / "runs/good/divergence/result.csv").read_text().splitlines()
        for line in done.stdout.splitlines():
            name, value = line.split()[:2]
            stored = [row.split(",") for row in rows if row.startswith(name + ",")]
            self.assertAlmostEqual(float(stored[0][-2]), float(value), delta=1e-5 * abs(float(value)))
        self.check_error(2, ["--replay FILE is missing"], "measure", "kde_divergence", "--awake", "a.nc")
        inputs = ("measure", "kde_divergence", "--awake", "runs/good/awake/recording.nc", "--replay", "replay.nc")
        shutil.copy(self.folder / "runs/good/replay/recording.nc", self.folder / "replay.nc")
        before = (self.folder / "replay.nc").read_bytes()
        self.check_error(2, ["'replay.nc' is what the command reads"], *inputs, "--out", "replay.nc", "--force")
        self.assertEqual((self.folder / "replay.nc").read_bytes(), before)
        self.check_error(1, ["nowhere/result.nc"], *inputs, "--out", "nowhere/result.nc")
        self.check_error(2, ["would lie in a stored result"], "report", "runs/good", "--out", "runs/good/train/report.html", "--force")
        self.check_error(1, ["nowhere.nc"], "measure", "kde_divergence", "--awake", "nowhere.nc", "--replay", "nowhere.nc")

    def started_run(self, *arguments, **more):
        """A run of long.toml that is at work: by itself in a child, or waiting for another."""
        process = subprocess.Popen([EXECUTABLE, "run", *arguments], cwd=self.folder, env=self.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        log = self.folder / "runs/long/log.jsonl"
        while not (log.exists() and re.search(rf':{process.pid}","event":"(started|waiting)"', log.read_text())):
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        while not self.children_of(process) and f':{process.pid}","event":"started"' in log.read_text():
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        return process

    def children_of(self, process):
        return pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()

    def test_a_run_does_not_depend_on_what_its_caller_did_to_signals_and_streams(self):
        self.write(GOOD, "good.toml")
        ignore = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        done = subprocess.run([EXECUTABLE, "run", "good.toml", "--runs", "deaf"], cwd=self.folder, env=self.environment(),
                              capture_output=True, text=True, timeout=60, preexec_fn=ignore)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = subprocess.run(["bash", "-c", '"$0" run good.toml --json --runs closed <&- >&- 2>&-', EXECUTABLE],
                              cwd=self.folder, env=self.environment(), timeout=60)
        self.assertEqual(done.returncode, 0)
        events = [json.loads(line)["event"] for line in (self.folder / "closed/good/log.jsonl").read_text().splitlines()]
        self.assertEqual(collections.Counter(events), {"run": 1, "started": 4, "done": 4, "end": 1})

    def is_alive(self, process):
        try:
            return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def test_signals_stop_a_run_which_goes_on_next_time(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000"), "long.toml")
        batches = []
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            process = self.started_run("long.toml")
            time.sleep(0.2)
            process.send_signal(number)
            if number == signal.SIGHUP:  # comes from the shell and from the system
                time.sleep(0.001)
                process.send_signal(number)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, code)
            resumes = re.search(r"interrupted at batch (\d+) of 1000000: resumes", self.attempt("plan", "long.toml").stdout)
            batches.append(int(resumes.group(1)))
            self.assertEqual([p.name[:6] for p in (self.folder / "runs/store").iterdir()], [".work-"])
            (self.folder / "runs/long/log.jsonl").unlink()
        self.assertEqual(batches, sorted(set(batches)))

    def test_a_run_whose_reader_is_gone_saves_what_it_has(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000"), "long.toml")
        process = self.started_run("long.toml", "--checkpoint", "0")
        process.stdout.close()
        process.stderr.close()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.assertRegex(self.attempt("plan", "long.toml").stdout, r"interrupted at batch \d+ of 1000000: resumes")

    def test_a_run_under_nohup_outlives_its_terminal(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000"), "long.toml")
        process = self.started_run("long.toml", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)

    def test_status_of_two_runs_at_once_is_what_they_reached_together(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000"), "long.toml")
        processes = [self.started_run("long.toml") for _ in range(2)]
        log = self.folder / "runs/long/log.jsonl"
        while "waiting" not in log.read_text():
            self.assertIsNone(processes[1].poll())
            time.sleep(0.02)
        status = json.loads(self.attempt("status", "runs/long", "--json").stdout)
        self.assertEqual((status["state"], status["runs"]), ("running", 2))
        self.assertEqual([s["state"] for s in status["stages"]], ["running", "open", "open", "open"])
        # The one that waits ends: the other goes on, and the status is its own.
        for number, process in enumerate(reversed(processes)):
            process.terminate()
            process.communicate(timeout=60)
            status = json.loads(self.attempt("status", "runs/long", "--json").stdout)
            self.assertEqual(status["state"], ["running", "interrupted"][number])
            self.assertNotIn("runs", status)

    def test_children_die_with_a_killed_run(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000"), "long.toml")
        process = self.started_run("long.toml")
        children = self.children_of(process)
        self.assertTrue(children)
        process.kill()
        process.communicate(timeout=60)
        deadline = time.monotonic() + 30
        while any(self.is_alive(child) for child in children):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_a_killed_child_fails_its_stage_only(self):
        self.write(GOOD.replace("batches = 2", "batches = 1000000") +
                   '[stage.other]\nrun = "train"\ntask = "box"\nnetwork = "small"\nbatches = 1\nseed = 3\n', "long.toml")
        process = self.started_run("long.toml", "--only", "train", "--only", "other", "--threads", "1")
        # The longest goes first: the only child is the training.
        for child in self.children_of(process):
            os.kill(int(child), signal.SIGKILL)
        _, words = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, words)
        self.assertIn("stage 'train' failed: its process was killed (SIGKILL)", words)
        self.assertIn("Log: runs/long/logs/train.log", words)
        self.assertRegex(words, r"other +done in")

    def test_two_runs_at_once_share_the_work(self):
        text = GOOD.replace("batches = 2", "batches = 300")
        for seed in range(4):
            text += f'[stage.t{seed}]\nrun = "train"\ntask = "box"\nnetwork = "small"\nbatches = 300\nseed = {seed + 5}\n'
        self.write(text, "long.toml")
        runs = [subprocess.Popen([EXECUTABLE, "run", "long.toml"], cwd=self.folder, env=self.environment(),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for run in runs:
            _, words = run.communicate(timeout=120)
            self.assertEqual(run.returncode, 0, words)
        events = [json.loads(line)["event"] for line in (self.folder / "runs/long/log.jsonl").read_text().splitlines()]
        self.assertEqual(events.count("started"), 8)
        self.assertEqual(events.count("done") + events.count("done before"), 16)

    def test_json_tells_progress_on_stdout(self):
        self.write(GOOD, "good.toml")
        done = self.attempt("run", "good.toml", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([e["stage"] for e in events if e["event"] == "finished"][0], "train")
        self.assertEqual({e["state"] for e in events if e["event"] == "finished"}, {"done"})
        self.assertEqual(len([e for e in events if e["event"] == "finished"]), 4)

    def test_budget_options(self):
        self.write(GOOD, "good.toml")
        self.check_error(2, ["--memory must be a size as in 4GiB"], "run", "good.toml", "--memory", "much")
        self.check_error(2, ["--memory 4 is less than a megabyte"], "run", "good.toml", "--memory", "4")
        self.check_error(2, ["--checkpoint"], "run", "good.toml", "--checkpoint=-1")
        # Less than any stage asks for: one at a time.
        self.assertEqual(self.attempt("run", "good.toml", "--memory", "1MiB").returncode, 0)

    def test_in_process_gives_the_same_results(self):
        self.write(GOOD, "good.toml")
        for runs, options in (("one", []), ("two", ["--in-process"])):
            self.assertEqual(self.attempt("run", "good.toml", "--runs", runs, *options).returncode, 0)
        for path in (self.folder / "one/store").rglob("*"):
            if path.is_file() and path.name != "provenance.json":
                self.assertEqual(path.read_bytes(), (self.folder / "two" / path.relative_to(self.folder / "one")).read_bytes())

    def test_bench_for_programs(self):
        done = self.attempt("bench", "random", "--repeat", "1", "--threads", "1", "--strict", "--json", "--quiet")
        report = json.loads(done.stdout)
        self.assertEqual((report["threads"], report["precision"], report["repeat"]), (1, "float32", 1))
        self.assertEqual([line["name"] for line in report["lines"]], ["random"])
        normals = report["lines"][0]["figures"][0]
        self.assertEqual(normals["reached"], normals["value"] >= normals["at_least"])
        self.assertEqual(done.returncode, 0 if normals["reached"] else 5)

    def test_bench_as_a_table(self):
        done = self.attempt("bench", "random", "--repeat", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"normals \[million/s\] +[\d.]+   at least 400: (NOT )?reached")

    def test_bench_says_what_it_does_not_understand(self):
        self.check_error(2, ["there is no measurement 'randm'. Did you mean 'random'?"], "bench", "randm")
        self.check_error(2, ["--repeat must be at least 1, not 0"], "bench", "--repeat", "0")
        self.check_error(2, ["--precision must be float32 or bfloat16, not 'float16'"], "bench", "--precision=float16")
        self.check_error(1, ["no folder for temporary files", "TMPDIR"], "bench", "random", TMPDIR="/nowhere")


class Store(CommandLine):
    def setUp(self):
        super().setUp()
        self.write(GOOD, "good.toml")
        self.assertEqual(self.attempt("run", "good.toml").returncode, 0)

    def test_runs_lists_results_and_who_uses_them(self):
        results = json.loads(self.attempt("runs", "--json").stdout)
        self.assertEqual(sorted(r["run"] for r in results), ["measure", "simulate", "simulate", "train"])
        train = [r for r in results if r["run"] == "train"][0]
        self.assertEqual(train["used_by"], ["good: train"])
        folder = self.folder / "runs/store" / train["fingerprint"]
        self.assertEqual(train["bytes"], sum(f.stat().st_size for f in folder.iterdir()))
        self.assertIn("good: train", self.attempt("runs").stdout)

    def test_clean_removes_what_nobody_refers_to_and_asks_first(self):
        self.assertEqual(self.attempt("clean").stderr, "nothing to remove\n")
        self.assertEqual(self.attempt("run", "good.toml", "--set", "stage.replay.draw=1").returncode, 0)
        store = self.folder / "runs/store"
        before = sorted(p.name for p in store.iterdir())
        (store / ".work-0123456789abcdef").mkdir()
        (store / ".tmp-999999999-1").write_text("x")
        (store / f".lock-0123456789abcdef.{'0f' * 16}").write_text("")
        refused = self.attempt("clean")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("say --yes", refused.stderr)
        self.assertEqual(refused.stdout.count("in no pipeline's last run"), 2)
        self.assertEqual(len(list(store.iterdir())), len(before) + 3)
        self.assertEqual(self.attempt("clean", "--yes").returncode, 0)
        self.assertEqual(len(list(store.iterdir())), 4)
        self.assertEqual(self.attempt("plan", "good.toml", "--set", "stage.replay.draw=1").stdout.count("  done\n"), 4)

    def test_clean_removes_what_killed_processes_left_but_no_checkpoint(self):
        train = (self.folder / "runs/good/train").resolve()
        shutil.rmtree(train)
        work = train.parent / f".work-{train.name}"
        (work / "result-999999999").mkdir(parents=True)
        gone = [work / "result-999999999", work / ".tmp-999999999-1", self.folder / "runs/.tmp-999999999-1",
                self.folder / "runs/good/.tmp-999999999-1", self.folder / f"runs/good/.lock-plan.json.{'0f' * 16}"]
        kept = [work / "checkpoint.safetensors", self.folder / "runs/good/plan.json"]
        for path in [*gone[1:], kept[0]]:
            path.write_text("")
        done = self.attempt("clean", "--yes")
        self.assertEqual((done.returncode, done.stdout.count("left by a process that ended")), (0, len(gone)), done.stderr)
        self.assertEqual([path for path in gone if path.exists()], [])
        self.assertEqual([path for path in kept if not path.exists()], [])

    def test_clean_asks_on_a_terminal(self):
        self.assertEqual(self.attempt("run", "good.toml", "--set", "stage.replay.draw=1").returncode, 0)
        store = self.folder / "runs/store"
        for answer, left in ((b"\n", 6), (b"no\n", 6), (b"y\n", 4)):
            ours, theirs = pty.openpty()
            process = subprocess.Popen([EXECUTABLE, "clean"], cwd=self.folder, env=self.environment(), stdin=theirs,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.write(ours, answer)
            shown, asked = process.communicate(timeout=60)
            os.close(ours), os.close(theirs)
            self.assertEqual((process.returncode, shown.count(b"in no pipeline's last run")), (0, 2))
            self.assertIn(b"Remove these (", asked)
            self.assertEqual(len(list(store.iterdir())), left)

    def test_clean_refuses_where_it_cannot_know_who_refers_to_what(self):
        record = self.folder / "runs/good/plan.json"
        whole = record.read_text()
        record.write_text("{")
        self.check_error(1, ["plan.json: damaged"], "clean", "--yes")
        record.write_text(whole)
        loop = self.folder / "runs/loop"  # whether that is a pipeline's folder nobody can tell
        loop.symlink_to("loop")
        for command in ("clean", "runs"):
            self.check_error(1, ["runs/loop/plan.json': Too many levels of symbolic links"], command)
        loop.unlink()
        self.assertEqual(self.attempt("clean").stderr, "nothing to remove\n")

    def test_a_place_that_cannot_be_read_is_told_with_the_reason(self):
        (self.folder / "loop").symlink_to("loop")
        for arguments in (("status", "loop"), ("report", "loop"), ("export", "loop", "--out", "x.npz"),
                          ("diff", "loop", "runs/good/train"), ("plan", "good.toml", "--runs", "loop")):
            done = self.check_error(1, ["loop", "Too many levels of symbolic links"], *arguments)
            self.assertNotIn("internal error", done.stderr)

    def test_status_of_a_finished_and_of_a_killed_run(self):
        self.assertIn("finished", self.attempt("status", "runs/good").stdout)
        self.assertIn("4 of 4 stages done", self.attempt("status", "runs/good").stdout)
        log = self.folder / "runs/good/log.jsonl"
        lines = log.read_text().splitlines()
        begun = json.loads(lines[0])
        begun["process"] = 999999999  # beyond any process number
        log.write_text("\n".join([json.dumps(begun), lines[1], '{"time": "tor']))
        status = json.loads(self.attempt("status", "runs/good", "--json").stdout)
        self.assertEqual(status["state"], "ended without a word")
        self.assertEqual([s["state"] for s in status["stages"]], ["ended", "open", "open", "open"])
        self.check_error(1, ["no run's folder"], "status", "runs/store")

    def test_diff_tells_configuration_numbers_and_files(self):
        self.assertEqual(self.attempt("run", "good.toml", "--set", "stage.replay.draw=1", "--runs", "other").returncode, 0)
        self.assertEqual(self.attempt("diff", "runs/good/train", "other/good/train").stderr, "no difference\n")
        replay = self.attempt("diff", "runs/good/replay", "other/good/replay").stdout
        self.assertIn("draw 0 → 1", replay)
        self.assertRegex(replay, r"recording.nc has other contents: .*position differs by up to \d")
        measured = self.attempt("diff", "runs/good/divergence", "other/good/divergence").stdout
        self.assertIn("input simulate changed (draw 0 → 1)", measured)
        self.assertRegex(measured, r"result +divergence \S+ → \S+")
        self.check_error(1, ["'runs/good' is a folder of results: ", "name one of them"], "diff", "runs/good", "other/good")
        # An option that changes the description of a recording alone, and one that changes every weight.
        for run, setting in (("dense", "compress=true"), ("more", "")):
            change = ["--set", f"stage.replay.{setting}"] if setting else ["--set", "stage.train.batches=3"]
            self.assertEqual(self.attempt("run", "good.toml", *change, "--runs", run).returncode, 0)
        same = self.attempt("diff", "runs/good/replay", "dense/good/replay").stdout
        self.assertIn("recording.nc has other contents: the same numbers", same)
        weights = self.attempt("diff", "runs/good/train", "more/good/train").stdout
        self.assertRegex(weights, r"weights.safetensors has other contents: .*w_rec.weight differs by up to \d")
        self.assertIn("input train changed (batches 2 → 3)", self.attempt("diff", "runs/good/divergence",
                                                                          "more/good/divergence").stdout)

    def test_completion_scripts_are_valid_and_know_commands_and_stages(self):
        script = self.attempt("completion", "bash").stdout
        (self.folder / "completion.bash").write_text(script)
        asked = ('PATH="$(dirname "$0"):$PATH"; source completion.bash; COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); '
                 '_reverie; echo "${{COMPREPLY[@]}}"')
        for words, expected in (("reverie pl", "plan"), ("reverie run good.toml --only di", "divergence"),
                                ("reverie run --fail", "--fail-fast"), ("reverie info underd", "underdamped"),
                                ("reverie measure path_l", "path_length"), ("reverie measure underd", ""),
                                ("reverie report --force good.to", "good.toml")):
            done = subprocess.run(["bash", "-c", asked.format(words), EXECUTABLE], cwd=self.folder, text=True,
                                  env=self.environment(), capture_output=True, timeout=60)
            self.assertEqual((done.stdout.split(), done.stderr), (expected.split(), ""), words)
        self.assertIn("bashcompinit", self.attempt("completion", "zsh").stdout)
        self.assertIn("complete -c reverie", self.attempt("completion", "fish").stdout)
        self.check_error(2, ["bash, zsh, fish"], "completion", "tcsh")

    def test_provenance_tells_where_a_result_comes_from(self):
        record = json.loads((self.folder / "runs/good/train/provenance.json").read_text())
        for key in ("version", "git", "host", "cpu", "started", "finished", "seconds", "threads"):
            self.assertIn(key, record)
        self.assertEqual([p["id"] for p in record["plugins"]], ["spatial_navigation", "leaky_rnn"])
        for plugin in record["plugins"]:
            self.assertEqual(plugin["sha256"], hashlib.sha256(pathlib.Path(plugin["file"]).read_bytes()).hexdigest())
        description = json.loads((self.folder / "runs/good/train/stage.json").read_text())
        self.assertEqual(sorted(description["files"]), ["history.csv", "training_state.safetensors", "weights.safetensors"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
