import type { Deployment } from '../../sdk/deployment.ts'
import { decodeAccounts } from './accounts.ts'
import { type ChainLog, type ContractName, contractOf, type Followed } from './contracts.ts'
import { decodeCourt } from './court.ts'
import { decodeDatasets } from './datasets.ts'
import { decodeEvaluations } from './evaluations.ts'
import type { Fact } from './facts.ts'
import { decodeLedger } from './ledger.ts'
import { decodeModels } from './models.ts'
import type { Place } from './place.ts'
import { decodePools } from './pools.ts'
import { learnerOf, type Terms } from './terms.ts'
import { decodeTransfer } from './transfer.ts'

/** What is fixed for a deployment and needed to read its logs. */
export interface DecodeContext {
  readonly deployment: Deployment
  readonly followed: Followed
  /** The account that treasury shares and dust go to. */
  readonly treasury: bigint
}

/** Logs in chain order → the facts they tell, and the terms as they stand afterwards. Pure. */
export function decodeLogs(
  context: DecodeContext,
  before: Terms,
  logs: readonly ChainLog[],
): { readonly facts: readonly Fact[]; readonly terms: Terms } {
  const facts: Fact[] = []
  const learner = learnerOf(before)
  for (const log of logs) {
    const contract = contractOf(context.followed, log)
    if (contract === undefined) continue
    for (const fact of decodeLog(contract, log, learner.terms(), context.treasury)) {
      facts.push(fact)
      learner.learn(fact)
    }
  }
  return { facts, terms: learner.terms() }
}

function decodeLog(contract: ContractName, log: ChainLog, terms: Terms, treasury: bigint): readonly Fact[] {
  const { block, logIndex, transactionHash } = log
  const place: Place = { block, logIndex, transactionHash }
  switch (contract) {
    case 'accounts':
      return [decodeAccounts(log, place)]
    case 'datasets':
      return [decodeDatasets(log, place)]
    case 'pools':
      return decodePools(log, place)
    case 'models':
      return decodeModels(log, place)
    case 'ledger':
      return decodeLedger(log, place, terms, treasury)
    case 'court':
      return [decodeCourt(log, place)]
    case 'evaluations':
      return [decodeEvaluations(log, place)]
    case 'openToken':
      return [decodeTransfer(log, place)]
  }
}
