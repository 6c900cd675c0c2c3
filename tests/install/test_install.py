# SPDX-License-Identifier: BSD-3-Clause
"""A stranger's projects against an installation: what `reverie new` writes builds, passes its tests and runs.

test_install.py CMAKE SOURCE-FOLDER BUILD-FOLDER COMPILER [OTHER-COMPILER]; standard library only.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
COMPILERS = [compiler for compiler in sys.argv[4:] if compiler]
sys.path.insert(0, str(SOURCE / "tests" / "docs"))
import blocks  # noqa: E402


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

    def build(self, project, compiler):
        self.run_in(project, CMAKE, "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                    f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={self.warnings(compiler)}")
        self.run_in(project, CMAKE, "--build", "build")

    def make(self, kind, compiler):
        folder = self.new_folder()
        self.run_in(folder, self.command, "new", kind, f"my_{kind}")
        project = folder / f"my_{kind}"
        self.build(project, compiler)
        return project

    def assert_passes_its_tests(self, project):
        tested = self.run_in(project / "build", pathlib.Path(CMAKE).parent / "ctest", "--output-on-failure")
        self.assertIn("100% tests passed, 0 tests failed out of 3", tested.stdout)

    def test_projects_of_every_kind_build_pass_their_tests_and_run(self):
        for kind in ("dynamics", "cell", "task", "metric"):
            with self.subTest(kind=kind):
                project = self.make(kind, COMPILERS[0])
                self.assert_passes_its_tests(project)
                self.run_in(project, self.command, "run", f"my_{kind}.toml", "--quiet", "--set",
                            "stage.train.batches=20")
                self.assertTrue((project / "runs" / f"my_{kind}" / "report.html").exists())

    def test_examples_pass_their_tests_with_every_compiler(self):
        for compiler in COMPILERS:
            for example in ("baoab", "facilitation"):
                if example == "facilitation" and compiler == COMPILERS[0]:
                    continue  # the tutorial makes it
                with self.subTest(example=example, compiler=compiler):
                    project = self.new_folder() / example
                    shutil.copytree(SOURCE / "docs" / "examples" / example, project)
                    self.build(project, compiler)
                    self.assert_passes_its_tests(project)
                    if example == "baoab" and compiler == COMPILERS[0]:
                        self.run_in(project, self.command, "run", "baoab.toml", "--quiet", "--strict")

    def test_the_tutorial_works_as_it_is_written(self):
        """Every command but the installation and the full run, in the order of the page; files where the page shows them."""
        folder = self.new_folder()
        at_the_end = folder / "folder"
        path = f"{self.command.parent}:{os.environ['PATH']}"
        commands = 0
        for language, text in blocks.blocks(SOURCE / "docs" / "tutorial.md"):
            if language == "cpp" and blocks.plugin_file(language, text):
                (folder / "facilitation.cpp").write_text(text)
            elif language == "cpp":
                shutil.copy(SOURCE / "docs" / "examples" / "facilitation" / "facilitation_test.cpp", folder)
            elif language == "toml":
                (folder / "facilitation.toml").write_text(text)
            elif language == "sh" and "quickstart" not in text and text != "reverie run facilitation.toml\n":
                self.run_in(folder, "bash", "-e", "-c", f"{text}\npwd > {at_the_end}", PATH=path)
                folder = pathlib.Path(at_the_end.read_text().strip())
                commands += len(text.splitlines())
        self.assertGreaterEqual(commands, 9)
        self.assertTrue((folder / "runs" / "facilitation" / "report.html").exists())

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

    def test_the_c_plugin_on_the_page_builds_as_the_page_says(self):
        folder = self.new_folder()
        shown = blocks.blocks(SOURCE / "docs" / "abi.md")
        (folder / "shortened.c").write_text(next(text for language, text in shown if language == "c"))
        commands = next(text for language, text in shown if language == "sh")
        self.run_in(folder, "bash", "-e", "-c", commands, PATH=f"{self.command.parent}:{os.environ['PATH']}",
                    PKG_CONFIG_PATH=str(next(self.prefix.glob("lib*/**/pkgconfig"))))
        self.assert_exports_the_entry_alone(folder / "shortened.so")

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

    def test_new_says_what_to_type_next(self):
        prefix, on_path = self.prefix, f"{self.command.parent}:{os.environ['PATH']}"
        build = pathlib.Path(BUILD)
        for command, path, words in ((self.command, os.environ["PATH"], f"-DCMAKE_PREFIX_PATH={prefix}"),
                                     (self.command, os.environ["PATH"], f"{prefix}/bin/reverie run mine.toml"),
                                     (self.command, on_path, "cmake -B build\n"),
                                     (self.command, on_path, "  reverie run mine.toml"),
                                     (build / "bin" / "reverie", on_path, f"cmake --install {build} --prefix")):
            with self.subTest(words=words):
                done = self.run_in(self.new_folder(), command, "new", "metric", "mine", PATH=path)
                self.assertIn(words, done.stdout)


unittest.main(argv=sys.argv[:1])
