# SPDX-License-Identifier: BSD-3-Clause
"""docs/examples, docs/tutorial.md and the C plugin of docs/abi.md against an installation."""
import os
import pathlib
import shutil
import sys
import unittest

from installation import COMPILERS, SOURCE, InstallationTest

sys.path.insert(0, str(SOURCE / "tests" / "docs"))
import blocks  # noqa: E402


class Examples(InstallationTest):
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

    def test_the_c_plugin_on_the_page_builds_as_the_page_says(self):
        folder = self.new_folder()
        shown = blocks.blocks(SOURCE / "docs" / "abi.md")
        (folder / "shortened.c").write_text(next(text for language, text in shown if language == "c"))
        commands = next(text for language, text in shown if language == "sh")
        self.run_in(folder, "bash", "-e", "-c", commands, PATH=f"{self.command.parent}:{os.environ['PATH']}",
                    PKG_CONFIG_PATH=str(next(self.prefix.glob("lib*/**/pkgconfig"))))
        self.assert_exports_the_entry_alone(folder / "shortened.so")


unittest.main(argv=[__file__])
