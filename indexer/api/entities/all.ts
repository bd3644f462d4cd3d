import type { Entity } from '../query/entity.ts'
import { account, claim, credit, payoutRotation } from './account.ts'
import { batch } from './batch.ts'
import { block, journal, treasuryShare } from './chain.ts'
import { contribution } from './contribution.ts'
import { dataset } from './dataset.ts'
import { attribution, inference } from './inference.ts'
import { model, operator, royalty } from './model.ts'
import { tab } from './tab.ts'
import { version } from './version.ts'

/** Everything that can be asked for, in the order in which the schema shows it. */
export const entities: readonly Entity[] = [
  account,
  credit,
  claim,
  payoutRotation,
  dataset,
  contribution,
  version,
  model,
  royalty,
  operator,
  batch,
  inference,
  attribution,
  tab,
  treasuryShare,
  journal,
  block,
]
