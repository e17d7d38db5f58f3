"""How the console fits: nothing takes room that says nothing, and a phone's narrow screen is used to its edges.

Gradio puts what it is given below its own container, rules for narrow screens alone: what is around that container, or
is named by it, is only reached by rules for every screen.
"""

FIT_STYLE = """
.gradio-container > .main { padding-left: clamp(10px, 2.3vw, 32px) !important;
  padding-right: clamp(10px, 2.3vw, 32px) !important; }
.gradio-container input[role=combobox] { text-overflow: ellipsis; padding-right: 22px; min-width: 0; }
.gradio-container .block:has(> .html-container > .prose:empty) { display: none; }
@media (max-width: 600px) {
  .html-container { padding: 4px 2px !important; }
  [role=tablist] button { padding: 4px 9px; }
  .he-watch:not(:has(.he-screen img)) { flex-direction: column; } .he-watch > .column { width: 100%; }
  .he-table th, .he-table td { padding: 5px 7px; font-size: 12.5px; }
  .he-table:not(.he-numbers) td, .he-table:not(.he-numbers) td:last-child { min-width: 0; }
}
"""
"""Stands after all others, since it says anew for a phone what they say for every screen."""
