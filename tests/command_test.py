# SPDX-License-Identifier: BSD-3-Clause
"""Tests that run the command, whose path is their first argument: each in a folder of its own, with nothing of the user's.

Python finds this file by the line that precedes the import: sys.path.insert(0, ...). Standard library only.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EXECUTABLE = pathlib.Path(sys.argv[1]).resolve()
SECONDS = 200  # for one command, on a machine that is busy


def environment(home, **extra):
    """Of a command: neither plugins nor wishes of the user's take part."""
    hidden = ("REVERIE_PLUGIN_PATH", "XDG_DATA_HOME", "NO_COLOR")
    return {**{k: v for k, v in os.environ.items() if k not in hidden}, "HOME": str(home), **extra}


class CommandTest(unittest.TestCase):
    prefix = "reverie-test-"  # of the folder's name

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=self.prefix))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self, **extra):
        return environment(self.folder, **extra)

    def attempt(self, *arguments, **extra):
        """The command with these arguments and variables of its environment, however it ends."""
        return subprocess.run([EXECUTABLE, *map(str, arguments)], cwd=self.folder, env=self.environment(**extra),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)

    def reverie(self, *arguments, code=0, **extra):
        """The same; it must end with this exit code."""
        done = self.attempt(*arguments, **extra)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done
