"""Keys of the whole page. None of them approves anything: that takes the button itself, pressed or with Enter."""

SHORTCUTS = """
const press = (selector) => {
  const found = document.querySelector(selector);
  if (found && !found.disabled) found.click();
};
const tab = (number) => {
  const tabs = [...document.querySelectorAll('[role=tab]')].filter((one) => one.offsetParent);
  if (tabs[number - 1]) { tabs[number - 1].click(); tabs[number - 1].focus(); }
};
document.addEventListener('keydown', (event) => {
  const at = event.target;
  const writes = at.isContentEditable || at.tagName === 'TEXTAREA' || at.tagName === 'SELECT' ||
    (at.tagName === 'INPUT' && !['radio', 'checkbox', 'button'].includes(at.type));
  if (writes || event.repeat || event.ctrlKey || event.metaKey || event.altKey || at.closest?.('.he-point')) return;
  if (event.key >= '1' && event.key <= '8') tab(Number(event.key));
  else if (event.key === 'p') press('#he-pause');
  else if (event.key === 's') press('#he-step');
  else if (event.key === 'g') press('#he-go-on');
  else if (event.key === 'r') document.querySelector('#he-reason textarea, #he-reason input')?.focus();
  else return;
  event.preventDefault();
});
"""
KEYS_HTML = """<p><kbd>1</kbd> to <kbd>8</kbd> tabs; <kbd>p</kbd> pause, <kbd>s</kbd> step once, <kbd>g</kbd> go on;
<kbd>r</kbd> the reason of a refusal, <kbd>Enter</kbd> refuses; on a picture arrow keys move (with <kbd>Shift</kbd> by
one pixel) and <kbd>Enter</kbd> clicks. Approving has no key of its own, so that none is hit by accident.</p>"""
