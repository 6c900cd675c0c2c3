# SPDX-License-Identifier: BSD-3-Clause
"""`reverie submit --slurm` on a cluster of one node: a sweep from submission to report, requeued in the middle.

test_cluster.py EXECUTABLE; standard library and Debian's packages slurmctld, slurmd, slurm-client and munge. Without these
it tries the scripts alone and exits with 77.
"""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import unittest

import cluster

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import CommandTest

PIPELINE = """\
title = "On a cluster"
[axes]
seed = [0, 1]
[task.box]
plugin = "spatial_navigation"
place_cells = 16
[network.small]
cell = { plugin = "leaky_rnn", units = 16 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 4000
batch_size = 10
[stage.replay]
run = "simulate"
of = "train"
phase = "quiescent"
trials = 10
[stage.distance]
run = "measure"
metric = { plugin = "stepwise_distance" }
recording = "replay"
[stage.all]
run = "gather"
of = "distance"
over = "seed"
[slurm]
setup = ["export REVERIE_TEST_SETUP=yes"]
extra = ["--comment=test"]
"""


class Submission(CommandTest):
    prefix = "reverie slurm' $-"
    variables = {}  # of the cluster

    def setUp(self):
        super().setUp()
        (self.folder / "p q.toml").write_text(PIPELINE)
        self.index = self.folder / "runs" / "p q"

    def environment(self, **extra):
        return super().environment(**self.variables, **extra)

    def reverie(self, *arguments, code=0, **extra):
        done = self.attempt(*arguments, **extra)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr + self.task_logs())
        return done.stdout + done.stderr

    def submit(self, *options, **others):
        return self.reverie("submit", "--slurm", "p q.toml", *options, **others)

    def task_logs(self):
        return "\n".join(f"== {log.name}\n" + log.read_text(errors="replace") for log in self.index.rglob("slurm/*/*.log"))


class WithoutSlurm(Submission):
    def test_scripts_that_are_tried_without_slurm(self):
        nowhere = {"PATH": "/nonexistent", "SLURM_CONF": "/nonexistent"}
        text = self.submit("--dry-run", **nowhere)
        self.assertIn("1-train: 2 tasks, 2 stages", text)
        self.assertIn("#SBATCH --array=0-1", text)
        self.assertFalse((self.folder / "runs").exists())
        text = self.submit(code=1, **nowhere)
        self.assertRegex(text, "of Slurm cannot be started: No such file")
        self.assertFalse((self.index / "slurm" / "jobs.json").exists())

    def test_scripts_are_shell(self):
        text = self.submit("--dry-run", "--set", "slurm.ranks=2")
        scripts = re.findall(r"^==> [^\n]*\.sh <==\n(.*?)(?=^==> |\Z)", text, re.MULTILINE | re.DOTALL)
        self.assertEqual(len(scripts), 4)
        for script in scripts:
            checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
            self.assertEqual(checked.stderr, "")


class OnACluster(Submission):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(cluster.Cluster())
        cls.variables = cls.cluster.variables

    def decisions(self):
        return {entry["stage"]: entry["why"] for entry in json.loads(self.reverie("plan", "p q.toml", "--json"))}

    def jobs(self):
        return {job["name"]: job["id"] for job in json.loads((self.index / "slurm" / "jobs.json").read_text())["jobs"]}

    def wait_for(self, condition, failure, seconds=60):
        try:
            self.cluster.wait_for(condition, failure, seconds)
        except AssertionError:
            self.fail(failure + self.cluster.run("squeue", "--array", "--states=all") + self.task_logs())

    def wait_for_the_end(self):
        self.wait_for(lambda: not self.cluster.run("squeue", "-h"), "jobs do not end\n")

    def states(self, job):
        return self.cluster.run("squeue", "-h", "-r", "--states=all", "--jobs", job, "-o", "%T").split()

    def start_now(self, task):
        """Slurm lets a requeued task wait for two minutes."""
        self.wait_for(lambda: "PENDING" in self.cluster.run("squeue", "-h", "-r", "-o", "%i %T", "-j", task),
                      "not requeued\n")
        self.cluster.run("scontrol", "update", f"JobId={task}", "StartTime=now")

    def wait_for_checkpoint_after(self, action, task):
        """Does something to a training task, and waits until what it saved is there; returns the batch."""
        log = self.index / "slurm" / "1" / f"1-train-{task[-1]}.log"
        self.wait_for(lambda: any((self.folder / "runs" / "store").glob(".work-*/live.json")) and log.exists(), "no batch\n")
        action()
        found = []

        def interrupted():
            found[:] = re.findall(r"interrupted at batch (\d+) of 4000: resumes", " ".join(self.decisions().values()))
            return found
        self.wait_for(interrupted, "no checkpoint\n")
        return int(found[0])

    def test_a_sweep_from_submission_to_report(self):
        self.submit("--set", "slurm.stages_per_task=1")
        jobs = self.jobs()
        self.assertEqual(list(jobs), ["1/1-train", "1/2-simulate", "1/3-measure", "1/4-last"])
        self.assertRegex(self.submit(), "0 stages with results, 7 queued, 0 jobs to submit")
        train = jobs["1/1-train"]
        self.wait_for(lambda: "RUNNING" in self.states(train), "nothing runs\n")

        # The time runs out for the last task, whose number is that of the array: it requeues itself, not the array.
        batch = self.wait_for_checkpoint_after(
            lambda: self.cluster.run("scancel", "--signal=USR1", "--batch", f"{train}_1"), f"{train}_1")
        self.assertGreater(batch, 0)
        self.start_now(f"{train}_1")
        self.assertRegex(self.reverie("status", "runs/p q"), r"Slurm: .* pending")
        self.wait_for_the_end()

        self.assertEqual(set(self.decisions().values()), {"done"})
        self.assertIn("On a cluster", (self.index / "report.html").read_text())
        self.assertRegex(self.submit(), "7 stages with results, 0 queued, 0 jobs to submit")
        self.assertEqual(self.jobs(), jobs)

        # What is damaged is made anew by an array.
        table = next(self.index.glob("distance/*/result.csv"))
        table.write_text(table.read_text() + "x")
        self.assertRegex(self.submit(), "6 stages with results, 0 queued, 2 jobs to submit")
        self.wait_for_the_end()
        self.assertEqual(set(self.decisions().values()), {"done"})
        self.assertIn("1 stage done here", (self.index / "slurm" / "2" / "1-measure-0.log").read_text())

    def test_a_requeued_training_resumes(self):
        self.submit("--only", "train[seed=0]")
        train = self.jobs()["1/1-train"]
        batch = self.wait_for_checkpoint_after(lambda: self.cluster.run("scontrol", "requeue", f"{train}_0"), f"{train}_0")
        self.assertGreater(batch, 0)
        self.start_now(f"{train}_0")
        self.wait_for_the_end()
        self.assertEqual(self.decisions()["train[seed=0]"], "done")

    def test_a_failed_condition_leaves_the_others_alone(self):
        settings = ("--set", "axes.seed=[0]", "--set", "stage.train.batches=20", "--set", "axes.rate=[1e-3, 1e30]",
                    "--set", 'stage.train.learning_rate="$rate"', "--set", 'stage.all.over=["seed", "rate"]',
                    "--set", 'stage.train.seed="$seed"')
        self.submit(*settings)
        self.wait_for_the_end()
        done = [entry["stage"] for entry in json.loads(self.reverie("plan", "p q.toml", "--json", *settings))
                if not entry["runs"]]
        self.assertIn("distance[seed=0,rate=0.001]", done)
        self.assertRegex(self.reverie("status", "runs/p q"), r"Slurm: .* [1-9]\d* failed")
        self.assertRegex(self.submit(*settings), r"3 stages with results, 0 queued, 4 jobs to submit")
        self.cluster.stop_all_jobs()

    def test_two_submissions_at_once(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            texts = list(pool.map(lambda _: self.submit("--set", 'slurm.extra=["--hold"]'), range(2)))
        jobs = sorted(int(re.search(r"(\d+) jobs? to submit", text)[1]) for text in texts)
        self.assertEqual(jobs, [0, len(self.jobs())])
        self.cluster.stop_all_jobs()

    def test_refused_and_lost_jobs(self):
        self.assertRegex(self.submit("--set", 'slurm.partition="none"', code=1), "(?s)sbatch: .*partition")
        self.submit("--only", "train[seed=0]", "--set", 'slurm.extra=["--hold"]')
        before = self.jobs()
        self.cluster.stop("slurmctld")
        try:
            text = self.submit(code=1)
            self.assertRegex(text, "(?s)squeue: .*controller")
            self.assertEqual(self.jobs(), before)
            self.assertRegex(self.reverie("status", "runs/p q"), "(?s)Slurm: squeue: .*controller")
            self.assertIn("1-train", self.submit("--dry-run"))
        finally:
            self.cluster.start("slurmctld")
        self.wait_for(lambda: "PENDING" in self.cluster.run("squeue", "-h", "-o", "%T"), "jobs are lost\n")
        self.assertRegex(self.submit("--dry-run"), r"0 stages with results, 1 queued, 6 jobs to submit")
        self.cluster.stop_all_jobs()


missing = cluster.missing_programs()
tests = ["WithoutSlurm"] if missing else ["WithoutSlurm", "OnACluster"]
if not unittest.main(argv=sys.argv[:1], defaultTest=tests, exit=False).result.wasSuccessful():
    sys.exit(1)
if missing:
    print("skipped on a cluster: there is no", ", ".join(missing))
    sys.exit(77)
