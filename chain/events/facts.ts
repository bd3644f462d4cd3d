import type { AccountFacts } from './accountFacts.ts'
import type { BondFacts } from './bondFacts.ts'
import type { ChannelFacts } from './channelFacts.ts'
import type { CourtFacts } from './courtFacts.ts'
import type { DatasetFacts } from './datasetFacts.ts'
import type { EarningsFacts } from './earningsFacts.ts'
import type { EvaluationFacts } from './evaluationFacts.ts'
import type { FineTuneFacts } from './fineTuneFacts.ts'
import type { GovernanceFacts } from './governanceFacts.ts'
import type { LedgerFacts } from './ledgerFacts.ts'
import type { ModelFacts } from './modelFacts.ts'
import type { SettlementFacts } from './settlementFacts.ts'
import type { TransferFacts } from './transferFacts.ts'
import type { UnitCourtFacts } from './unitCourtFacts.ts'

/**
 * Events as rows: one interface a table, named after its event. Ids of at most 32 bits are numbers,
 * as in the SDK; all other integers are bigints; hashes and addresses are hexadecimal strings in
 * lower case.
 */
export interface Facts
  extends GovernanceFacts,
    AccountFacts,
    DatasetFacts,
    ModelFacts,
    FineTuneFacts,
    EarningsFacts,
    BondFacts,
    ChannelFacts,
    LedgerFacts,
    SettlementFacts,
    CourtFacts,
    UnitCourtFacts,
    EvaluationFacts,
    TransferFacts {}

export type FactTable = keyof Facts

export type Fact = { [T in FactTable]: { readonly table: T; readonly row: Facts[T] } }[FactTable]
