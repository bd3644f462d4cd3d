import { createSchema } from 'graphql-yoga'
import { entities } from '../entities/all.ts'
import { model } from '../entities/model.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { BigIntScalar, BytesScalar, UIntScalar } from '../query/scalars.ts'
import { creditedContributionResolvers, creditedContributionSdl } from './creditedContribution.ts'
import { metaResolvers, metaSdl } from './meta.ts'
import { proofsResolvers, proofsSdl } from './proofs.ts'
import { entitiesResolvers } from './resolvers.ts'
import { entitiesSdl } from './sdl.ts'

const sharedSdl = `
scalar BigInt
scalar UInt
scalar Bytes
enum OrderDirection { asc desc }
"Contributor: of a row that moved an answer. Pool: of all contributors together, who share equally."
enum Role { Contributor Pool Operator Royalty Owner Treasury }
enum ContributionStatus { Submitted Accepted Rejected Withdrawn }
enum ModelKind { Base FineTune }
enum Method { Full LoRA QLoRA }
"How the contributors’ share of a fee is divided: among the rows that moved the answer, or equally among all items."
enum Rule { Attribution EqualSplit }
enum SketchSource { Gradient Representation }
enum BondKind { Account Model }
"Staked: the Court holds a part. Released: it came back. Paid: it went to somebody. Slashed: it was taken, a part as a bounty."
enum BondMoveKind { Deposited Withdrawn Staked Released Paid Slashed }
enum StrikeKind { Record Index }
"What a proof showed."
enum Fault {
  "The record’s rows, their order or their weights do not follow from its sketch."
  WrongWeights
  "A row that moved the answer more than a listed one, or at all where places were left, is missing."
  OmittedRow
  "A row is credited to an account that did not contribute it."
  WrongAccount
  "A listed row has no leaf in the influence index."
  AbsentRow
  "A row of the index is not of the model’s dataset versions, or its sketch is no sketch."
  ForeignRow
  "Two rows of the index cannot stand beside each other."
  ConflictingRows
  "A demanded row was not shown in time."
  WithheldRow
  "A row that the record lists was struck before."
  StruckRow
  "The arbiter upheld an appeal."
  Appeal
}
enum DemandStatus { Open Shown Withheld }
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
  typeDefs: [entitiesSdl(entities), sharedSdl, metaSdl, proofsSdl, creditedContributionSdl],
  resolvers: [
    { BigInt: BigIntScalar, UInt: UIntScalar, Bytes: BytesScalar, Model: { ancestors } },
    entitiesResolvers(entities),
    metaResolvers,
    proofsResolvers,
    creditedContributionResolvers,
  ],
})
