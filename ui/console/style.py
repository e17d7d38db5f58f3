"""How the console looks: what Gradio's theme does not say."""

STYLE = """
.he-head h1 { font-size: 22px; font-weight: 650; margin: 4px 0; }
.dark [role=tab][aria-selected=true] { color: var(--primary-300); }
.he-line { align-items: flex-end; } .he-line > button { margin-bottom: 8px; }
.he-row { flex-wrap: wrap; gap: 8px; } .he-row > button { flex: 1 1 auto; }
kbd { border: 1px solid var(--border-color-primary); border-radius: 4px; padding: 0 5px; font-size: 12px; }
.he-state { display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; margin: 2px 0 12px; font-size: 14px; }
.he-state b { font-weight: 600; } .he-state span { opacity: .75; overflow-wrap: anywhere; }
.he-dot { width: 9px; height: 9px; border-radius: 50%; background: #9a968c; align-self: center; flex: none; }
.he-dot.busy { background: #d98a1f; animation: he-breathe 1.4s ease-in-out infinite; }
.he-dot.open { background: #d98a1f; } .he-dot.good { background: #1c7f68; } .he-dot.bad { background: #c8492a; }
@keyframes he-breathe { 50% { opacity: .35; } }
@media (prefers-reduced-motion: reduce) { .he-dot.busy { animation: none; } }
.he-note { padding: 8px 12px; margin-bottom: 10px; border-radius: 8px; font-size: 14px; border: 1px solid #d98a1f;
  background: #d98a1f1a; overflow-wrap: anywhere; }
.he-screen { display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; min-height: 120px;
  padding: 12px; border-radius: 12px;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary); }
.he-screen img { display: block; max-width: 100%; max-height: 58vh; border-radius: 6px; box-shadow: 0 2px 16px #0002; }
.he-screen p { opacity: .75; margin: 24px 12px; text-align: center; max-width: 46ch; }
.he-shot { position: relative; } .he-shot [data-part=marks] { position: absolute; inset: 0; pointer-events: none; }
.he-shot svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.he-shot svg > * { fill: none; stroke: #ff4d2e; stroke-linecap: round; stroke-linejoin: round; }
.he-shot svg > .halo { stroke: #fff; } .he-shot svg > .dot { fill: #ff4d2e; stroke: none; }
.he-shot svg > .halo.dot { fill: #fff; }
.he-shot span { position: absolute; margin: 10px; padding: 2px 9px; border-radius: 6px; background: #c8391c;
  color: #fff; font-size: 13px; font-weight: 600; max-width: 60%; overflow-wrap: anywhere; }
.he-told:not(:has(.he-note)) { display: none; } [data-part=about] { margin-top: 10px; }
.he-point { position: relative; max-width: 100%; cursor: crosshair; touch-action: manipulation; border-radius: 6px; }
.he-point img { width: 100%; max-height: none; }
.he-point:focus-visible { outline: 3px solid var(--primary-500); outline-offset: 3px; }
.he-cross { position: absolute; width: 22px; height: 22px; margin: -11px 0 0 -11px; border-radius: 50%;
  border: 2px solid #ff4d2e; box-shadow: 0 0 0 2px #fff; pointer-events: none; }
.he-steps { list-style: none; padding: 0; margin: 14px 0 0; font-size: 14px; }
.he-steps li { display: grid; grid-template-columns: 26px 1fr minmax(auto, 42%); gap: 2px 8px; margin: 0;
  padding: 7px 2px; border-top: 1px solid var(--border-color-primary); }
.he-steps i { font-style: normal; opacity: .65; } .he-steps div { overflow-wrap: anywhere; }
.he-steps code { font-size: 12.5px; background: none; border: 0; padding: 0; opacity: .8; }
.he-steps small { opacity: .72; } .he-steps b { font-weight: 600; }
.he-facts { display: grid; grid-template-columns: auto 1fr; gap: 3px 16px; margin: 12px 0 0; font-size: 14px; }
.he-facts dt { opacity: .75; } .he-facts dd { margin: 0; overflow-wrap: anywhere; }
.he-ask { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px 18px; margin-bottom: 12px; font-size: 14px; }
.he-ask h3 { margin: 0; font-size: 18px; overflow-wrap: anywhere; } .he-ask p { margin: 0; overflow-wrap: anywhere; }
.he-ask .he-crop { justify-self: start; max-width: 100%; border-radius: 6px; margin: 6px 0;
  box-shadow: 0 1px 8px #0003; }
.he-ask small { opacity: .75; }
.he-link { overflow-wrap: anywhere; font-size: 13px; }
@media (max-width: 600px) {
  .he-watch { flex-direction: column-reverse; }
  .he-steps li { grid-template-columns: 22px 1fr; } .he-steps li > div:last-child { grid-column: 2; }
  .he-screen { padding: 6px; } .he-screen img { max-height: none; }
}
"""
