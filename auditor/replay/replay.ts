import { type ChainLog, contractOf, type Followed } from '../../chain/events/contracts.ts'
import { decodeLogs } from '../../chain/events/decode.ts'
import type { Fact, FactTable } from '../../chain/events/facts.ts'
import { readLedger } from '../../chain/events/ledger.ts'
import { placeOf, receiptOf } from '../report/finding.ts'
import { find, type Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'
import { accountHandlers } from './accounts.ts'
import { bondHandlers } from './bonds.ts'
import { bookHandlers, recordBatch } from './books.ts'
import { channelHandlers } from './channels.ts'
import { clockHandlers } from './clock.ts'
import { courtHandlers } from './courts.ts'
import { datasetHandlers } from './datasets.ts'
import { earningsHandlers } from './earnings.ts'
import { evaluationHandlers } from './evaluations.ts'
import { modelHandlers } from './models.ts'
import { checkPrevious } from './parameters.ts'
import { settingHandlers } from './settings.ts'
import { settlementHandlers } from './settlements.ts'
import type { Handlers, Step } from './step.ts'
import { tokenHandlers } from './token.ts'

const handlers: Handlers = {
  ...settingHandlers,
  ...clockHandlers,
  ...accountHandlers,
  ...datasetHandlers,
  ...modelHandlers,
  ...earningsHandlers,
  ...bondHandlers,
  ...channelHandlers,
  ...bookHandlers,
  ...settlementHandlers,
  ...courtHandlers,
  ...evaluationHandlers,
  ...tokenHandlers,
}

const parameters = new Set<FactTable>([
  'ledgerTermsSet',
  'bondRuleSet',
  'courtTermsSet',
  'unitCourtTermsSet',
  'modelTermsSet',
  'channelNoticeSet',
])

/** Replays events in chain order. An event that cannot be understood is a finding, and is left out. */
export function replay(
  world: World,
  followed: Followed,
  logs: readonly ChainLog[],
  timestampOf: (block: bigint) => bigint,
  tally: Tally,
): void {
  for (const log of logs) {
    const contract = contractOf(followed, log)
    if (contract === undefined) continue
    const step: Step = { world, at: log, contract, timestamp: timestampOf(log.block), tally }
    try {
      apply(step, followed, log)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      find(tally, {
        check: 'arithmetic',
        severity: 'error',
        what: 'An event does not fit what happened before it',
        place: placeOf(log, contract),
        found: why,
        expected: 'an event that the contract can have emitted',
        reproduce: receiptOf(log),
      })
    }
  }
}

function apply(step: Step, followed: Followed, log: ChainLog): void {
  const { world, contract } = step
  if (contract === 'ledger') {
    const event = readLedger(log)
    // Its records are opened once: as facts they would be opened, and laid out, a second time.
    if (event.eventName === 'BatchRecorded') {
      recordBatch(step, event.args)
      return
    }
  }
  const { facts, terms } = decodeLogs(followed, world.terms, [log])
  for (const fact of facts) handle(step, fact)
  if (facts.some(({ table }) => parameters.has(table))) checkPrevious(step, log)
  world.terms = terms
}

function handle(step: Step, { table, row }: Fact): void {
  const handler = handlers[table] as ((step: Step, row: Fact['row']) => void) | undefined
  handler?.(step, row)
}
