# SPDX-License-Identifier: BSD-3-Clause
"""Is the file an SVG by an XML parser, and does it hold the given texts? Every text must be that of one element."""
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
texts = ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]
for wanted in sys.argv[2:]:
    assert wanted in texts, f"{wanted!r} is not among {texts}"
for image in root.iter("{http://www.w3.org/2000/svg}image"):
    link = image.get("{http://www.w3.org/1999/xlink}href")
    assert link.startswith("data:image/png;base64,"), f"the picture {link[:60]} is not in the file"
