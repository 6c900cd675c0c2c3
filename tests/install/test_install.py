# SPDX-License-Identifier: BSD-3-Clause
"""A stranger's projects against an installation: what `reverie new` writes builds, passes its tests and runs."""
import os
import shutil
import unittest

from installation import BUILD, CMAKE, COMPILERS, InstallationTest


class Installation(InstallationTest):
    def make(self, kind, compiler):
        folder = self.new_folder()
        self.run_in(folder, self.command, "new", kind, f"my_{kind}")
        project = folder / f"my_{kind}"
        self.build(project, compiler)
        return project

    def test_projects_of_every_kind_build_pass_their_tests_and_run(self):
        for kind in ("dynamics", "cell", "task", "metric"):
            with self.subTest(kind=kind):
                project = self.make(kind, COMPILERS[0])
                self.assert_passes_its_tests(project)
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
                                       (("cell", "preinstall"), 2, "build systems use")):
            with self.subTest(arguments=arguments):
                done = self.run_in(folder, self.command, "new", *arguments, expect=code)
                self.assertIn(words, done.stderr)
        self.assertEqual(sorted(p.name for p in folder.iterdir()), ["mine"])

    def test_new_says_what_to_type_next(self):
        prefix, on_path = self.prefix, f"{self.command.parent}:{os.environ['PATH']}"
        for command, path, words in ((self.command, os.environ["PATH"], f"-DCMAKE_PREFIX_PATH={prefix}"),
                                     (self.command, os.environ["PATH"], f"{prefix}/bin/reverie run mine.toml"),
                                     (self.command, on_path, "cmake -B build\n"),
                                     (self.command, on_path, "  reverie run mine.toml"),
                                     (BUILD / "bin" / "reverie", on_path, f"cmake --install {BUILD} --prefix")):
            with self.subTest(words=words):
                done = self.run_in(self.new_folder(), command, "new", "metric", "mine", PATH=path)
                self.assertIn(words, done.stdout)


unittest.main(argv=[__file__])
