/** The page's language on paper: hairlines, ink, one sentence first; dark where the reader's system is, and one column on a phone. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#FAFAF7;--surface:#FFF;--ink:#16181B;--ink-3:#5E626A;--line:#D9D9D2;--good:#0B6B4F;--wait:#7A5200;--bad:#A8221C}
@media (prefers-color-scheme:dark){:root{--bg:#0C0E11;--surface:#14171B;--ink:#EDEEF0;--ink-3:#989EA7;--line:#2A2F36;--good:#5CCBA2;--wait:#E4BA5C;--bad:#F58F86}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:400 15px/1.5 "Inter Variable",Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:26px;line-height:1.3;margin:0 0 8px;overflow-wrap:anywhere}
h2{font-size:18px;line-height:1.3;margin:0 0 12px}
h3{font-size:15px;margin:0 0 8px}
p{margin:0 0 12px}
.lead{font-size:16px;max-width:72ch}
header,section,article{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:16px;margin:0 0 16px}
article{border-radius:10px}
article:last-child,section>:last-child{margin-bottom:0}
.note,dt,th{color:var(--ink-3);font-size:13px}
.pill{border:1px solid currentColor;border-radius:99px;padding:1px 10px;white-space:nowrap}
.good{color:var(--good)}.wait{color:var(--wait)}.bad{color:var(--bad)}
table{width:100%;border-collapse:collapse;font-size:14px}
th{text-align:left;font-weight:400;border-bottom:1px solid var(--ink-3)}
td{border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
th,td{padding:5px 16px 5px 0}
th:last-child,td:last-child{padding-right:0}
td:first-child{overflow-wrap:normal}
table .number{text-align:right}
table .word{white-space:nowrap}
.hash,pre{font-family:ui-monospace,monospace;font-size:12.5px;overflow-wrap:anywhere}
pre{white-space:pre-wrap;margin:0 0 12px;padding:10px 12px;border:1px solid var(--line);border-radius:8px}
dl{margin:0}
dl div{display:grid;grid-template-columns:220px 1fr;gap:16px;padding:2px 0}
article dl div{grid-template-columns:110px 1fr}
dd{margin:0;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(130px,1fr));gap:12px}
.figures div{display:block}
.figures dd{font-size:20px}
ul{margin:0;padding-left:20px;max-width:90ch}
li{margin:0 0 4px}
@media (max-width:640px){
main{padding:12px 10px 32px}
header,section{padding:14px 12px}
h1{font-size:22px}
dl div,article dl div{grid-template-columns:1fr;gap:0;padding:4px 0}
table,tbody,tr,td{display:block}
thead{display:none}
tr{border-bottom:1px solid var(--line);padding:8px 0}
tr:last-child{border-bottom:0}
td{border:0;padding:1px 0}
td:first-child{font-weight:600}
td:not(:first-child)::before{content:attr(data-column) " ";color:var(--ink-3);font:400 13px/1.5 system-ui,sans-serif}
table .number{text-align:left}
}
@media print{
:root{--bg:#FFF;--surface:#FFF;--ink:#000;--ink-3:#444;--line:#999}
body{font-size:11px}main{max-width:none;padding:0}
header,section,article{border-radius:0;break-inside:auto}
article,tr,dl div{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}
}
`
