import { formatOpen } from '../../sdk/units.ts'
import { duration } from './progress.ts'
import type { Summary, TaskSummary } from './summary.ts'

/** The summary as a person reads it. Sums of money come from the API and were compared with the chain and `attribution/`. */
export function tableOf(summary: Summary): string {
  const { fees, gas, alike, audit, chain, tasks } = summary
  return [
    ...tasks.flatMap(taskLines),
    '',
    'Fees, in OPEN',
    row('in all', `${open(fees.totalGwei)}, ${open(fees.perInferenceGwei)} a call`),
    row('contributors', open(fees.contributorsGwei)),
    row('operator', open(fees.operatorGwei)),
    row('model owner', open(fees.ownerGwei)),
    row('base model royalty', open(fees.royaltiesGwei)),
    row('treasury', open(fees.treasuryGwei)),
    row('claimed so far', open(fees.claimedGwei)),
    '',
    'Equal to the gwei on chain, in the index and by attribution/',
    row(
      'cross-checked',
      `${alike.accounts} accounts, ${alike.units} units, ${alike.books} books, ${alike.channels} channels, ${alike.bonds} bonds`,
    ),
    row('audited', `${number(audit.values)} values rebuilt from the node alone: ${audit.verdict}`),
    '',
    'Gas',
    ...gasLines(gas),
    '',
    'Deviations from plan',
    ...(summary.deviations.length === 0 ? ['  none'] : summary.deviations.map((sentence) => `  ${sentence}`)),
    '',
    row('ledger', `${chain.ledger} on chain ${chain.chainId}, ${chain.rpc}`),
    '',
    'Steps',
    ...Object.entries(summary.seconds).map(([step, took]) => `  ${step.padEnd(46)} ${duration(took)}`),
  ].join('\n')
}

function taskLines(task: TaskSummary): readonly string[] {
  const { accuracy, certificate, contributors, relativePay } = task
  const twin = accuracy.fullPrecisionFineTuned
  const planted = contributors.filter(({ kind }) => kind !== 'honest')
  const best = contributors.filter(({ kind }) => kind === 'honest').slice(0, 4)
  const honest = contributors.filter(({ kind }) => kind === 'honest')
  const median = honest[honest.length >> 1]
  return [
    '',
    `${titles[task.task]}, model ${task.model}`,
    row('rows', `${number(task.rows)} of ${contributors.length} contributors, ${task.droppedRows} near-copies dropped`),
    row('units', `${task.units}, registered in ${pages(task.registrationPages)}`),
    row('calls', `${number(task.inferences)} paid, recorded and settled in ${books(task.books)}`),
    row(
      'right answers',
      `${percent(accuracy.fineTuned)} fine-tuned on 4 bits, ${percent(accuracy.nf4)} head only, ${percent(accuracy.majority)} by always giving the more frequent answer` +
        (twin === null ? '' : `, ${percent(twin)} in full precision`),
    ),
    row('contributors’ share', partsInWords(task.paidBy)),
    '',
    '  Pay beside worth                          OPEN  a row: pay  worth',
    ...[...best, ...(median === undefined || best.includes(median) ? [] : [median]), ...planted].map(contributorLine),
    '  Beside a row of the median honest contributor. Worth: how much less sure the answers are without them.',
    `  Paying each row its positive influence would give flipped rows ${ratio(relativePay.flipped.rawPositiveInfluence)}, noise ${ratio(relativePay.noise.rawPositiveInfluence)}, outliers ${ratio(relativePay.outlier.rawPositiveInfluence)}.`,
    '',
    ...wrapped(certificate.sentences[0] ?? ''),
    ...wrapped(`Recommended terms: ${certificate.sentences[1] ?? ''}`),
    ...wrapped(`The demo registered ${certificate.registered}.`),
    ...(certificate.warning === null ? [] : wrapped(certificate.warning)),
  ]
}

function partsInWords({ netInfluence, rows, fixedWeights }: TaskSummary['paidBy']): string {
  const byRows = rows > 0 ? `${percent(rows)} by rows, ` : ''
  return `${percent(netInfluence)} split by net influence on these answers, ${byRows}${percent(fixedWeights)} by fixed weights`
}

const titles = { mail: 'Mails, ham or spam', speeches: 'Speeches, before or since 1945' } as const

const deeds = {
  honest: '',
  flipped: ' flips labels',
  copied: ' copies another',
  noise: ' writes noise',
  outlier: ' brings outliers',
} as const

function contributorLine({ name, kind, earnedGwei, paidARow, worthARow }: TaskSummary['contributors'][number]): string {
  const amount = open(earnedGwei).padStart(11)
  const worth = worthARow === null ? '–' : ratio(worthARow)
  return `  ${`${name}${deeds[kind]}`.padEnd(35)} ${amount}  ${ratio(paidARow).padStart(10)} ${worth.padStart(6)}  ${inWords(paidARow, worthARow)}`
}

/** Both beside the median honest contributor, whose are 1. */
function inWords(paid: number, worth: number | null): string {
  const earns = paid === 0 ? 'earns nothing' : `earns ${amountInWords(paid)}`
  if (worth === null) return earns
  return `${worth < -0.1 ? 'does harm' : `adds ${amountInWords(worth)}`}, ${earns}`
}

function amountInWords(relative: number): string {
  if (relative < 0.02) return 'next to nothing'
  if (relative < 0.25) return 'little'
  if (relative < 0.75) return 'less'
  return relative > 1.25 ? 'more' : 'as much'
}

function gasLines({ batches, settlements, claims }: Summary['gas']): readonly string[] {
  const largest = Math.max(...batches.map(({ inferences }) => inferences))
  const last = batches.findLast(({ inferences }) => inferences === largest)
  return [
    ...(last === undefined
      ? []
      : [
          row(
            `a call, ${last.inferences} a batch`,
            `${number(last.gasUsed / last.inferences)}; its bytes alone ${number(last.floor / last.inferences)}`,
          ),
        ]),
    ...settlements.map(({ units, pages: count, gasUsed }, i) =>
      row(
        `settling book ${i + 1}, ${units} units`,
        `${number(gasUsed)} in ${pages(count)}, ${number(gasUsed / units)} a unit`,
      ),
    ),
    ...claims.map(({ act, accounts, repeat, gasUsed }) =>
      row(
        `${act}${accounts.length > 1 ? ` of ${accounts.length}` : `, account ${accounts[0]}`}${repeat ? ', repeated' : ''}`,
        `${number(gasUsed)}${accounts.length > 1 ? `, ${number(gasUsed / accounts.length)} each` : ''}`,
      ),
    ),
  ]
}

const WIDTH = 110

/** A sentence in lines of a terminal. */
function wrapped(sentence: string): readonly string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of sentence.split(' ')) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line)
      line = ' '
    }
    line += ` ${word}`
  }
  return [...lines, line]
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(26)} ${value}`
}

function open(gwei: string): string {
  return formatOpen(BigInt(gwei))
}

function books(count: number): string {
  return count === 1 ? 'one book' : `${count} books`
}

function pages(count: number): string {
  return count === 1 ? 'one page' : `${count} pages`
}

function ratio(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
