// The report as one page that needs nothing else: no script, no font, no address.

import type { AuditFile, Report } from './report.ts'
import { STYLE } from './style.ts'

const verdicts: Readonly<Record<Report['verdict'], readonly [word: string, sentence: string, colour: string]>> = {
  clean: ['Clean', 'Every number that was compared follows from the chain.', 'good'],
  findings: ['Not clean', 'Something is not as it must be. Each finding says where, and how to see it again.', 'bad'],
  incomplete: ['Not finished', 'Nothing was found, but not everything could be checked.', 'wait'],
}

export function reportHtml({ report, digest, signature }: AuditFile): string {
  const [word, sentence, colour] = verdicts[report.verdict]
  const { deployment, audited } = report
  const signed = signature === undefined ? 'not signed' : `signed by ${signature.signer}: ${signature.signature}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of ${text(deployment.name)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="note">Audit of ${text(deployment.name)} · chain ${deployment.chainId} · ${text(spoken(audited.time))}</p>
<h1><span class="pill ${colour}">${text(word)}</span></h1>
<p>${text(sentence)}</p>
<dl>
${pair('Blocks', `${audited.from} to ${audited.block}`)}
${pair('Block hash', audited.hash, 'hash')}
${pair('Why it is believed', audited.trust)}
${pair('Node', audited.node)}
${pair('State of all rebuilt values', report.digests.state ?? 'not reached', 'hash')}
${pair('Digest of this report', digest, 'hash')}
${pair('Signature', signed, 'hash')}
</dl>
</header>
${section('What the history holds', ['', 'number'], figureRows(report))}
${section('What was checked', ['check', 'compares', 'values', 'findings'], checkRows(report))}
<section><h2>Findings</h2>${findings(report)}</section>
${section('What was not checked', ['check', 'what', 'why'], uncheckedRows(report), 'Nothing was left out.')}
${section('Parameters, as they were set', ['block', 'parameter', 'value'], parameterRows(report))}
${section('Journals', ['contract', 'events', 'head'], journalRows(report))}
<section><h2>What remains trust</h2><ul>${report.trusted.map((line) => `<li>${text(line)}</li>`).join('')}</ul></section>
<footer class="note">Made ${text(report.madeAt)} in ${report.seconds} s. The same figures as JSON stand in audit.json.</footer>
</main>
</body>
</html>
`
}

type Row = readonly string[]

function figureRows({ figures }: Report): readonly Row[] {
  return Object.entries(figures)
}

function checkRows({ checks }: Report): readonly Row[] {
  return checks.map(({ name, compares, count, findings: found }) => [name, compares, `${count}`, `${found}`])
}

function uncheckedRows({ notChecked }: Report): readonly Row[] {
  return notChecked.map(({ check, what, why }) => [check, what, why])
}

function parameterRows({ parameters }: Report): readonly Row[] {
  return parameters.map(({ block, parameter, value }) => [block, parameter, value])
}

function journalRows({ digests }: Report): readonly Row[] {
  return Object.entries(digests.journals).map(([contract, { count, head }]) => [contract, `${count}`, head])
}

function section(title: string, columns: Row, rows: readonly Row[], none = 'There is nothing.'): string {
  if (rows.length === 0) return `<section><h2>${text(title)}</h2><p class="note">${text(none)}</p></section>`
  const isNumber = (i: number): boolean => /^\d+$/.test(rows[0]?.[i] ?? '')
  const head = columns
    .map((column, i) => `<th scope="col"${isNumber(i) ? ' class="number"' : ''}>${text(column)}</th>`)
    .join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td${shape(cell)}>${text(cell)}</td>`).join('')}</tr>`)
  return `<section><h2>${text(title)}</h2><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></section>`
}

function findings({ findings: all }: Report): string {
  if (all.length === 0) return '<p class="note">There are none.</p>'
  return all
    .map(({ check, severity, what, place, found, expected, reproduce }) => {
      const where = Object.entries(place).map(([name, value]) => `${name} ${value}`)
      const lines = [pair('Where', where.join(', ')), pair('Found', found, 'hash'), pair('Expected', expected, 'hash')]
      const colour = severity === 'error' ? 'bad' : 'wait'
      return `<article><h3><span class="pill ${colour}">${severity}</span> ${text(what)}</h3>
<dl>${pair('Check', check)}${lines.join('')}${pair('See it', reproduce, 'hash')}</dl></article>`
    })
    .join('\n')
}

function pair(name: string, value: string, shape = ''): string {
  return `<div><dt>${text(name)}</dt><dd class="${shape}">${text(value)}</dd></div>`
}

function shape(cell: string): string {
  if (/^\d+$/.test(cell)) return ' class="number"'
  return /^0x[0-9a-f]{20,}$/i.test(cell) ? ' class="hash"' : ''
}

/** Names of the chain are anybody's input. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A time as a person reads it. */
function spoken(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
