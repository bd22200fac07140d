"""Twice as large, as a browser's zoom or the reader's own text makes it: nothing is cut, covered or out of sight."""

import pytest

from tests.bot.web.e2e.busy import busy

# At 200 % a desk's window shows as much as one of half its width and height (WCAG 1.4.4, 1.4.10).
MODES = {"zoomed at a desk": ((640, 450), ""), "larger text on a phone": ((390, 664), "200%")}
WRONG = """() => {
  const found = [], width = document.documentElement.clientWidth;
  const main = document.querySelector("main");
  const name = it => `${it.tagName} “${(it.innerText || it.value || "").trim().slice(0, 40)}”`;
  const shown = [...document.querySelectorAll("body *")].filter(
    it => it.offsetParent && !it.closest(".govuk-visually-hidden, .govuk-skip-link, svg, iframe"));
  for (const it of shown) {
    const box = it.getBoundingClientRect(), style = getComputedStyle(it);
    if (box.width && box.right > width + 1) found.push(`${name(it)} is out of sight`);
    const clips = style.overflowX === "hidden" || it.matches("button, .govuk-button, .govuk-tag, select");
    if (clips && it.clientWidth > 1 && it.scrollWidth > it.clientWidth + 2) found.push(`${name(it)} is cut`);
  }
  const blocks = shown.filter(it => main.contains(it) && it.matches("p, h1, h2, h3, dt, dd, li, label, legend, .govuk-button")
    && !it.querySelector("p, ul, li, div, form, label"));
  blocks.forEach((one, at) => {
    const a = one.getBoundingClientRect();
    for (const other of blocks.slice(at + 1)) {
      const b = other.getBoundingClientRect();
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
      if (over && !one.contains(other) && !other.contains(one)) found.push(`${name(one)} lies on ${name(other)}`);
    }
  });
  // A word as short as these fits into a line, so that nothing breaks it but a column that is too narrow.
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement.offsetParent || text.parentElement.closest(".govuk-visually-hidden, svg, iframe")) continue;
    for (const word of text.data.matchAll(/(?<![^\\s(])[A-Za-z]{2,10}(?=[\\s,.:)]|$)/g)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1) found.push(`“${word[0]}” is broken in ${name(text.parentElement)}`);
    }
  }
  return [...new Set(found)];
}"""


def main_pages(there):
    r = there.refs
    return [
        *(("second", path) for path in ("/", "/list/stuck", "/tasks?all=1", "/calendar", "/channels", "/requests")),
        *(("second", f"/notices/{r['by-hand']}{part}") for part in ("?all=1", "/progress")),
        ("second", f"/notices/{r['up']}/retract"),
        *(("second", f"/drafts/{there.written}{part}") for part in ("", "/subjects/0", "/check", "/preview")),
        ("director", f"/notices/{r['waiting']}/approve"),
        *(("dpo", path) for path in ("/record", f"/notices/{r['held']}/advice")),
        *(("admin", path) for path in ("/people", f"/people/{there.person}")),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_at_twice_the_size_nothing_is_cut_covered_broken_or_scrolls_sideways(served, look_in, mode):
    there, visitors, wrong = busy(served), {}, []
    (width, height), text = MODES[mode]
    for who, path in main_pages(there):
        if who not in visitors:
            visitors[who] = look_in("phone" if text else "desk").as_(getattr(served.staff, who))
            visitors[who].page.set_viewport_size({"width": width, "height": height})
        page = visitors[who].page
        assert visitors[who].open(path) == 200, path
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", text)
        page.evaluate("() => document.querySelectorAll('details').forEach(it => { it.open = true; })")
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        wrong += [f"{path}: {each}" for each in page.evaluate(WRONG)]
        wrong += [f"{path}: scrolls sideways, {wide}"] if wide[0] > wide[1] else []
    assert wrong == [], "\n".join(wrong)
