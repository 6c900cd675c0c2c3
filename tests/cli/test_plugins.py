# SPDX-License-Identifier: BSD-3-Clause
"""Which plugins are found, and what stored results become when one changes.

test_plugins.py EXECUTABLE C-COMPILER INCLUDE PARTS; standard library only. PARTS has dynamics.h, a plugin in C whose
macros are set here.
"""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from command_test import CommandTest

COMPILER, INCLUDE, PARTS = sys.argv[2:5]

PIPELINE = """\
[task.line]
plugin = "ornstein_uhlenbeck"
[network.score]
cell = { plugin = "ou_score", units = 1 }
[stage.plain]
run = "simulate"
task = "line"
network = "score"
phase = "quiescent"
trials = 2
steps = 5
[stage.replay]
run = "simulate"
task = "line"
network = "score"
phase = "quiescent"
trials = 2
steps = 5
dynamics = [{ plugin = "mine" }]
[stage.length]
run = "measure"
metric = { plugin = "path_length" }
recording = "replay"
"""


class Plugins(CommandTest):
    def build(self, library, name, **macros):
        """A library of the dynamics `name` and `name`_too."""
        (self.folder / library).parent.mkdir(parents=True, exist_ok=True)
        values = {"NAME": f'"{name}"', **macros}
        subprocess.run([COMPILER, "-w", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{INCLUDE}",
                        *(f"-D{key}={value}" for key, value in values.items()), "-o", self.folder / library,
                        "-x", "c", f"{PARTS}/dynamics.h"], check=True)

    def test_another_revision_or_build_is_computed_again_with_all_that_reads_it(self):
        (self.folder / "p.toml").write_text(PIPELINE)

        def plan():
            rows = json.loads(self.reverie("plan", "p.toml", "--plugin", "mine.so", "--json").stdout)
            return {row["stage"]: (row["runs"], row["why"]) for row in rows}

        def run():
            self.reverie("run", "p.toml", "--plugin", "mine.so")
            self.assertEqual([runs for runs, _ in plan().values()], [False] * 3)

        self.build("mine.so", "mine")
        run()
        for macros, why in (({"VERSION": '"1.0.1"'}, "plugin mine: another build"),
                            ({"RESULTS_REVISION": 2}, "plugin mine: revision 1 → 2")):
            self.build("mine.so", "mine", **macros)
            planned = plan()
            self.assertFalse(planned["plain"][0])
            self.assertTrue(planned["replay"][0] and planned["length"][0], planned)
            self.assertIn(why, planned["replay"][1])
            run()

    def test_folders_are_searched_in_order_and_a_library_of_a_known_name_is_passed_over_whole(self):
        self.build("one/a.so", "twin", COMPONENT_DOC='"the first"')
        self.build("two/b.so", "only_here", SECOND_ID='"twin"', COMPONENT_DOC='"the second"')
        self.build(".local/share/reverie/plugins/c.so", "twin", COMPONENT_DOC='"the third"')
        path = {"REVERIE_PLUGIN_PATH": f"{self.folder}/one:{self.folder}/two"}
        found = self.reverie("info", "twin", **path)
        self.assertIn("the first", found.stdout)
        self.assertIn("two/b.so", found.stderr)
        self.assertIn(".local/share/reverie/plugins/c.so", found.stderr)
        self.assertNotIn("only_here", self.reverie("list", **path).stdout)
        self.assertIn("the third", self.reverie("info", "twin").stdout)
        named = self.reverie("info", "twin", "--plugin", "one/a.so", "--plugin", "two/b.so", code=4).stderr
        self.assertIn("two/b.so: dynamics 'twin' is already provided by", named)

    def test_a_library_of_a_folder_goes_before_the_installation_and_a_named_one_before_both(self):
        self.build("one/a.so", "underdamped", COMPONENT_DOC='"of the folder"')
        self.build("named.so", "underdamped", COMPONENT_DOC='"named"')
        self.assertIn("of the folder", self.reverie("info", "underdamped", REVERIE_PLUGIN_PATH=str(self.folder / "one")).stdout)
        self.assertIn("named", self.reverie("info", "underdamped", "--plugin", "named.so",
                                            REVERIE_PLUGIN_PATH=str(self.folder / "one")).stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
