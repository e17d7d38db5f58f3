"""How the tab of documents looks."""

DOCUMENTS_STYLE = """
.he-drop label { display: grid; gap: 4px; padding: 16px; border: 2px dashed var(--border-color-primary);
  border-radius: 12px; cursor: pointer; text-align: center; font-size: 14px; }
.he-drop.over label { border-color: var(--primary-500); background: #1c7f681a; }
.he-drop label > * { min-width: 0; }
.he-drop input { margin: 6px 0 0; width: 100%; box-sizing: border-box; border: 0; padding: 4px; font-size: 13px;
  background: none; color: inherit; }
.he-dropped, .he-sent { list-style: none; padding: 0; margin: 8px 0 0; font-size: 13px; overflow-wrap: anywhere; }
.he-dropped .bad { color: #b23c20; } .dark .he-dropped .bad { color: #ff9d86; }
.he-many { max-height: 44vh; overflow: auto; }
.he-take a { text-decoration: underline; padding: 6px 4px; } .he-take { font-size: 14px; margin: 0; }
.he-field { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; padding: 6px 0; font-size: 13px;
  border-top: 1px solid var(--border-color-primary); }
.he-field input[type=text] { flex: 1 1 130px; min-width: 0; } .he-table p { font-size: 13px; margin: 0 0 6px; }
.he-field input[type=text], .he-field select, .he-value { border: 1px solid var(--border-color-primary);
  border-radius: 6px; padding: 5px 8px; background: var(--background-fill-primary); color: var(--body-text-color);
  font-size: 14px; }
.he-does { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 6px 0; font-size: 13px; }
.he-does label { display: flex; gap: 6px; align-items: center; flex: 1 1 200px; }
.he-value { flex: 1; min-width: 0; }
.he-do { border: 1px solid var(--border-color-primary); border-radius: 8px; padding: 5px 10px; font-size: 13px;
  background: var(--background-fill-secondary); color: var(--body-text-color); cursor: pointer;
  font-weight: 500; }
.he-do.main { background: var(--primary-700); border-color: var(--primary-700); color: #fff; }
.he-do:disabled { opacity: .5; cursor: default; }
.he-paper { display: grid; grid-template-columns: minmax(190px, 1fr) minmax(0, 3fr); gap: 14px; align-items: start; }
.he-about { margin-bottom: 10px; font-size: 14px; } .he-about p { margin: 2px 0 0; overflow-wrap: anywhere; }
.he-about h3 { margin: 0; font-size: 18px; overflow-wrap: anywhere; }
.he-leaves { display: grid; gap: 6px; }
.he-leaf { display: grid; gap: 1px; text-align: left; padding: 7px 10px; border-radius: 8px; font-size: 14px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary);
  color: var(--body-text-color); cursor: pointer; overflow-wrap: anywhere; }
.he-leaf b { font-weight: 600; font-size: 13px; } .he-leaf span, .he-leaf small { font-weight: 400; }
.he-leaf small { opacity: .75; }
.he-leaf.on { border-color: var(--primary-600); box-shadow: 0 0 0 2px var(--primary-600); }
.he-leaf.doubt { border-left: 4px solid #d98a1f; } .he-leaf.person { border-left: 4px solid #1c7f68; }
.he-correct { position: sticky; top: 0; z-index: 2; padding: 8px 12px; border-radius: 8px; font-size: 14px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-primary); }
.he-correct p { margin: 0; overflow-wrap: anywhere; }
.he-scroll { overflow: auto; max-height: 78vh; border: 1px solid var(--border-color-primary); border-radius: 8px; }
.he-sheet { position: relative; width: 100%; background: #fff; cursor: pointer; touch-action: manipulation; }
.he-sheet.picking { cursor: copy; } .he-scroll.larger .he-sheet { width: 220%; }
.he-sheet:focus-visible { outline: 3px solid var(--primary-500); outline-offset: -3px; }
.he-sheet img { position: absolute; inset: 0; width: 100%; height: 100%; }
.he-box, .he-word { position: absolute; pointer-events: none; border-radius: 2px; }
.he-box { box-shadow: 0 0 0 2px #d98a1f99; } .he-box.on { box-shadow: 0 0 0 3px #ff4d2e; background: #ff4d2e26; }
.he-box.pick { box-shadow: 0 0 0 2px #1c7f68; background: #1c7f6840; }
.he-word { box-shadow: 0 0 0 2px #2f6fd6; background: #2f6fd61f; } .he-word[hidden] { display: none; }
.he-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.he-doc button:focus-visible, .he-table button:focus-visible { outline: 3px solid var(--primary-500);
  outline-offset: 2px; }
@media (max-width: 600px) {
  .he-paper { grid-template-columns: minmax(0, 1fr); }
  .he-leaves { grid-template-columns: 1fr 1fr; } .he-do { padding: 8px 12px; }
}
"""
