# SPDX-License-Identifier: BSD-3-Clause
"""Checks a report: tags balance, ids are unique, references within the page lead somewhere, nothing is loaded.

Usage: check_page.py FILE [TAG=COUNT | text=TEXT ...]"""
import collections
import html.parser
import re
import sys

VOID = {"meta", "link", "br", "hr", "img", "input"}
EMBEDDING = {"link", "iframe", "object", "embed", "base"}
LOADING = {"src", "srcset", "data", "poster", "action", "background"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.used, self.tags, self.text = [], [], [], collections.Counter(), ""

    def handle_starttag(self, tag, attributes):
        self.handle_attributes(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_attributes(tag, attributes)

    def handle_attributes(self, tag, attributes):
        self.tags[tag] += 1
        for name, value in attributes:
            value = value or ""
            assert not name.startswith("on"), f"<{tag} {name}=...> runs code"
            assert name not in LOADING and tag not in EMBEDDING, f"<{tag} {name}> loads something"
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href"):
                if value.startswith("#"):
                    self.used.append(value[1:])
                elif tag == "image":
                    assert value.startswith("data:"), f"<image> loads {value[:60]}"
                else:
                    assert tag == "a" and ":" not in value, f"<{tag}> leads to {value[:60]}"
            self.used += re.findall(r"url\(#([^)]*)\)", value)
            assert not re.search(r"url\((?!#)", value), f"<{tag} {name}> loads {value[:60]}"

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} near line {self.getpos()[0]}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            assert "url(" not in data and "@import" not in data, "the style sheet loads something"
        self.text += data


with open(sys.argv[1], encoding="utf-8") as file:
    source = file.read()
page = Page()
page.feed(source)
page.close()
assert not page.open, f"never closed: {page.open}"
twice = [name for name, count in collections.Counter(page.ids).items() if count > 1]
assert not twice, f"ids that occur twice: {twice}"
lost = set(page.used) - set(page.ids)
assert not lost, f"references that lead nowhere: {lost}"
for wanted in sys.argv[2:]:
    name, value = wanted.split("=", 1)
    if name == "text":
        assert value in page.text, f"the page does not say {value!r}"
    else:
        assert page.tags[name] == int(value), f"{page.tags[name]} <{name}>, not {value}"
