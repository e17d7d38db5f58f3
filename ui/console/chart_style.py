"""How tables, curves and pictures of failures look."""

CHART_STYLE = """
.he-h { font-weight: 600; margin: 14px 0 8px; overflow-wrap: anywhere; } h2.he-h { font-size: 17px; }
h3.he-h { font-size: 14px; } .he-remark { font-size: 13px; opacity: .8; margin: 8px 0; }
.he-facts.he-flow { display: flex; flex-wrap: wrap; gap: 3px 22px; } .he-flow div { display: flex; gap: 8px; }
.he-wide { overflow-x: auto; margin: 8px 0 14px; border: 1px solid var(--border-color-primary); border-radius: 10px; }
.he-wide:focus-visible { outline: 3px solid var(--primary-500); outline-offset: 2px; }
.he-wide .he-table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums;
  margin: 0; border: 0; }
.he-wide .he-table tr { border: 0; }
.he-table th, .he-table td { padding: 6px 10px; text-align: left; vertical-align: top; border: 0;
  border-top: 1px solid var(--border-color-primary); }
.he-table thead th { border-top: 0; font-weight: 600; font-size: 12.5px; white-space: nowrap; }
.he-table tbody th { font-weight: 500; overflow-wrap: break-word; } .he-table code { overflow-wrap: anywhere; }
.he-table tbody th { min-width: 90px; } .he-table td { min-width: 70px; overflow-wrap: anywhere; }
.he-table td:last-child { min-width: 130px; } .he-nowrap { white-space: nowrap; }
.he-table.he-numbers td { min-width: 0; }
.he-numbers td, .he-numbers thead th:not(:first-child) { text-align: right; white-space: nowrap; }
.he-better { color: #14654f; font-weight: 600; } .he-worse { color: #a8350f; font-weight: 600; }
.dark .he-better { color: #72c9b0; } .dark .he-worse { color: #f0a080; }
.he-mark { display: inline-flex; gap: 6px; align-items: baseline; overflow-wrap: normal; }
.he-bar { display: block; width: 110px; height: 12px; margin-top: 4px; }
.he-track { fill: var(--border-color-primary); } .he-range { fill: #5f8fb0; } .he-at { fill: var(--body-text-color); }
.he-curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(280px, 100%), 1fr)); gap: 12px; }
.he-curves figure, .he-shots figure { margin: 0; padding: 8px 10px; border-radius: 10px; min-width: 0;
  border: 1px solid var(--border-color-primary); background: var(--background-fill-secondary); }
.he-curves figcaption { display: flex; gap: 10px; justify-content: space-between; font-size: 13px; }
.he-curves svg { display: block; width: 100%; height: auto; } .he-curves text { font-size: 11px; fill: currentColor; }
.he-curve { fill: none; stroke: #2a78b5; stroke-width: 1.8; stroke-linejoin: round; }
.dark .he-curve { stroke: #6db3e8; } .he-grid { stroke: var(--border-color-primary); }
.he-shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px; }
.he-shots img { display: block; max-width: 100%; max-height: 240px; margin: 0 auto 6px; border-radius: 6px; }
.he-shots figcaption { font-size: 12.5px; overflow-wrap: anywhere; } .he-shots figcaption span { display: block; }
.he-none { display: grid; place-items: center; height: 90px; font-size: 13px; }
.he-said { font-size: 12.5px; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 10px; padding: 8px 10px;
  border-radius: 8px; background: var(--background-fill-secondary); }
"""
