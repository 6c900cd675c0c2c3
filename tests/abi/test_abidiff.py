# SPDX-License-Identifier: BSD-3-Clause
"""What the compilers made of today's header fits binaries built with the frozen one: abidiff compares debug information.

test_abidiff.py ABIDIFF C-COMPILER ANCHOR.C FROZEN-INCLUDE TODAYS-INCLUDE; standard library only. A difference is allowed
where a struct that begins with struct_size has grown at its end. That other differences are found is tried with headers
that are broken on purpose.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ABIDIFF, COMPILER, ANCHOR, FROZEN, TODAY = sys.argv[1:6]
HEADER = (pathlib.Path(FROZEN) / "reverie/abi.h").read_text()
NEVER_GROW = {"error", "note", "tensor", "rows", "stream"}  # no struct_size


def replaced(old, new):
    assert HEADER.count(old) == 1, old
    return HEADER.replace(old, new)


BROKEN = {
    "a field in the middle": replaced("  double sigma;                    /* standard deviation of the awake noise per step */\n"
                                      "  const reverie_tensor *endpoint;",
                                      "  double later;\n  double sigma;\n  const reverie_tensor *endpoint;"),
    "a field removed": replaced("  uint32_t phase_count;\n", ""),
    "two fields exchanged": replaced("int64_t rows, columns;\n} reverie_value;", "int64_t columns, rows;\n} reverie_value;"),
    "another type of the same size": replaced("uint32_t source_slot;", "int32_t source_slot;"),
    "another argument of a slot": replaced("void (*end)(void *run);", "void (*end)(void *run, int32_t later);"),
    "a struct grown that has no struct_size": replaced("} reverie_stream;", "  uint64_t later;\n} reverie_stream;"),
}
GROWN = replaced("} reverie_setting;", "  int64_t later, even_later;\n} reverie_setting;")


def differences(report):
    """Lines of `abidiff --leaf-changes-only` that tell something else than growth at the end."""
    found, size, struct = [], 0, ""
    for line in report.splitlines():
        if re.match(r"(Leaf changes|Changed leaf types|Removed/Changed/Added \w+) summary: ", line) or not line:
            continue
        if begun := re.fullmatch(r"'struct reverie_(\w+) at .*' changed:", line):
            struct, size = begun[1], 0
        if grown := re.fullmatch(r"  type size changed from (\d+) to (\d+) \(in bits\)", line):
            size = int(grown[1]) if int(grown[2]) > int(grown[1]) and struct not in NEVER_GROW else 0
        member = re.fullmatch(r"    '.*', at offset (\d+) \(in bits\)(?: at .*)?", line)
        at_end = member and size and int(member[1]) >= size
        if not (begun or (grown and size) or at_end or (size and re.fullmatch(r"  \d+ data member insertions?:", line))):
            found.append(line)
    return found


class Abidiff(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.frozen = self.anchored(FROZEN, "frozen")

    def anchored(self, include, name):
        library = self.folder / f"{name}.so"
        subprocess.run([COMPILER, "-g", "-O0", "-shared", "-fPIC", f"-I{include}", ANCHOR, "-o", library], check=True)
        return library

    def differences_to(self, include, name):
        done = subprocess.run([ABIDIFF, "--leaf-changes-only", self.frozen, self.anchored(include, name)],
                              capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 4), done.stderr)  # 4: there are differences
        self.assertEqual(done.returncode == 0, done.stdout.count("\n") < 2, done.stdout)
        return differences(done.stdout)

    def of_header(self, text, name):
        (self.folder / name / "reverie").mkdir(parents=True)
        (self.folder / name / "reverie/abi.h").write_text(text)
        return self.differences_to(self.folder / name, name)

    def test_todays_header_has_grown_at_most(self):
        self.assertEqual(self.differences_to(TODAY, "today"), [])

    def test_growth_is_allowed(self):
        self.assertEqual(self.of_header(GROWN, "grown"), [])

    def test_everything_else_is_found(self):
        for number, (what, header) in enumerate(BROKEN.items()):
            with self.subTest(what):
                self.assertNotEqual(self.of_header(header, f"broken{number}"), [])


unittest.main(argv=sys.argv[:1])
