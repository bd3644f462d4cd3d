import type { AccountFacts } from './accountFacts.ts'
import type { BondFacts } from './bondFacts.ts'
import type { CourtFacts } from './courtFacts.ts'
import type { DatasetFacts } from './datasetFacts.ts'
import type { EvaluationFacts } from './evaluationFacts.ts'
import type { LedgerFacts } from './ledgerFacts.ts'
import type { ModelFacts } from './modelFacts.ts'
import type { PoolFacts } from './poolFacts.ts'
import type { TransferFacts } from './transferFacts.ts'

/**
 * What happened, as rows: one interface a table, named after the event it comes from. Every integer of the chain is a bigint
 * on this side, every hash and address a hexadecimal string, so that a row reads the same before and after the database.
 */
export interface Facts
  extends AccountFacts,
    DatasetFacts,
    ModelFacts,
    LedgerFacts,
    BondFacts,
    CourtFacts,
    EvaluationFacts,
    PoolFacts,
    TransferFacts {}

export type FactTable = keyof Facts

export type Fact = { [T in FactTable]: { readonly table: T; readonly row: Facts[T] } }[FactTable]
