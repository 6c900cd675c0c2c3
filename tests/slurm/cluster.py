# SPDX-License-Identifier: BSD-3-Clause
"""A Slurm of one node on this machine, for tests: loopback, with a key, ports and folders of its own; needs no root.

    with Cluster() as cluster:
        subprocess.run(["sbatch", ...], env=cluster.environment)

The node says that it has NODE_CPUS processors, whatever the machine has. The daemons are children of this process, run in
the foreground, and die with it (PR_SET_PDEATHSIG), however it ends.
"""
import ctypes
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "slurmstepd", "sbatch", "squeue", "scontrol", "scancel", "sinfo")
NODE_CPUS = 2
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

CONFIGURATION = """\
ClusterName=reverie_test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MaxArraySize={array_size}
MailProg=/bin/true
MpiDefault=none
SlurmctldTimeout=30
MessageTimeout=5
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_interval=2
BatchStartTimeout=5
NodeName={host} NodeAddr=127.0.0.1 NodeHostname={host} CPUs={cpus} State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing_programs():
    return [program for program in PROGRAMS if not _path_of(program)]


def _path_of(program):
    return shutil.which(program, path=PATH)


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    def __init__(self, array_size=1001):
        # Sockets have short names: not below a long TMPDIR.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rslurm-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.array_size = array_size
        self.daemons = {}
        self.variables = {"PATH": PATH, "SLURM_CONF": str(self.folder / "slurm.conf")}
        self.environment = {**os.environ, **self.variables}

    def __enter__(self):
        try:
            self._configure()
            self._start_munge()
            self.start("slurmctld")
            self.start("slurmd")
            self.wait_for(lambda: "idle" in self.run("sinfo", "-h", "-o", "%T"), "the node is not idle")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop_all_jobs()
        for name in ("slurmd", "slurmctld", "munged"):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)
        return done.stdout + done.stderr

    def wait_for(self, condition, failure, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(failure + "\n" + self.logs())
            time.sleep(0.2)

    def logs(self):
        return "\n".join(f"== {log.name}\n" + log.read_text(errors="replace")[-3000:] for log in self.folder.glob("*.log"))

    def start(self, name):
        with open(self.folder / f"{name}.out.log", "ab") as log:
            self.daemons[name] = subprocess.Popen([_path_of(name), "-D"], env=self.environment, stdin=subprocess.DEVNULL,
                                                  stdout=log, stderr=log, preexec_fn=_die_with_parent)

    def stop(self, name):
        daemon = self.daemons.pop(name, None)
        if not daemon:
            return
        daemon.terminate()
        try:
            daemon.wait(10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def stop_all_jobs(self):
        if "slurmctld" in self.daemons and self.daemons["slurmctld"].poll() is None:
            self.run("scancel", "--full", "--signal=KILL", "--user", getpass.getuser())
            self.run("scancel", "--user", getpass.getuser())
            try:
                self.wait_for(lambda: not self.run("squeue", "-h"), "jobs do not end", 15)
            except AssertionError:
                pass

    def _configure(self):
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, user=getpass.getuser(), host=socket.gethostname().split(".")[0], cpus=NODE_CPUS,
            controller_port=_free_port(), node_port=_free_port(), array_size=self.array_size))
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")

    def _start_munge(self):
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        with open(self.folder / "munged.out.log", "ab") as log:
            self.daemons["munged"] = subprocess.Popen(
                [_path_of("munged"), "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                 f"--pid-file={self.folder}/munged.pid", f"--seed-file={self.folder}/munged.seed",
                 f"--log-file={self.folder}/munged.log", "--num-threads=1"],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent)
        self.wait_for(lambda: (self.folder / "munge.socket").exists(), "munged does not start")
