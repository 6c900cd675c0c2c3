# SPDX-License-Identifier: BSD-3-Clause
"""A stranger's projects against an installation: what `reverie new` writes builds, passes its tests and runs.

test_install.py CMAKE BUILD-FOLDER COMPILER [OTHER-COMPILER]; standard library only.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:3]
COMPILERS = [compiler for compiler in sys.argv[3:] if compiler]


def environment(folder):
    dropped = ("REVERIE_PLUGIN_PATH", "XDG_DATA_HOME", "CMAKE_PREFIX_PATH", "CPATH", "CPLUS_INCLUDE_PATH")
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    return {**kept, "HOME": str(folder)}


class Installation(unittest.TestCase):
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

    def make(self, kind, compiler):
        folder = self.new_folder()
        self.run_in(folder, self.command, "new", kind, f"my_{kind}")
        project = folder / f"my_{kind}"
        self.run_in(project, CMAKE, "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                    f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={self.warnings(compiler)}")
        self.run_in(project, CMAKE, "--build", "build")
        return project

    def test_projects_of_every_kind_build_pass_their_tests_and_run(self):
        for kind in ("dynamics", "cell", "task", "metric"):
            with self.subTest(kind=kind):
                project = self.make(kind, COMPILERS[0])
                tested = self.run_in(project / "build", pathlib.Path(CMAKE).parent / "ctest", "--output-on-failure")
                self.assertIn("100% tests passed, 0 tests failed out of 3", tested.stdout)
                self.run_in(project, self.command, "run", f"my_{kind}.toml", "--quiet", "--set",
                            "stage.train.batches=20")
                self.assertTrue((project / "runs" / f"my_{kind}" / "report.html").exists())

    def test_the_other_compiler_makes_the_same_exports(self):
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                project = self.make("dynamics", compiler)
                library = project / "build" / "my_dynamics.so"
                self.run_in(project, self.command, "check", library)
                self.assert_exports_the_entry_alone(library)

    def assert_exports_the_entry_alone(self, library):
        listed = self.run_in(self.folder, "nm", "-D", "--defined-only", library).stdout.split("\n")
        self.assertEqual([line.split()[2] for line in listed if line], ["reverie_plugin_entry_v1"])

    def test_pkg_config_knows_the_flags(self):
        paths = {"PKG_CONFIG_PATH": str(next(self.prefix.glob("lib*/**/pkgconfig")))}
        for compiler in COMPILERS:
            with self.subTest(compiler=compiler):
                folder = self.new_folder()
                self.run_in(folder, self.command, "new", "dynamics", "mine")
                flags = [self.run_in(folder, "pkg-config", option, "reverie", **paths).stdout.split()
                         for option in ("--cflags", "--libs")]
                self.run_in(folder, compiler, *flags[0], "mine/mine.cpp", "-o", "mine.so", *flags[1])
                self.assert_exports_the_entry_alone(folder / "mine.so")
                self.run_in(folder, self.command, "info", "mine", "--plugin", "./mine.so")

    def test_an_installed_plugin_is_found_without_being_named(self):
        project = self.make("metric", COMPILERS[0])
        self.run_in(project, CMAKE, "--install", "build", "--prefix", self.folder / ".local")
        self.assertIn("my_metric", self.run_in(self.folder, self.command, "list").stdout)
        shutil.rmtree(self.folder / ".local")

    def test_new_refuses_what_it_cannot_do(self):
        folder = self.new_folder()
        self.run_in(folder, self.command, "new", "cell", "mine")
        for arguments, code, words in ((("cell", "mine"), 1, "mine exists already"),
                                       (("cells", "other"), 2, "Did you mean 'cell'?"),
                                       (("cell", "My-Cell"), 2, "cannot be the name of a plugin"),
                                       (("cell", "../cell"), 2, "cannot be the name of a plugin"),
                                       (("cell", "install"), 2, "build systems use")):
            with self.subTest(arguments=arguments):
                done = self.run_in(folder, self.command, "new", *arguments, expect=code)
                self.assertIn(words, done.stderr)
        self.assertEqual(sorted(p.name for p in folder.iterdir()), ["mine"])


unittest.main(argv=sys.argv[:1])
