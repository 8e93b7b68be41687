#!/usr/bin/env python3
"""Looks at the page of `tlswarden report --html`, made of fixed figures by page_sample.

    page.py markup PAGE_SAMPLE                  the markup, without a browser
    page.py browser PAGE_SAMPLE [--keep FOLDER] in headless Chromium: light and dark, wide, narrow and printed;
                                                with --keep the pictures stay in FOLDER. Ends with 77 where Chromium isn't.
"""

import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

sys.dont_write_bytecode = True

import chromium

PAGES = ("month", "empty", "day", "long", "domain", "hostile")
MOST_OCTETS = 500_000
VOID = {"meta", "link", "wbr"}
# All that the page may be made of: what isn't here can't have come from us.
ELEMENTS = set("""html head meta title link style body a header p h1 h2 h3 nav ul li main section article dl div dt dd figure figcaption
    svg defs pattern rect line circle text g desc span details summary table caption thead tbody tr th td code strong pre footer wbr""".split())
WIDTHS = (360, 390, 768, 1280, 1600)


class Markup(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self):
        super().__init__()
        self.faults, self.ids, self.references, self.open, self.tables, self.text = [], [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if len(values) != len(attributes):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in ELEMENTS:
            self.faults.append(f"<{tag}> isn't ours")
        for name, value in attributes:
            self.attribute(tag, name, value or "")
        if tag == "th" and values.get("scope") not in ("row", "col"):
            self.faults.append("a header of a table without scope")
        if tag == "table":
            self.tables.append({"th": 0, "cells": [], "row": 0})
        if self.tables and tag in ("th", "td"):
            self.tables[-1]["th"] += tag == "th"
            self.tables[-1]["row"] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def attribute(self, tag, name, value):
        if name.startswith("on") or name in ("style", "srcdoc", "xlink:href"):
            self.faults.append(f"<{tag}> has {name}")
        if name in ("src", "srcset", "action", "poster", "data"):
            self.faults.append(f"<{tag}> fetches {value}")
        if name == "href":
            allowed = r"#[a-z-]+|https://www\.rfc-editor\.org/.*" if tag == "a" else "data:,"
            if not re.fullmatch(allowed, value):
                self.faults.append(f"<{tag}> leads to {value}")
            self.references += [value[1:]] if value.startswith("#") else []
        if name == "id":
            self.ids.append(value)
        if name in ("aria-labelledby", "aria-describedby"):
            self.references += value.split()
        self.references += re.findall(r"url\(#([^)]*)\)", value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")
        if tag == "tr" and self.tables:
            self.tables[-1]["cells"].append(self.tables[-1]["row"])
            self.tables[-1]["row"] = 0

    def handle_data(self, data):
        self.text.append(data)

    def all_faults(self):
        yield from self.faults
        if self.open:
            yield f"left open: {self.open}"
        yield from (f"the id {each} is there twice" for each in sorted(set(self.ids)) if self.ids.count(each) > 1)
        yield from (f"nothing has the id {each}" for each in set(self.references) - set(self.ids))
        for table in self.tables:
            if table["th"] == 0:
                yield "a table without headers"
            if len(set(table["cells"])) != 1:
                yield f"rows of a table differ in length: {sorted(set(table['cells']))}"


def markup_faults(path):
    octets = path.read_bytes()
    text = octets.decode()  # it is UTF-8
    if len(octets) > MOST_OCTETS:
        yield f"{len(octets)} octets"
    parser = Markup()
    parser.feed(text)
    parser.close()
    style = text[text.index("<style>"):text.index("</style>")]
    for each in re.findall(r"@import|@font-face|url\((?!#)[^)]*\)|https?:", style):
        yield f"the style has {each}"
    # The style is the same for all pages; only one with charts has the patterns.
    if 'class="plot"' in text:
        parser.references += re.findall(r"url\(#([^)]*)\)", style)
    yield from parser.all_faults()
    if '<html lang="en">' not in text or not text.startswith("<!DOCTYPE html>"):
        yield "no language or document type"
    for landmark in ("header", "main", "footer", "h1"):
        if text.count(f"<{landmark}") != 1:
            yield f"not one <{landmark}>"


# Text against the nearest opaque background above it, as WCAG 2.2 counts; bars against their card.
CONTRAST = r"""(() => {
  const parse = c => c.match(/[\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
                       return .2126 * r + .7152 * g + .0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + .05) / (y + .05); };
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                        if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
  const faults = new Set();
  for (const e of document.body.querySelectorAll('*')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(e);
    if (own && e.getClientRects().length && !['title', 'desc'].includes(e.tagName)) {
      const svg = e.namespaceURI.endsWith('svg');
      const r = ratio(parse(svg ? style.fill : style.color), behind(e));
      if (r < 4.5) faults.add(`text ${e.tagName} ${e.className.baseVal ?? e.className} has contrast ${r.toFixed(2)}`);
    }
    if (e.tagName === 'rect' && style.fill.startsWith('rgb')) {
      let card = e.closest('pattern') ? document.querySelector('.card') : e;
      const r = ratio(parse(style.fill), behind(card));
      if (r < 3) faults.add(`bar ${e.className.baseVal} has contrast ${r.toFixed(2)}`);
    }
  }
  return [...faults];
})()"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What the keyboard reaches without a name that a screen reader could say.
NAMELESS = r"""[...document.querySelectorAll('a[href], summary, [tabindex="0"]')].filter(e =>
    !(e.textContent.trim() && e.tagName !== 'DIV') && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')).length"""
CUT = r"""[...document.querySelectorAll('h1, h2, h3, p, dd, .legend li')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 60))"""


def browser_faults(browser, name, path, width, dark, keep):
    browser.open(path, width, dark=dark)
    for event in browser.events:
        method, details = event.get("method"), event.get("params", {})
        url = details.get("request", {}).get("url", "")
        if method == "Network.requestWillBeSent" and url not in (f"file://{path}", "data:,"):
            yield f"asks for {url}"
        if method in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
            yield f"{method}: {details}"
    yield from browser.evaluate(CONTRAST)
    too_wide = browser.evaluate(TOO_WIDE)
    if too_wide > 0:
        yield f"wider than the window by {too_wide} pixels"
    yield from (f"cut: {each}" for each in browser.evaluate(CUT))
    if browser.evaluate(NAMELESS):
        yield "the keyboard reaches something without a name"
    if keep:
        scheme = "dark" if dark else "light"
        (keep / f"{name}-{scheme}-{width}.png").write_bytes(browser.picture())
        if width in (390, 1280):
            (keep / f"{name}-{scheme}-{width}-whole.png").write_bytes(browser.picture(whole=True))


def print_faults(browser, name, path, keep):
    browser.open(path, 1280, dark=True, media="print")
    if browser.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
        yield "isn't printed on white"
    if browser.evaluate("[...document.querySelectorAll('details')].some(d => !d.querySelector('table').checkVisibility({contentVisibilityAuto: true}))"):
        yield "a table isn't printed"
    browser.ask("Emulation.setEmulatedMedia", media="", features=[])
    paper = browser.print()
    if not paper.startswith(b"%PDF-"):
        yield "can't be printed"
    if keep:
        (keep / f"{name}.pdf").write_bytes(paper)


def look(mode, folder, keep):
    for name in PAGES:
        yield from (f"{name}: {fault}" for fault in markup_faults(folder / f"{name}.html"))
    if mode == "markup":
        return
    with chromium.Chromium() as browser:
        for name in PAGES:
            path = folder / f"{name}.html"
            for width in WIDTHS:
                for dark in (False, True):
                    found = browser_faults(browser, name, path, width, dark, keep)
                    yield from (f"{name}, {width} {'dark' if dark else 'light'}: {fault}" for fault in found)
            yield from (f"{name}, printed: {fault}" for fault in print_faults(browser, name, path, keep))


def main(arguments):
    keep = None
    if len(arguments) == 4 and arguments[2] == "--keep":
        keep = Path(arguments[3])
        arguments = arguments[:2]
    if len(arguments) != 2 or arguments[0] not in ("markup", "browser"):
        print(__doc__, file=sys.stderr)
        return 2
    mode, sample = arguments
    if mode == "browser" and not chromium.is_there():
        print("no chromium here: contrib/install-packages browser")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sample, folder], check=True)
        faults = sorted(set(look(mode, Path(folder), keep)))
    print("\n".join(faults) or f"{len(PAGES)} pages are fine")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
