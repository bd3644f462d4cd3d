/** The page's looks, for light and dark, for telephones and desks. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfaf7; --panel: #ffffff; --line: #e4e0d8; --text: #23211d; --quiet: #6f6a61;
  --reference: #0b6e4f; --other: #8a8478; --middle: #cfc9bd; --good: #0b6e4f; --poor: #a65a00; --track: #f1eee8; --limit: #b3372b;
  --honest: #8a9ba8; --flipped: #c0392b; --noise: #8e5bb5; --outlier: #d08a00; --copied: #2473b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161614; --panel: #1f1f1c; --line: #34332e; --text: #ece9e1; --quiet: #a19b8f;
    --reference: #4cc79b; --other: #8d877b; --middle: #4d4b44; --good: #4cc79b; --poor: #e6a052; --track: #292824; --limit: #ef7b6d;
    --honest: #71828f; --flipped: #ef7b6d; --noise: #b78fdb; --outlier: #e6b34a; --copied: #6fb1ea;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.15; margin: 0 0 .25rem; letter-spacing: -.02em; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .25rem; letter-spacing: -.01em; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.quiet, figcaption { color: var(--quiet); font-size: .875rem; }
.verdict { border-left: .35rem solid var(--poor); background: var(--panel); padding: 1rem 1.25rem; margin: 1.5rem 0; border-radius: 0 .5rem .5rem 0; box-shadow: 0 0 0 1px var(--line); }
.verdict.net-influence, .verdict.fixed-weights { border-left-color: var(--good); }
.verdict strong { font-size: 1.1rem; }
.verdict .warning { border-top: 1px solid var(--line); padding-top: .75rem; color: var(--poor); } .verdict .warning strong { font-size: 1rem; }
.plain { max-width: 46rem; padding-left: 1.1rem; } .plain li { margin: .4rem 0; }
.verdict ul { margin: .5rem 0 0; padding-left: 1.1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--panel); border-radius: .5rem; padding: .75rem .9rem; box-shadow: 0 0 0 1px var(--line); }
.facts dt { color: var(--quiet); font-size: .8rem; line-height: 1.3; }
.facts dd { margin: .15rem 0 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts small { display: block; font-size: .75rem; font-weight: 400; color: var(--quiet); }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; margin-top: 1rem; }
figure { margin: 0; background: var(--panel); border-radius: .5rem; padding: 1rem; box-shadow: 0 0 0 1px var(--line); min-width: 0; }
figcaption { margin-bottom: .75rem; }
.intervals { display: grid; grid-template-columns: minmax(6.8rem, max-content) 1fr 2.6rem; column-gap: .6rem; align-items: center; font-size: .8rem; }
.intervals .name { overflow-wrap: anywhere; line-height: 1.15; }
.intervals .value { text-align: right; font-variant-numeric: tabular-nums; }
.intervals .own { color: var(--reference); font-weight: 600; }
.intervals svg { display: block; width: 100%; height: 1.5rem; overflow: visible; }
.intervals .axis svg { height: 1.4rem; }
svg text { fill: var(--quiet); font-size: 11px; }
.ground { fill: var(--track); } .zero { stroke: var(--middle); stroke-width: 1.5; }
.ceiling { stroke: var(--quiet); stroke-width: 1.5; stroke-dasharray: 2 3; } .most { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 4 3; }
.other { stroke: var(--other); fill: var(--other); } .reference { stroke: var(--reference); fill: var(--reference); }
.reach { stroke-width: 2; stroke-linecap: round; } .reference.reach { stroke-width: 3; }
.scatter svg { display: block; width: 100%; height: auto; }
.dot { fill-opacity: .8; stroke: var(--panel); stroke-width: 1; }
.honest { fill: var(--honest); background: var(--honest); } .flipped { fill: var(--flipped); background: var(--flipped); } .noise { fill: var(--noise); background: var(--noise); }
.outlier { fill: var(--outlier); background: var(--outlier); } .copied { fill: var(--copied); background: var(--copied); } .unknown { fill: var(--honest); background: var(--honest); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .8rem; color: var(--quiet); margin: .75rem 0 0; }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; margin-right: .35rem; }
.legend i.dash { height: 0; width: 1.1rem; border-radius: 0; border-top: 2px dashed var(--limit); vertical-align: middle; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tr.own td { color: var(--reference); font-weight: 600; }
summary { cursor: pointer; margin: 1rem 0 .5rem; }
code { font-size: .8em; overflow-wrap: anywhere; }
@media (max-width: 34rem) {
  .intervals { grid-template-columns: 6.2rem 1fr 2.3rem; column-gap: .4rem; font-size: .75rem; }
  .intervals .name { padding: .15rem 0; }
  .minor { display: none; }
}
`
