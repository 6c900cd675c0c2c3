# SPDX-License-Identifier: BSD-3-Clause
"""Code blocks of Markdown pages.

As a program, blocks.py FOLDER PAGE...: writes every block that exports a plugin to FOLDER/<name>.cpp or .c, `name` being the
plugin's, and prints the files, separated by semicolons. A file that would not change is left alone.
"""
import pathlib
import re
import sys

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SDK_EXPORT = re.compile(r"^REVERIE_(?:CELL|DYNAMICS|TASK|METRIC)\(\"(\w+)\"", re.MULTILINE)
C_EXPORT = re.compile(r"REVERIE_KIND_\w+, \"(\w+)\"")


def blocks(page):
    """(language, text) of every block of a page."""
    return FENCE.findall(pathlib.Path(page).read_text(encoding="utf-8"))


def plugin_file(language, text):
    """The file name of a block that is a whole plugin, or None."""
    found = (SDK_EXPORT if language == "cpp" else C_EXPORT).search(text) if language in ("c", "cpp") else None
    return f"{found[1]}.{language}" if found else None


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for page in sys.argv[2:]:
        for language, text in blocks(page):
            if name := plugin_file(language, text):
                path = folder / name
                if not path.exists() or path.read_text(encoding="utf-8") != text:
                    path.write_text(text, encoding="utf-8")
                written.append(str(path))
    print(";".join(written), end="")
