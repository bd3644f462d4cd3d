import type { Command } from 'commander'
import { readTimedFacts } from '../../../auditor/documents/readRecord.ts'
import { isoTime } from '../../../auditor/documents/subject.ts'
import { type Use, withdrawalsIn, withdrawalTables } from '../../../auditor/documents/withdrawals.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { action, commandOf, reading } from '../../command.ts'
import { placeOf } from './place.ts'

/** `attribution audit withdrawals`: what became of contributions whose consent was withdrawn. */
export function withdrawalsCommand(): Command {
  return reading(
    commandOf(
      'withdrawals',
      'list the withdrawn contributions: which models are trained on each, since when, and what it was still paid',
    ),
  ).action(
    action<[], object>(async (context) => {
      const { node, deployment } = await placeOf(context)
      const { signal, terminal } = context
      const head = await node.latest()
      const found = withdrawalsIn(await readTimedFacts({ node, deployment, head, signal }, withdrawalTables))
      terminal.result(
        { block: head.number, withdrawals: found },
        found.length === 0
          ? ['No consent was withdrawn.']
          : found.flatMap(({ contribution, dataset, contributor, withdrawnAt, uses }) => [
              `${contribution} of dataset ${dataset}, account ${contributor}: withdrawn ${isoTime(withdrawnAt)}`,
              ...(uses.length === 0 ? ['  no model is trained on it'] : uses.map(sayUse)),
            ]),
      )
    }),
  )
}

function sayUse({ model, since, keptRows, paidBeforeGwei, paidAfterGwei }: Use): string {
  const paid = `${formatOpen(paidBeforeGwei)} OPEN before, ${formatOpen(paidAfterGwei)} OPEN after`
  return `  model ${model} since ${isoTime(since)}: ${keptRows} rows, paid ${paid}`
}
