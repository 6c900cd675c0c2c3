# SPDX-License-Identifier: BSD-3-Clause
"""What the pages show is true: plugins on them pass `reverie check`, excerpts stand in the files they are from, links lead somewhere.

test_documentation.py COMMAND SOURCE-FOLDER PLUGIN-FOLDER; standard library only.
"""
import pathlib
import re
import subprocess
import sys
import unittest

import blocks

COMMAND, SOURCE, PLUGINS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
PAGES = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
AUTHORS_PAGES = [p for p in PAGES if p.parent.name == "plugins" or p.name in ("plugins.md", "abi.md", "tutorial.md")
                 or "examples" in p.parts]


def without_spaces(text):
    return re.sub(r"\s+", "", text)


class Documentation(unittest.TestCase):
    def test_plugins_on_pages_keep_what_every_plugin_must(self):
        checked = 0
        for page in AUTHORS_PAGES:
            for language, text in blocks.blocks(page):
                name = blocks.plugin_file(language, text)
                if not name or page.name == "tutorial.md":
                    continue
                with self.subTest(page=page.name, plugin=name):
                    library = (PLUGINS / name).with_suffix(".so")
                    done = subprocess.run([COMMAND, "check", library], capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    checked += 1
        self.assertGreaterEqual(checked, 6)

    def test_other_code_on_pages_for_authors_is_from_the_examples(self):
        files = {p: without_spaces(p.read_text(encoding="utf-8")) for p in (SOURCE / "docs" / "examples").rglob("*")
                 if p.suffix in (".cpp", ".toml") or p.name == "CMakeLists.txt"}
        for page in AUTHORS_PAGES:
            for language, text in blocks.blocks(page):
                if language not in ("cpp", "c", "toml") or (blocks.plugin_file(language, text) and
                                                            page.name != "tutorial.md"):
                    continue
                with self.subTest(page=page.name, code=text):
                    self.assertTrue(any(without_spaces(text) in file for file in files.values()))

    def test_links_lead_somewhere(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
                if "://" not in target:
                    with self.subTest(page=str(page.relative_to(SOURCE)), target=target):
                        self.assertTrue((page.parent / target).exists())


unittest.main(argv=sys.argv[:1])
