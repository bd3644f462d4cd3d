/** The page's language on paper: hairlines, ink, one sentence first; dark where the reader's system is. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#FAFAF7;--surface:#FFF;--ink:#16181B;--ink-3:#666A72;--line:#D9D9D2;--good:#0B6B4F;--wait:#7A5200;--bad:#A8221C}
@media (prefers-color-scheme:dark){:root{--bg:#0C0E11;--surface:#14171B;--ink:#EDEEF0;--ink-3:#8F959E;--line:#2A2F36;--good:#5CCBA2;--wait:#E4BA5C;--bad:#F58F86}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:400 15px/1.5 "Inter Variable",Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1200px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:32px;line-height:1.15;margin:8px 0}
h2{font-size:19px;line-height:1.3;margin:0 0 12px}
h3{font-size:15px;margin:0 0 8px}
p{margin:0 0 12px}
header,section,article{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:16px;margin:0 0 16px}
article{border-radius:10px}
.note,dt,th{color:var(--ink-3);font-size:13px}
.pill{border:1px solid currentColor;border-radius:99px;padding:2px 10px}
.good{color:var(--good)}.wait{color:var(--wait)}.bad{color:var(--bad)}
table{width:100%;border-collapse:collapse;font-size:14px}
th{text-align:left;font-weight:400;border-bottom:1px solid var(--ink-3)}
td{border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th,td{padding:4px 12px 4px 0}
.number{text-align:right}
.hash{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
dl{margin:0}
dl div{display:grid;grid-template-columns:minmax(120px,220px) 1fr;gap:12px;padding:2px 0}
dd{margin:0;overflow-wrap:anywhere}
ul{margin:0;padding-left:20px}
@media print{body{background:#FFF;color:#000}main{max-width:none;padding:0}header,section,article{border-color:#999;break-inside:avoid-page}section{break-inside:auto}}
`
