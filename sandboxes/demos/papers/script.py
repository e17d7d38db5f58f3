"""What runs in the page: breaking it into sheets, and reading off where everything is."""

PAGINATE = """() => {
  const first = document.querySelector('.page');
  if (first.classList.contains('roll')) {
    const { width, height } = first.getBoundingClientRect();
    const style = document.createElement('style');
    first.style.height = Math.ceil(height) + 'px';
    style.textContent = `@page { size: ${width}px ${Math.ceil(height) + 1}px; margin: 0 }`;
    document.head.append(style);
    return 1;
  }
  const overflows = page => {
    const flow = page.querySelector('.flow');
    return flow.scrollHeight > flow.clientHeight + 1;
  };
  const again = document.getElementById('again');
  let page = first;
  while (overflows(page)) {
    const next = page.cloneNode(true), flow = next.querySelector('.flow');
    const table = page.querySelector('table.items'), rows = table ? [...table.tBodies[0].rows] : [];
    flow.replaceChildren();
    if (again) flow.append(again.content.cloneNode(true));
    page.after(next);
    const tail = page.querySelector('.tail');
    let body = null;
    if (table) {
      const shell = table.cloneNode(true);
      shell.tBodies[0].replaceChildren();
      shell.querySelectorAll('thead [data-cell]').forEach(cell => { cell.dataset.repeated = '1'; });
      flow.append(shell);
      body = shell.tBodies[0];
    }
    if (tail) flow.append(tail);
    // What is below the edge goes at once, as one by one would take long; then rows go until the rest fits. The tail
    // never stands alone: a row goes with it.
    const edge = page.querySelector('.flow').getBoundingClientRect().bottom;
    const cut = rows.findIndex(row => row.getBoundingClientRect().bottom > edge);
    let moved = 0;
    while (cut >= 0 && rows.length > Math.max(cut, 1)) { body.prepend(rows.pop()); moved++; }
    while (rows.length > 1 && (overflows(page) || moved < 1)) { body.prepend(rows.pop()); moved++; }
    if (table && !body.rows.length) { body.closest('table').remove(); }
    if (!moved && !tail) break;
    page = next;
    if (document.querySelectorAll('.page').length > 40) break;
  }
  const pages = [...document.querySelectorAll('.page')];
  pages.forEach((each, index) => {
    each.querySelectorAll('.page-number').forEach(e => { e.textContent = `${index + 1} / ${pages.length}`; });
  });
  return pages.length;
}"""

READ = """() => {
  const K = 0.75, found = { pages: [], marks: [], items: [], cells: [], words: [] };
  const union = rects => [Math.min(...rects.map(r => r.left)), Math.min(...rects.map(r => r.top)),
                          Math.max(...rects.map(r => r.right)), Math.max(...rects.map(r => r.bottom))];
  const plain = text => text.replace(/[ \\t\\n]+/g, ' ').trim();
  document.querySelectorAll('.page').forEach((page, index) => {
    const o = page.getBoundingClientRect(), number = index + 1;
    const on = ([l, t, r, b]) => [(l - o.left) * K, (t - o.top) * K, (r - o.left) * K, (b - o.top) * K];
    const drawn = range => [...range.getClientRects()].filter(r => r.width > 0 && r.height > 0);
    found.pages.push([o.width * K, o.height * K]);
    page.querySelectorAll('[data-mark]').forEach(e => {
      const range = document.createRange();
      range.selectNodeContents(e);
      const rects = drawn(range), edge = (e.closest('.flow') || page).getBoundingClientRect().right;
      // What runs over the edge of the flow is cut there, and is not printed.
      if (rects.length && union(rects)[2] < edge + 1)
        found.marks.push([e.dataset.mark, plain(e.textContent), number, on(union(rects))]);
    });
    page.querySelectorAll('[data-item]').forEach(e => {
      const r = e.getBoundingClientRect();
      found.items.push([+e.dataset.item, number, on([r.left, r.top, r.right, r.bottom])]);
    });
    page.querySelectorAll('[data-cell]').forEach(e => {
      const r = e.getBoundingClientRect(), [row, column] = e.dataset.cell.split(' ').map(Number);
      found.cells.push([row, column, plain(e.textContent), number, on([r.left, r.top, r.right, r.bottom]),
                        e.rowSpan, e.colSpan, e.tagName === 'TH', !!e.dataset.repeated]);
    });
    const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement || ['STYLE', 'TEMPLATE'].includes(node.parentElement.tagName)) continue;
      for (const match of node.data.matchAll(/[^ \\t\\n]+/g)) {
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        const rects = drawn(range);
        if (rects.length) found.words.push([match[0], number, on(union(rects))]);
      }
    }
  });
  return found;
}"""
