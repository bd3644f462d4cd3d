import type { GraphQLResolveInfo } from 'graphql'
import { createSchema } from 'graphql-yoga'
import { account } from '../entities/account.ts'
import { entities } from '../entities/all.ts'
import { model } from '../entities/model.ts'
import { subscriptionsResolvers, subscriptionsSdl } from '../live/changes.ts'
import type { BlockArg } from '../query/asOf.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { BigIntScalar, BytesScalar, UIntScalar } from '../query/scalars.ts'
import { columnsAsked } from '../query/selection.ts'
import { enumsSdl } from './enums.ts'
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
"The block that an answer speaks of. Give number, hash or both; or number_gte alone."
input AsOfBlock {
  "This block. After a reorg it is another one of the same number; the hash tells them apart."
  number: UInt
  "The block with this hash. BLOCK_REORGED if the chain has left it."
  hash: Bytes
  "The newest block, if that is this one or later: for those who know that something has happened. BLOCK_NOT_REACHED if it is not."
  number_gte: UInt
}
"Where a page lies in its list."
type PageInfo {
  "Whether there are rows after it."
  hasNextPage: Boolean!
  "Whether there are rows before it."
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
extend type Query {
  "The account that an address acts as, if any: the one that claims by it are paid for."
  accountByPayout("Its payout address." payout: Bytes!, "The block that the answer speaks of; the newest without it." block: AsOfBlock): Account
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

async function accountByPayout(
  _: unknown,
  { payout, block }: { readonly payout: string; readonly block?: BlockArg | null },
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Row | undefined> {
  const at = await context.asOf(block)
  return (
    await context.page(
      account,
      {
        where: { payout, acting: true },
        limit: 1n,
        columns: columnsAsked(account, info, []) ?? Object.keys(account.columns),
      },
      at,
    )
  ).items[0]
}

export const schema = createSchema<Context>({
  typeDefs: [
    entitiesSdl(entities),
    enumsSdl,
    sharedSdl,
    metaSdl,
    proofsSdl,
    paySdl,
    explanationSdl,
    subscriptionsSdl(entities),
  ],
  resolvers: [
    { BigInt: BigIntScalar, UInt: UIntScalar, Bytes: BytesScalar, Model: { ancestors }, Query: { accountByPayout } },
    entitiesResolvers(entities),
    metaResolvers,
    proofsResolvers,
    payResolvers,
    explanationResolvers,
    subscriptionsResolvers(entities),
  ],
})
