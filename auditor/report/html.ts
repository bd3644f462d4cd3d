// The report as one page that needs nothing else: no script, no font, no address.

import type { AuditFile, Report } from './report.ts'
import { STYLE } from './style.ts'

const verdicts: Readonly<Record<Report['verdict'], readonly [word: string, sentence: string, colour: string]>> = {
  clean: ['Clean', 'Every number that was compared follows from the chain.', 'good'],
  findings: ['Not clean', 'Something is not as it must be. Each finding says where, and how to see it again.', 'bad'],
  incomplete: ['Not finished', 'Nothing was found, but not everything could be checked.', 'wait'],
}

const verified: Readonly<Record<Report['audited']['verification'], string>> = {
  receipts: 'believed in nothing that headers, receipts and proofs do not show',
  bloom: 'held to headers, proofs and bloom filters: this chain’s receipts cannot be proven',
  off: 'on its word: this chain’s headers cannot be hashed',
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
<title>Audit of ${text(deployment.name)}: ${text(word)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Audit of ${text(deployment.name)} <span class="pill ${colour}">${text(word)}</span></h1>
<p class="lead">${text(sentence)} ${text(extent(report))}</p>
<dl>
${pair('Chain', `${deployment.chainId}`)}
${pair('Blocks', `${grouped(audited.from)} to ${grouped(audited.block)}, of ${spoken(audited.time)}`)}
${pair('Hash of the last block', audited.hash, 'hash')}
${pair('Why that hash is believed', audited.trust)}
${pair('Node', `${audited.node}, ${verified[audited.verification]}`)}
${audited.sample === undefined ? '' : pair('Sample', `${audited.sample.slots} values of each contract, seed ${audited.sample.seed}`)}
${pair('Fingerprint of all rebuilt values', report.digests.state ?? 'not reached', 'hash')}
${pair('Digest of this report', digest, 'hash')}
${pair('Signature', signed, 'hash')}
</dl>
</header>
<section><h2>Findings</h2>${findings(report)}</section>
${section('What was not checked', ['check', 'what', 'why', 'needed'], uncheckedRows(report), 'Nothing was left out.')}
${section('What was checked', ['check', 'compares', 'values', 'result'], checkRows(report))}
<section><h2>What the history holds</h2><dl class="figures">${figures(report)}</dl></section>
${section('Contracts', ['contract', 'address', 'events', 'head of its journal'], contractRows(report))}
${section('Parameters, as they were set', ['block', 'parameter', 'value', 'transaction'], parameterRows(report))}
<section><h2>What remains trust</h2><ul>${report.trusted.map((line) => `<li>${text(line)}</li>`).join('')}</ul></section>
<section><h2>How to check this report</h2>${again(report)}</section>
<footer class="note">Made ${text(spoken(report.madeAt))} in ${report.seconds} s. The same figures as JSON stand in audit.json.</footer>
</main>
</body>
</html>
`
}

type Row = readonly string[]

/** How much was compared, and what of it is wrong, in one sentence. */
function extent({ checks, findings: found, notChecked }: Report): string {
  const values = checks.reduce((sum, { count }) => sum + count, 0)
  const made = checks.filter(({ count }) => count > 0).length
  const errors = found.filter(({ severity }) => severity === 'error').length
  const parts = [`${grouped(values)} values were compared in ${counted(made, 'check')}`, counted(errors, 'error')]
  if (found.length > errors) parts.push(counted(found.length - errors, 'warning'))
  const needed = notChecked.filter(({ isNeeded }) => isNeeded).length
  if (needed > 0) parts.push(`${needed} of what was needed could not be checked`)
  return `${parts.join('; ')}.`
}

function counted(count: number, what: string): string {
  return count === 0 ? `no ${what}s` : `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

function figures({ figures: all }: Report): string {
  return Object.entries(all)
    .map(([name, number]) => pair(name, grouped(number)))
    .join('')
}

function checkRows({ checks }: Report): readonly Row[] {
  return checks.map(({ name, compares, count, findings: found }) => [
    name,
    compares,
    grouped(count),
    found > 0 ? counted(found, 'finding') : count > 0 ? 'as it must be' : 'nothing to compare',
  ])
}

function uncheckedRows({ notChecked }: Report): readonly Row[] {
  return notChecked.map(({ check, what, why, isNeeded }) => [check, what, why, isNeeded ? 'yes' : 'no'])
}

function parameterRows({ parameters }: Report): readonly Row[] {
  return parameters.map(({ block, parameter, value, transaction }) => [grouped(block), parameter, value, transaction])
}

function contractRows({ deployment, digests }: Report): readonly Row[] {
  return Object.entries(deployment.contracts).map(([name, address]) => {
    const journal = digests.journals[name]
    return [name, address, journal === undefined ? '–' : grouped(journal.count), journal?.head ?? 'keeps none']
  })
}

function section(title: string, columns: Row, rows: readonly Row[], none = 'There is nothing.'): string {
  if (rows.length === 0) return `<section><h2>${text(title)}</h2><p class="note">${text(none)}</p></section>`
  const isNumber = (i: number): boolean => NUMBER.test(rows[0]?.[i] ?? '')
  const head = columns
    .map((column, i) => `<th scope="col"${isNumber(i) ? ' class="number"' : ''}>${text(column)}</th>`)
    .join('')
  const cellOf = (cell: string, i: number): string =>
    `<td data-column="${text(columns[i] ?? '')}" class="${shape(cell)}">${text(cell)}</td>`
  const body = rows.map((row) => `<tr>${row.map(cellOf).join('')}</tr>`)
  return `<section><h2>${text(title)}</h2><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></section>`
}

function findings({ findings: all }: Report): string {
  if (all.length === 0) return '<p class="note">There are none.</p>'
  return all
    .map(({ check, severity, what, place, found, expected, reproduce }, i) => {
      const where = Object.entries(place).map(([name, value]) => pair(name, `${value}`, shape(`${value}`)))
      const lines = [
        pair('found', found, 'hash'),
        pair('expected', expected, 'hash'),
        pair('see it', reproduce, 'hash'),
      ]
      const colour = severity === 'error' ? 'bad' : 'wait'
      return `<article><h3>${i + 1}. <span class="pill ${colour}">${severity}</span> ${text(what)}</h3>
<dl>${pair('check', check)}${where.join('')}${lines.join('')}</dl></article>`
    })
    .join('\n')
}

function again({ audited, deployment }: Report): string {
  const command = `attribution audit --rpc $RPC --deployment ${deployment.name}.json --at ${audited.block} --trust ${audited.hash}`
  return `<p>Anyone with a node of chain ${deployment.chainId} gets the same fingerprint, from any node that holds that block:</p>
<pre>${text(command)}</pre>
<p>The digest is keccak256 of the report’s canonical JSON (RFC 8785); a signature is of that digest, as a message of EIP-191.</p>`
}

function pair(name: string, value: string, shaped = ''): string {
  return `<div><dt>${text(name)}</dt><dd class="${shaped}">${text(value)}</dd></div>`
}

const NUMBER = /^\d[\d,]*$/

function shape(cell: string): string {
  if (NUMBER.test(cell)) return 'number'
  if (/^0x[0-9a-f]{20,}$/i.test(cell)) return 'hash'
  return cell === 'yes' || /^\d.* findings?$/.test(cell) ? 'word bad' : ''
}

/** With a comma between thousands. */
function grouped(number: number | string): string {
  return `${number}`.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Names of the chain are anybody's input. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** A time as a person reads it. */
function spoken(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`
}
