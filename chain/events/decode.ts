import { decodeAccounts } from './accounts.ts'
import { decodeBonds } from './bonds.ts'
import { decodeChannels } from './channels.ts'
import { decodeClock } from './clock.ts'
import { type ChainLog, type ContractName, contractOf, type Followed } from './contracts.ts'
import { decodeCourt } from './court.ts'
import { decodeDatasets } from './datasets.ts'
import { decodeEarnings } from './earnings.ts'
import { decodeEvaluations } from './evaluations.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { decodeFineTunes } from './fineTunes.ts'
import { decodeLedger } from './ledger.ts'
import { decodeModels } from './models.ts'
import { decodeSettlement } from './settlement.ts'
import { learnerOf, type Terms } from './terms.ts'
import { decodeTransfer } from './transfer.ts'
import { decodeUnitCourt } from './unitCourt.ts'

/** Decodes logs in chain order into facts, and gives the terms after them. Pure. */
export function decodeLogs(
  followed: Followed,
  before: Terms,
  logs: readonly ChainLog[],
): { readonly facts: readonly Fact[]; readonly terms: Terms } {
  const facts: Fact[] = []
  const learner = learnerOf(before)
  for (const log of logs) {
    const contract = contractOf(followed, log)
    if (contract === undefined) continue
    for (const fact of decodeLog(contract, log, learner.terms())) {
      facts.push(fact)
      learner.learn(fact)
    }
  }
  return { facts, terms: learner.terms() }
}

function decodeLog(contract: ContractName, log: ChainLog, terms: Terms): readonly Fact[] {
  const { block, logIndex, transactionHash } = log
  const origin: EventOrigin = { block, logIndex, transactionHash }
  switch (contract) {
    case 'clock':
      return [decodeClock(log, origin)]
    case 'accounts':
      return [decodeAccounts(log, origin)]
    case 'datasets':
      return [decodeDatasets(log, origin)]
    case 'models':
      return decodeModels(log, origin)
    case 'fineTunes':
      return decodeFineTunes(log, origin, terms)
    case 'earnings':
      return decodeEarnings(log, origin)
    case 'bonds':
      return decodeBonds(log, origin)
    case 'channels':
      return decodeChannels(log, origin)
    case 'ledger':
      return decodeLedger(log, origin, terms)
    case 'settlement':
      return decodeSettlement(log, origin)
    case 'court':
      return [decodeCourt(log, origin)]
    case 'unitCourt':
      return [decodeUnitCourt(log, origin)]
    case 'evaluations':
      return [decodeEvaluations(log, origin)]
    case 'openToken':
      return [decodeTransfer(log, origin)]
  }
}
