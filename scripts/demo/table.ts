import { formatOpen } from '../../sdk/units.ts'
import { duration } from './progress.ts'
import type { Summary } from './summary.ts'

/** The summary as a person reads it. Sums of money come from the API and were held against the chain. */
export function tableOf(summary: Summary): string {
  const { accuracy, fees, gas, relativePay, earners, chain } = summary
  const open = (gwei: string) => formatOpen(BigInt(gwei))
  const lines = [
    '',
    heading('What happened'),
    row('rows', count(summary.rows)),
    row(
      '  not credited',
      `${count(summary.duplicateRows)} repeat an earlier row, ${count(summary.flaggedRows)} fight the rest`,
    ),
    row('contributors', count(summary.contributors)),
    row('inferences', `${count(summary.inferences)}, paid, attributed and recorded in ${gas.batches.length} batches`),
    '',
    heading(`Accuracy on ${accuracy.heldOut} held-out mails`),
    row('majority label', percent(accuracy.majority)),
    row('full precision, head only', percent(accuracy.fullPrecision)),
    row('NF4, head only', percent(accuracy.nf4)),
    row('NF4, fine-tuned (served)', percent(accuracy.fineTuned)),
    row('full precision, fine-tuned', percent(accuracy.fullPrecisionFineTuned)),
    '',
    heading('Fees, in OPEN'),
    row('in all', `${open(fees.totalGwei)}, ${open(fees.perInferenceGwei)} an inference`),
    row('contributors', open(fees.contributorsGwei)),
    row('operator', open(fees.operatorGwei)),
    row('model owner', open(fees.ownerGwei)),
    row('base model royalty', open(fees.royaltiesGwei)),
    row('treasury', open(fees.treasuryGwei)),
    row('claimed so far', open(fees.claimedGwei)),
    '',
    heading('Best-paid contributors'),
    ...earners.slice(0, 5).map(({ name, account, kind, rows, earnedGwei, claimedGwei }) => {
      const what = kind === 'honest' ? '' : `, ${kind}`
      return row(
        `${name}${what}`,
        `${open(earnedGwei)} earned, ${open(claimedGwei)} claimed · ${rows} rows · account ${account}`,
      )
    }),
    '',
    heading('What a row earned, beside one of the median honest contributor'),
    row('', 'ledger   raw positive influence'),
    ...Object.entries(relativePay).map(([kind, { paid, rawPositiveInfluence, most, asItShould }]) =>
      row(
        kind,
        `${paid.toFixed(2).padStart(6)}   ${rawPositiveInfluence.toFixed(2).padStart(6)}` +
          `${asItShould ? '' : `   more than it should (at most ${most})`}`,
      ),
    ),
    '',
    heading('Gas'),
    row('an inference', gasOf(gas.batches)),
    // The first batch pays most accounts for the first time, and a new storage slot costs more than one that is written again.
    ...(gas.batches.length > 1 ? [row('of the last batch', gasOf(gas.batches.slice(-1)))] : []),
    ...gas.claims.map(({ act, accounts, repeat, gasUsed }) =>
      row(
        `${act}${accounts.length > 1 ? ` of ${accounts.length}` : ''}${repeat ? ', repeated' : ''}`,
        `${count(gasUsed)}${accounts.length > 1 ? `, ${count(gasUsed / accounts.length)} each` : ''}`,
      ),
    ),
    '',
    heading('Deviations from plan'),
    ...(summary.deviations.length === 0 ? ['  none'] : summary.deviations.map((sentence) => `  ${sentence}`)),
    '',
    row('ledger', `${chain.ledger} on chain ${chain.chainId}, ${chain.rpc}`),
    row(
      'steps',
      Object.entries(summary.seconds)
        .map(([step, took]) => `${step} ${duration(took)}`)
        .join(' · '),
    ),
  ]
  return lines.join('\n')
}

function gasOf(batches: Summary['gas']['batches']): string {
  const sum = (of: (batch: Summary['gas']['batches'][number]) => number) =>
    batches.reduce((total, batch) => total + of(batch), 0)
  const [inferences, gasUsed, floor] = [sum((b) => b.inferences), sum((b) => b.gasUsed), sum((b) => b.floor)]
  return `${count(gasUsed / inferences)}, the floor of its bytes is ${count(floor / inferences)}: × ${(gasUsed / floor).toFixed(3)}`
}

function heading(text: string): string {
  return `${text}`
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(28)} ${value}`
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(share: number | null): string {
  return share === null ? 'not measured' : `${(100 * share).toFixed(1)} %`
}
