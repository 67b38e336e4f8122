"""What is wrong with how a page is laid out, as the boxes of its elements tell."""

from __future__ import annotations

from playwright.sync_api import Page

FAULTS = """
() => {
  const found = [], all = [];
  const collect = root => {
    for (const e of root.querySelectorAll('*')) { all.push(e); if (e.shadowRoot) collect(e.shadowRoot); }
  };
  collect(document);
  const up = e => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const inside = (e, other) => { for (let p = e; p; p = up(p)) if (p === other) return true; return false; };
  const words = e => (e.getAttribute('aria-label') || e.innerText || e.title || '').trim().slice(0, 40);
  const name = e => `${e.tagName.toLowerCase()} "${words(e)}"`;
  const shown = e =>
    e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getBoundingClientRect().width > 1;
  const shownText = e => e.checkVisibility({opacityProperty: true}) && getComputedStyle(e).fillOpacity !== '0';
  const seen = e => {  // what its scrolling and clipping ancestors leave of its box
    const r = e.getBoundingClientRect(), b = {left: r.left, top: r.top, right: r.right, bottom: r.bottom};
    for (let p = up(e); p && p !== document.documentElement; p = up(p)) {
      if (getComputedStyle(p).overflow === 'visible') continue;
      const q = p.getBoundingClientRect();
      b.left = Math.max(b.left, q.left); b.top = Math.max(b.top, q.top);
      b.right = Math.min(b.right, q.right); b.bottom = Math.min(b.bottom, q.bottom);
    }
    b.right = Math.min(b.right, innerWidth); b.bottom = Math.min(b.bottom, innerHeight);
    return b;
  };
  const topmost = (x, y) => {
    let e = document.elementFromPoint(x, y);
    while (e?.shadowRoot) {
      const deeper = e.shadowRoot.elementFromPoint(x, y);
      if (!deeper || deeper === e) break;
      e = deeper;
    }
    return e;
  };
  const related = (a, b) => inside(a, b) || inside(b, a);
  if (document.scrollingElement.scrollWidth > innerWidth + 1) found.push('the page is wider than the window');
  const main = document.querySelector('[data-testid="stMain"]');
  if (main && main.scrollWidth > main.clientWidth + 1) found.push('the page scrolls sideways');
  const floating = document.querySelector('[role=dialog], [data-testid="stPopoverBody"], [role=menu]');
  const controls = 'button, a[href], input:not([type=file]):not([type=hidden]), textarea, select, '
    + '[role=tab], [role=radio], [role=button]';
  for (const e of all.filter(e => e.matches(controls) && shown(e))) {
    const b = seen(e);
    if (floating && !inside(e, floating)) continue;  // what floats may cover the page
    if (b.right - b.left < 3 || b.bottom - b.top < 3) continue;
    if (e.getBoundingClientRect().right > innerWidth + 1) found.push(`${name(e)} reaches over the window's edge`);
    const over = topmost((b.left + b.right) / 2, (b.top + b.bottom) / 2), label = e.labels?.[0];
    if (!over || related(over, e) || (label && related(over, label)) || e.closest('[data-baseweb=select]')) continue;
    if (over.closest('[data-testid="stToast"]')) continue;  // it goes away by itself
    found.push(`${name(e)} lies under ${name(over)}`);
  }
  const texts = 'button *, [role=tab] *, label, label *, h1, h2, h3, h4, h5, h6, '
    + '[data-testid="stBadge"] *, [data-testid="stMetric"] *';
  for (const e of all.filter(e => e.matches(texts) && shown(e) && e.innerText?.trim())) {
    const style = getComputedStyle(e);
    if (e.closest('[data-testid="stIconMaterial"]') || style.display === 'inline') continue;
    if (!['hidden', 'clip'].includes(style.overflowX) || e.scrollWidth <= e.clientWidth + 1) continue;
    if (style.textOverflow !== 'ellipsis') found.push(`${name(e)} is cut off`);
    else if (e.closest('button, [role=tab]') && !e.closest('[title]')) found.push(`${name(e)} is shortened`);
  }
  for (const picture of all.filter(e => e.matches('[data-testid="stVegaLiteChart"] svg, img') && shown(e))) {
    const r = picture.getBoundingClientRect(), b = seen(picture);
    if (b.left > r.left + 1 || b.right < r.right - 1) found.push(`${name(picture)} is cut off at its side`);
    for (const text of picture.querySelectorAll('text')) {
      if (!text.textContent.trim() || !shownText(text)) continue;
      const t = text.getBoundingClientRect();
      const over = Math.max(r.left - t.left, r.top - t.top, t.right - r.right, t.bottom - r.bottom);
      if (over > 0) found.push(`"${text.textContent}" reaches ${over.toFixed(1)} over the edge of its chart`);
    }
  }
  if (all.some(e => e.matches('[data-testid="stVegaLiteChart"] canvas'))) found.push('a chart whose text is painted');
  return [...new Set(found)];
}
"""


def faults(page: Page) -> list[str]:
    """What is covered, cut off or off the window's edge, a line each."""
    found: list[str] = page.evaluate(FAULTS)
    return found
