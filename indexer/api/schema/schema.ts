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
enum Role { Contributor Operator Royalty Owner Treasury }
enum ContributionStatus { Submitted Accepted Rejected Withdrawn }
enum ModelKind { Base FineTune }
enum Method { Full LoRA QLoRA }
enum SketchSource { Gradient Representation }
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
