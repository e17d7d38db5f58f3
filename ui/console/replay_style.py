"""What the replay tab looks like, its keys, and the texts that stand still."""

REPLAY_STYLE = """
.he-runs { list-style: none; padding: 0; margin: 0 0 10px; max-height: 70vh; overflow-y: auto; font-size: 14px; }
.he-runs li { display: flex; gap: 8px; align-items: center; margin: 0; padding: 2px 4px;
  border-top: 1px solid var(--border-color-primary); }
.he-runs input { width: 20px; height: 20px; flex: none; }
.gradio-container .he-runs button { border: 0; border-radius: 6px; padding: 6px 8px; color: inherit; background: none;
  font: inherit; cursor: pointer; }
.gradio-container .he-runs button:hover, .gradio-container .he-runs button[aria-current] {
  background: var(--background-fill-secondary); }
.he-runs button:focus-visible, .he-runs input:focus-visible { outline: 3px solid var(--primary-500); }
.gradio-container .he-runs button[data-kind=compare] { font-size: 12.5px; flex: none;
  border: 1px solid var(--border-color-primary); }
.he-runs .he-open { flex: 1; min-width: 0; display: flex; gap: 8px; text-align: left; }
.gradio-container .he-runs .he-open[aria-current] { font-weight: 600; }
.he-runs small { opacity: .75; font-weight: 400; }
.he-runs span { overflow-wrap: anywhere; min-width: 0; }
.he-links { font-size: 14px; display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px; }
"""

ARROWS = """
const KEYS = {ArrowLeft: '#he-prev', ArrowRight: '#he-next'};
const OWN = 'input, textarea, select, .he-point, .he-runs, [role=tab], [role=radio], [role=listbox], [role=option]';
document.addEventListener('keydown', (event) => {
  if (!KEYS[event.key] || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest?.(OWN) || event.target.isContentEditable) return;
  const button = document.querySelector(KEYS[event.key]);
  if (!button || !button.offsetParent || button.disabled) return;
  event.preventDefault();
  button.click();
});
"""
"""Steps on and back, but where arrow keys mean something else: in fields, in the list, on the picture, among tabs."""

HINT = (
    '<div class="he-state"><span><kbd>←</kbd> <kbd>→</kbd> previous and next step, outside of fields, the list and the '
    "picture. Click the picture where the click belonged.</span></div>"
)
NOTHING = '<div class="he-screen"><p>Open a run from the list to step through it.</p></div>'


def links_html(name: str) -> str:
    """To the run's own page; name: of the run, quoted for an address."""
    return (
        f'<div class="he-links"><a href="/replay/{name}" target="_blank" rel="noopener">All steps on one page</a>'
        f'<a href="/replay/{name}/replay.html" download="replay.html">Download replay.html</a></div>'
    )
