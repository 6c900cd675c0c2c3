# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of an installation share: one that is installed, then moved, and projects that are built against it.

Arguments of the tests: CMAKE SOURCE-FOLDER BUILD-FOLDER COMPILER [OTHER-COMPILER]; standard library only.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
COMPILERS = [compiler for compiler in sys.argv[4:] if compiler]


def environment(folder):
    dropped = ("REVERIE_PLUGIN_PATH", "XDG_DATA_HOME", "CMAKE_PREFIX_PATH", "CPATH", "CPLUS_INCLUDE_PATH")
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    return {**kept, "HOME": str(folder)}


class InstallationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="reverie-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        # Installed, then moved: nothing may remember where it was built or first installed.
        first, cls.prefix = cls.folder / "first", cls.folder / "prefix"
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", first], check=True, stdout=subprocess.DEVNULL)
        first.rename(cls.prefix)
        cls.command = cls.prefix / "bin" / "reverie"

    def run_in(self, folder, *arguments, expect=0, **extra):
        done = subprocess.run([str(a) for a in arguments], cwd=folder, capture_output=True, text=True,
                              env={**environment(self.folder), **extra})
        self.assertEqual(done.returncode, expect, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def new_folder(self):
        return pathlib.Path(tempfile.mkdtemp(dir=self.folder))

    def warnings(self, compiler):
        # GCC 12 warns of an overlap inside std::string that cannot happen (GCC bug 105651).
        false_alarm = "" if "clang" in compiler else " -Wno-restrict"
        return "-Wall -Wextra -Werror" + false_alarm

    def build(self, project, compiler):
        self.run_in(project, CMAKE, "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                    f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={self.warnings(compiler)}")
        self.run_in(project, CMAKE, "--build", "build")

    def assert_passes_its_tests(self, project):
        tested = self.run_in(project / "build", pathlib.Path(CMAKE).parent / "ctest", "--output-on-failure")
        self.assertIn("100% tests passed, 0 tests failed out of 3", tested.stdout)

    def assert_exports_the_entry_alone(self, library):
        listed = self.run_in(self.folder, "nm", "-D", "--defined-only", library).stdout.split("\n")
        self.assertEqual([line.split()[2] for line in listed if line], ["reverie_plugin_entry_v1"])
