import type { Entity } from '../query/entity.ts'
import { account, claim, credit, payoutProposal, payoutRotation } from './account.ts'
import { appeal } from './appeal.ts'
import { batch } from './batch.ts'
import { bond, bondMove } from './bond.ts'
import { block, completeness, journal, revertedBlock, revertedFact, stretch } from './chain.ts'
import { contribution } from './contribution.ts'
import { curatorProposal, dataset } from './dataset.ts'
import { accountDay, datasetDay, modelDay } from './day.ts'
import { demand } from './demand.ts'
import { evaluation, rating } from './evaluation.ts'
import {
  authority,
  bondRule,
  burn,
  courtAppointment,
  courtTerms,
  recordingSwitch,
  treasuryShare,
} from './governance.ts'
import { attribution, inference } from './inference.ts'
import { model, operator, royalty } from './model.ts'
import { pool, poolShare, shareClaim } from './pool.ts'
import { challenge, rowStrike, strike } from './strike.ts'
import { tab } from './tab.ts'
import { transfer } from './transfer.ts'
import { version } from './version.ts'

/** Everything that can be asked for, in the order in which the schema shows it. */
export const entities: readonly Entity[] = [
  account,
  credit,
  claim,
  payoutRotation,
  payoutProposal,
  dataset,
  curatorProposal,
  contribution,
  version,
  model,
  royalty,
  operator,
  pool,
  poolShare,
  shareClaim,
  batch,
  inference,
  attribution,
  tab,
  transfer,
  bond,
  bondMove,
  challenge,
  strike,
  rowStrike,
  demand,
  appeal,
  evaluation,
  rating,
  treasuryShare,
  bondRule,
  courtTerms,
  recordingSwitch,
  courtAppointment,
  authority,
  burn,
  accountDay,
  modelDay,
  datasetDay,
  journal,
  block,
  stretch,
  completeness,
  revertedBlock,
  revertedFact,
]
