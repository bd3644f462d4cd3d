import type { Command } from 'commander'
import type { Connection } from '../../../sdk/contracts.ts'
import { openModel } from '../../../sdk/openModel.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { spokenTime } from '../../chainTime.ts'
import { action, commandOf, reading } from '../../command.ts'
import { id } from '../../values.ts'
import { operatorsOf } from './operators.ts'

export function showCommand(): Command {
  return reading(commandOf('show', 'show a fine-tune: its terms, its units, who may serve it, and from when'))
    .argument('<model>', 'its number', id)
    .action(
      action<[number], object>(async (context, _, model) => {
        const shown = await describeModel(await context.connection(), model)
        const { terms, operators } = shown
        const percent = (bps: number): string => `${bps / 100} %`
        context.terminal.result(shown, [
          `Model ${model} of account ${shown.owner}, fine-tuned from model ${shown.parent}`,
          `trained on   dataset version ${shown.versions.join(', ')}`,
          `run          ${shown.manifestHash}`,
          `row index    ${shown.indexURI || 'none: contributors share equally'}`,
          `units        ${shown.units}, of ${shown.contributions} contributions`,
          `shares       contributors ${percent(terms.contributorBps)}, operator ${percent(terms.operatorBps)}`,
          `pay          ${terms.sketched ? 'by net influence' : 'by fixed weights'}, base ${percent(terms.baseBps)}, floor ${terms.floorBps / 10_000}`,
          `fee unit     ${formatOpen(terms.feeUnitGwei)} OPEN`,
          `operators    ${operators.map(({ account, until }) => (until === null ? account : `${account} until ${spokenTime(until)}`)).join(', ') || 'none yet'}`,
          `takes calls  ${stateOf(shown)}`,
        ])
      }),
    )
}

async function describeModel(connection: Connection, model: number) {
  const { reader, contracts } = connection
  const opened = await openModel(connection, model)
  const args = [model] as const
  const [activeFrom, struckAt, time, operators] = await Promise.all([
    reader.readContract({ ...contracts.models, functionName: 'activeFrom', args }),
    reader.readContract({ ...contracts.models, functionName: 'struckAt', args }),
    reader.readContract({ ...contracts.clock, functionName: 'time' }),
    operatorsOf(connection, model),
  ])
  const { parent, owner, versions, manifestHash, terms, royalties, index, registered, contributorOf } = opened
  return {
    model,
    parent,
    owner,
    versions,
    manifestHash,
    indexHash: index.fileHash,
    indexURI: index.fileURI,
    units: registered.units.length,
    contributions: contributorOf.size,
    terms,
    royalties,
    operators,
    activeFrom: dateOf(activeFrom),
    isActive: activeFrom <= time,
    struckAt: struckAt === 0 ? null : dateOf(struckAt),
  }
}

function stateOf({ activeFrom, isActive, struckAt }: Awaited<ReturnType<typeof describeModel>>): string {
  if (struckAt !== null) return `no more: it was struck on ${spokenTime(struckAt)}`
  return isActive
    ? `since ${spokenTime(activeFrom)}`
    : `from ${spokenTime(activeFrom)}; until then contributors can check their rows`
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
