"""The drawings as a real browser sets them, with its own fonts: no text leaves its box, nothing
lies on anything else, nothing is cut off at the edge."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from machines.book import rulebook
from machines.exports.diagram import draw, svg

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
MEASURE = """
const found = [], px = 0.5, all = (el, what) => [...el.querySelectorAll(what)];
const cross = (a, b) => a.left < b.right - px && b.left < a.right - px
  && a.top < b.bottom - 2 && b.top < a.bottom - 2;
for (const one of document.querySelectorAll('div')) {
  const say = (...words) => found.push([one.id, ...words].join(' | '));
  for (const track of all(one, 'g.track')) {
    const boxes = [];
    for (const group of all(track, 'g.state, g.label')) {
      const room = group.querySelector('rect').getBoundingClientRect();
      const state = group.classList.contains('state');
      for (const text of all(group, 'text')) {
        const at = text.getBoundingClientRect();
        const said = text.textContent;
        if (at.left < room.left - px || at.right > room.right + px) say('too wide', said);
        if (state && (at.top < room.top - 2 || at.bottom > room.bottom + 2)) say('too high', said);
      }
      boxes.push([room, group.textContent]);
    }
    boxes.forEach(([a, said], n) => boxes.slice(n + 1).forEach(([b, too]) => {
      if (cross(a, b)) say('on one another', said, too);
    }));
  }
  const frame = one.querySelector('svg').getBoundingClientRect();
  for (const part of all(one, 'svg text, svg rect, svg path')) {
    const at = part.getBoundingClientRect();
    if (at.right > frame.right + 1 || at.bottom > frame.bottom + 1 || at.left < frame.left - 1
        || at.top < frame.top - 1) say('cut off', part.tagName, part.textContent);
  }
}
const drawn = document.querySelectorAll('svg').length;
document.body.innerHTML = '<pre></pre>';
document.querySelector('pre').textContent = JSON.stringify({drawn, found});
"""


@pytest.mark.skipif(BROWSER is None, reason="Chromium is not there: apt install chromium")
def test_every_drawing_is_sound_in_a_browser(tmp_path: Path) -> None:
    drawings = [
        f'<div id="{key} {language}">{svg(draw(one.compiled.definition, language))}</div>'
        for key, one in rulebook().workflows.items() for language in ("zh", "en")
    ]  # fmt: skip
    page = tmp_path / "drawings.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><body>{''.join(drawings)}<script>{MEASURE}</script>",
        encoding="utf-8",
    )
    done = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=60000", page.as_uri()],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    answer = re.search(r"<pre>(.*?)</pre>", done.stdout, re.DOTALL)
    assert answer is not None, done.stderr[-2000:]
    measured = json.loads(unescape(answer[1]))
    assert measured == {"drawn": len(drawings), "found": []}
