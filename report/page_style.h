// page_style: how the page looks: light and dark, narrow and wide, on a screen and on paper.
//
// Colours of text have a contrast of at least 4.5 to 1 to what is behind them, those of bars of at
// least 3 to 1 (WCAG 2.2 AA); tests/e2e/page.py measures it. Fills differ in pattern, too.
#ifndef TLSWARDEN_REPORT_PAGE_STYLE_H_
#define TLSWARDEN_REPORT_PAGE_STYLE_H_

namespace tlswarden {

inline constexpr char kPageStyle[] = R"css(
:root {
  color-scheme: light dark;
  --paper: #f5f4ef; --sheet: #ffffff; --sunk: #f0efe9; --line: #dbd9d0; --shade: #00000024;
  --ink: #1c2530; --soft: #56616e; --accent: #0a5c66;
  --good: #4b8f8c; --bad: #b23a1d; --bad-ink: #a5331a;
  --t1: #a5376f; --t2: #96690a; --t3: #2d6aa6; --t4: #6d55a6; --t5: #39774a; --t6: #687280;
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #12161b; --sheet: #1a2027; --sunk: #222a32; --line: #343d47; --shade: #000000a8;
    --ink: #e7e9eb; --soft: #a5afba; --accent: #74c7c9;
    --good: #4f9a96; --bad: #f08a66; --bad-ink: #f59a7a;
    --t1: #e98bb9; --t2: #d8b04c; --t3: #7db3ea; --t4: #b79fe8; --t5: #82c592; --t6: #9aa4af;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 var(--sans); overflow-wrap: break-word;
}
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2.5rem); }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
code, pre { font-family: var(--mono); font-size: .92em; }
a { color: var(--accent); text-underline-offset: .18em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem 1rem; background: var(--sheet); }
.note { color: var(--soft); font-size: .9rem; max-width: 44rem; }

/* the head */
header { padding-top: clamp(1.5rem, 4vw, 3rem); }
.brand { color: var(--accent); font-weight: 650; letter-spacing: .01em; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.2vw, 2.6rem); font-weight: 680; letter-spacing: -.02em; overflow-wrap: anywhere; }
.frame { margin-top: .35rem; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; list-style: none; margin-top: 1.1rem; padding: .7rem 0; border-block: 1px solid var(--line); font-size: .95rem; }
nav a { display: inline-block; padding: .15rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }

/* sections */
section { margin-top: clamp(2rem, 4vw, 3.25rem); scroll-margin-top: 1rem; }
section > h2 { font-size: 1.35rem; font-weight: 660; letter-spacing: -.01em; margin-bottom: .9rem; }
section > .note { margin: -.5rem 0 1rem; }
#summary { margin-top: clamp(1.5rem, 3vw, 2.25rem); }
#summary > h2 { font-size: clamp(1.25rem, 1rem + 1.2vw, 1.8rem); font-weight: 560; line-height: 1.35; max-width: 46rem; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: .7rem; padding: clamp(1rem, 2vw, 1.5rem); }
.card + .card { margin-top: 1rem; }
.stack { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.more { margin-top: .8rem; color: var(--soft); }

/* key figures */
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 100%), 1fr)); gap: 1px; background: var(--sheet); border: 1px solid var(--line); border-radius: .7rem; overflow: hidden; }
.figures > div { box-shadow: 0 0 0 1px var(--line); padding: .9rem 1.1rem 1rem; display: flex; flex-direction: column; }
.figures dt { color: var(--soft); font-size: .9rem; }
.figures dd { font-variant-numeric: tabular-nums; }
.figures dd.number { font-size: 1.7rem; font-weight: 640; line-height: 1.25; letter-spacing: -.01em; }
.figures dd.aside { color: var(--soft); font-size: .9rem; }
.bad { color: var(--bad-ink); }

/* charts */
.chart + .chart { margin-top: 1.75rem; }
figcaption { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .3rem 0 .6rem; color: var(--soft); font-size: .9rem; font-weight: 400; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.swatch { flex: none; width: .95rem; height: .95rem; border-radius: 2px; vertical-align: -.1em; }
.plot { display: grid; grid-template-columns: 2.9rem minmax(0, 1fr); }
.plot svg { display: block; width: 100%; overflow: visible; }
.plot text { font: .78rem var(--sans); fill: var(--soft); font-variant-numeric: tabular-nums; }
.plot line { stroke: var(--line); stroke-width: 1; shape-rendering: crispEdges; }
.plot line.base { stroke: var(--soft); }
.plot g:hover { opacity: .72; }
.defs { position: absolute; width: 0; height: 0; }
.defs line { stroke: var(--sheet); stroke-width: 1.6; opacity: .6; }
.defs circle { fill: var(--sheet); opacity: .65; }
.good-fill { fill: var(--good); } .bad-fill { fill: var(--bad); }
.t1 { fill: var(--t1); } .t2 { fill: var(--t2); } .t3 { fill: var(--t3); }
.t4 { fill: var(--t4); } .t5 { fill: var(--t5); } .t6 { fill: var(--t6); }
.f-good { fill: var(--good); } .f-bad { fill: var(--bad); } .f1 { fill: var(--t1); }
.f2 { fill: url(#fill-2); } .f3 { fill: url(#fill-3); } .f4 { fill: url(#fill-4); }
.f5 { fill: url(#fill-5); } .f6 { fill: url(#fill-6); }
@media (max-width: 40rem) { .plot .between { display: none; } }

/* details and tables */
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--accent); width: fit-content; padding: .15rem 0; }
.scroll {
  overflow-x: auto; margin-top: .5rem;
  /* A shade where the table goes on: the first two hide it at the ends. */
  background:
    linear-gradient(90deg, var(--sheet) 40%, transparent) 0 0 / 2.2rem 100% no-repeat local,
    linear-gradient(-90deg, var(--sheet) 40%, transparent) calc(100% + 2px) 0 / 2.2rem 100% no-repeat local,
    linear-gradient(90deg, var(--shade), transparent) 0 0 / .8rem 100% no-repeat scroll,
    linear-gradient(-90deg, var(--shade), transparent) 100% 0 / .8rem 100% no-repeat scroll;
}
.card > .scroll:first-child { margin-top: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: baseline; padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--line); }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-size: .88rem; font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 500; }
.n { text-align: right; white-space: nowrap; }
thead .n { white-space: normal; }
.nowrap { white-space: nowrap; }
.host { overflow-wrap: anywhere; min-width: 10rem; }
.share { width: 32%; }
.share span { white-space: nowrap; }
.share div { display: grid; grid-template-columns: 6.4rem 1fr; align-items: center; gap: .6rem; }
.track { display: block; width: 100%; height: .55rem; border-radius: 2px; background: var(--sunk); }
@media (max-width: 40rem) {
  th, td { padding-right: .7rem; }
  .host { min-width: 7rem; }
  .share { width: auto; }
  .share div { grid-template-columns: auto; }
  .share .track { display: none; }
  table { font-size: .93rem; }
}

/* result types */
.failures { list-style: none; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(29rem, 100%), 1fr)); }
.failures > li { background: var(--sheet); border: 1px solid var(--line); border-radius: .7rem; padding: clamp(1rem, 2vw, 1.4rem); display: flex; flex-direction: column; gap: .7rem; }
.failures .head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .1rem 1rem; }
h3 { font-size: 1.05rem; font-weight: 650; overflow-wrap: anywhere; }
.times { font-variant-numeric: tabular-nums; font-weight: 600; }
h3 + .facts { margin-top: .5rem; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem .9rem; font-size: .93rem; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.todo { background: var(--sunk); border-radius: .45rem; padding: .7rem .9rem; }
pre { background: var(--sunk); border-radius: .45rem; padding: .7rem .9rem; margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }

footer { margin-top: clamp(2.5rem, 5vw, 4rem); padding-top: 1.2rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .9rem; }
footer p { border-top: 1px solid var(--line); padding-top: 1.2rem; }

@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print {
  @page { margin: 14mm; }
  :root { --paper: #ffffff; --sunk: #f4f3ef; }
  html { font-size: 10pt; }
  body { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding-inline: 0; }
  header { padding-top: 0; }
  nav, .skip, summary { display: none; }
  .scroll { overflow: visible; background: none; }
  h2, h3, figcaption { break-after: avoid; }
  .failures { display: block; }
  .failures > li { margin-bottom: .8rem; }
  .failures > li, .chart, .figures, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  th, td { padding: .25rem .6rem .25rem 0; }
}
)css";

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_PAGE_STYLE_H_
