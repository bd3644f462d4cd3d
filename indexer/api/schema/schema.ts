import { createSchema } from 'graphql-yoga'
import { entities } from '../entities/all.ts'
import { model } from '../entities/model.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { BigIntScalar, BytesScalar, UIntScalar } from '../query/scalars.ts'
import { explanationResolvers, explanationSdl } from './explanation.ts'
import { metaResolvers, metaSdl } from './meta.ts'
import { payResolvers, paySdl } from './pay.ts'
import { proofsResolvers, proofsSdl } from './proofs.ts'
import { entitiesResolvers } from './resolvers.ts'
import { entitiesSdl } from './sdl.ts'

const sharedSdl = `
scalar BigInt
scalar UInt
scalar Bytes
enum OrderDirection { asc desc }
"""
Contributor: a unit of its own. JointMember: drawn of a joint unit. Royalty: a model below one of its own was called. Refund: a fee came back to the payer. Bounty: a
court awarded it.
"""
enum Role { Contributor JointMember Operator Owner Royalty Treasury Refund Bounty }
enum ContributionStatus { Submitted Accepted Rejected Withdrawn }
enum ModelKind { Base FineTune }
"Base: it is not called here. Registering: not all units are there. Waiting: its calls are recorded soon. Struck: a unit was proved false, and it records no more."
enum ModelState { Base Registering Waiting Active Struck }
enum Method { Full LoRA QLoRA }
enum SketchSource { Gradient Representation }
"Open: it takes records. Closed: they can still be voided. Settleable: anybody may settle it. Settling: somebody has begun to."
enum BookStatus { Open Closed Settleable Settling Settled }
enum SettlementStage { Summing Weighing Paying Settled }
enum PageKind { Summed Weighed Paid }
"SetAside: an appeal is open. Upheld: its fee went back to the payer. Denied and Lapsed: the appeal failed, and the fee went to contributors; it does not count again."
enum InferenceStatus { Stands Voided SetAside Upheld Denied Lapsed }
enum BondKind { Account Model }
"Held: a court holds a part. Released: it does no more. Slashed: it was taken, a part as a bounty and a part for contributors."
enum BondMoveKind { Deposited Withdrawn Held Released Slashed }
"BrokenReceipt: a record was not as promised. UnrecordedReceipt: a promised record was not shown in time. FalseUnit: a unit was proved false, or withheld."
enum StrikeKind { BrokenReceipt UnrecordedReceipt FalseUnit UpheldAppeal }
"What a proof showed of a unit."
enum UnitFault {
  "Its rows do not make the registered sketch, scale or count."
  FalseSum
  "A row counts more than it may, and helps."
  AboveCap
  "A row of it is no row."
  Malformed
  "A row was kept that is a near-copy of another."
  CopyKept
  "A row was dropped that is no near-copy of the one that it names."
  NoCopy
  "Demanded rows, or an item, were not shown in time."
  Withheld
}
"Open: there is time to answer, or nobody has struck the unit yet."
enum DemandStatus { Open Answered Withheld }
"Broken: a record was not as promised. Open: the record is asked for. Shown: it was. Unrecorded: it was not."
enum ReceiptStatus { Broken Open Shown Unrecorded }
enum EvaluationKind { Benchmark Production QuantisationLoss }
enum AppealStatus { Open Upheld Denied Lapsed }
"Asks for things as they stood after a block."
input AsOfBlock { number: UInt! }
type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  "Give it as \`before\` to go back."
  startCursor: String
  "Give it as \`after\` to go on."
  endCursor: String
}
extend type Model {
  "Its parent, that one’s parent, and so on up to a base model."
  ancestors: [Model!]!
}
`

/** A parent is registered before its fine-tune, so this ends. */
async function ancestors(from: Row, _: object, context: Context): Promise<readonly Row[]> {
  const found: Row[] = []
  for (let parent = from.parent; parent !== null; ) {
    const next = await context.linkedOne(model, from.at, ['id'], [parent])
    if (next === undefined) return found
    found.push(next)
    parent = next.parent
  }
  return found
}

export const schema = createSchema<Context>({
  typeDefs: [entitiesSdl(entities), sharedSdl, metaSdl, proofsSdl, paySdl, explanationSdl],
  resolvers: [
    { BigInt: BigIntScalar, UInt: UIntScalar, Bytes: BytesScalar, Model: { ancestors } },
    entitiesResolvers(entities),
    metaResolvers,
    proofsResolvers,
    payResolvers,
    explanationResolvers,
  ],
})
