import type { Entity } from '../query/entity.ts'
import { account, payoutProposal, payoutRotation } from './account.ts'
import { appeal } from './appeal.ts'
import { batch } from './batch.ts'
import { bond, bondMove } from './bond.ts'
import { book, gift } from './book.ts'
import { block, completeness, journal, revertedBlock, revertedFact, stretch } from './chain.ts'
import { channel, channelCharge, voucher } from './channel.ts'
import { channelFunding, channelWithdrawal, voucherPresentation } from './channelMove.ts'
import { contribution } from './contribution.ts'
import { curatorProposal, dataset } from './dataset.ts'
import { accountDay, accountModelDay, datasetDay, modelDay } from './day.ts'
import { demand } from './demand.ts'
import { claim, credit, jointDraw } from './earnings.ts'
import { evaluation, rating } from './evaluation.ts'
import { governanceEntities } from './governance.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'
import { modelContributor } from './modelContributor.ts'
import { name } from './name.ts'
import { operator, royalty } from './operator.ts'
import { receipt, receiptKey } from './receipt.ts'
import { settlement, settlementStep } from './settlement.ts'
import { challenge, strike } from './strike.ts'
import { transfer } from './transfer.ts'
import { unit, unitMember, unitPayment } from './unit.ts'
import { version } from './version.ts'

/** Everything that can be asked for, in the order in which the schema shows it. */
export const entities: readonly Entity[] = [
  account,
  credit,
  claim,
  jointDraw,
  payoutRotation,
  payoutProposal,
  dataset,
  curatorProposal,
  contribution,
  version,
  model,
  unit,
  unitMember,
  royalty,
  operator,
  channel,
  voucher,
  voucherPresentation,
  channelCharge,
  channelFunding,
  channelWithdrawal,
  book,
  gift,
  batch,
  inference,
  settlement,
  settlementStep,
  unitPayment,
  bond,
  bondMove,
  challenge,
  strike,
  demand,
  receipt,
  receiptKey,
  appeal,
  evaluation,
  rating,
  ...governanceEntities,
  accountDay,
  accountModelDay,
  modelContributor,
  modelDay,
  datasetDay,
  name,
  transfer,
  journal,
  block,
  stretch,
  completeness,
  revertedBlock,
  revertedFact,
]
