# SPDX-License-Identifier: BSD-3-Clause
"""Is the file an SVG by an XML parser, does it hold the given texts, and does no text reach over its edge?

Every text must be that of one element. Letters count as 4.5 pixels, less than nearly all of them have.
"""
import re
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
texts = ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]
for wanted in sys.argv[2:]:
    assert wanted in texts, f"{wanted!r} is not among {texts}"
for group in root.iter("{http://www.w3.org/2000/svg}g"):
    place = re.fullmatch(r"translate\(([-0-9.]+),([-0-9.]+)\)", group.get("transform", ""))
    text = group.find("{http://www.w3.org/2000/svg}text")
    if place and text is not None:
        x, y = map(float, place.groups())
        length = 4.5 * len("".join(text.itertext()).strip())
        left = x - length * {"start": 0, "middle": 0.5, "end": 1}[group.get("text-anchor", "start")]
        assert 0 <= left and left + length <= float(root.get("width")) and 0 <= y <= float(root.get("height")), \
            f"{''.join(text.itertext())!r} at {x}, {y} is outside the figure"
for image in root.iter("{http://www.w3.org/2000/svg}image"):
    link = image.get("{http://www.w3.org/1999/xlink}href")
    assert link.startswith("data:image/png;base64,"), f"the picture {link[:60]} is not in the file"
