import { type Kysely, sql } from 'kysely'
import { journaled } from '../../../chain/events/contracts.ts'
import type { Verdict } from '../../../chain/verify/verification.ts'
import type { Database } from '../../store/schema.ts'
import { encodePosition, positionAt } from '../live/position.ts'
import type { AsOf, BlockArg } from '../query/asOf.ts'
import type { Context } from '../query/context.ts'

/** The block of an answer, and its distance from the chain's head. */
export const metaSdl = `
"How far a contract’s facts are here."
type FollowedContract {
  "Which contract, such as ledger."
  contract: String!
  "Up to this block; below the newest while it is caught up after it was added."
  last: UInt!
}
"What answers speak of: a block, its distance from the chain’s head, and whose history it is."
type Meta {
  "The block that answers speak of: the newest one indexed, or the one asked for."
  block: UInt!
  "Its hash."
  hash: Bytes!
  "Its time, in seconds since 1970."
  timestamp: UInt!
  "The contracts’ clock at that time: seconds since 1970 less all pauses. Deadlines are by it."
  time: UInt!
  "The newest block that the node has told of."
  head: UInt!
  "How many blocks that is ahead."
  lag: UInt!
  "The newest block that the node calls safe, if it says so: the chain’s operator alone can take it back."
  safe: UInt
  "The newest block that counts as final."
  finalised: UInt
  "The first block of the history: from it on, no block is missing. None before there is one."
  completeFrom: UInt
  "The weakest of all reasons to take facts for complete up to this block; see completeness."
  verdict: Verdict
  "Give it as \`after\` to a subscription, which continues where this answer ends."
  cursor: String!
  "Whose facts are here, and how far."
  followed: [FollowedContract!]!
  "The chain’s number."
  chainId: UInt!
  "The hash of the chain’s first block."
  genesisHash: Bytes!
  "The contracts that are followed."
  deployment: Deployment!
}
"The token that everything is paid in."
type Token {
  "Its contract."
  address: Bytes!
  "Its name."
  name: String!
  "Its symbol."
  symbol: String!
  "How many digits of an amount come after the point. Amounts in gwei have nine fewer."
  decimals: UInt!
}
"Contracts on a chain."
type Deployment {
  "What it is called."
  name: String!
  "The chain’s number."
  chainId: UInt!
  "The hash of the chain’s first block."
  genesisHash: Bytes!
  "The block from which its contracts are followed."
  startBlock: UInt!
  ${journaled.map((name) => `"The address of ${name}."\n  ${name}: Bytes!`).join('\n  ')}
  "The account that treasury shares and dust go to."
  treasury: UInt!
  "What everything is paid in."
  token: Token!
}
extend type Query {
  "What answers speak of: block, chain, deployment."
  _meta("The block that the answer speaks of; the newest without it." block: AsOfBlock): Meta!
  "The contracts that are followed, their chain, and their token."
  deployment: Deployment!
}
`

/** As its code says (contracts/OpenToken.sol). */
const OPEN = { name: 'Open', symbol: 'OPEN', decimals: 18 }

type Resolver = (meta: AsOf, args: object, context: Context) => unknown

export const metaResolvers = {
  Query: {
    _meta: async (_: unknown, { block }: { block?: BlockArg | null }, context: Context) => {
      const at = await context.asOf(block)
      const { nodeHead = 0n, safe, finalised } = (await context.status()) ?? {}
      const lag = nodeHead > at.block ? nodeHead - at.block : 0n
      const { chainId, genesisHash } = context.identity
      const told = { head: at.block + lag, lag, safe, finalised }
      return { ...at, ...told, chainId, genesisHash, deployment: deploymentOf(context) }
    },
    deployment: (_: unknown, __: object, context: Context) => deploymentOf(context),
  },
  Meta: {
    completeFrom: async (_, __, { db }) =>
      (await db.selectFrom('stretch').select('first').orderBy('first').limit(1).executeTakeFirst())?.first,
    verdict: async ({ block }, _, { db }) => capital(await weakestVerdict(db, block)),
    cursor: async ({ block }, _, { db }) => encodePosition(await positionAt(db, block)),
    followed: async ({ block }, _, { db }) => {
      const last = sql<bigint>`least(last, ${block})`.as('last')
      return await db.selectFrom('followed').select(['contract', last]).orderBy('contract').execute()
    },
  } satisfies Record<string, Resolver>,
}

function deploymentOf({ identity }: Context) {
  const { deployment: name, openToken, ...rest } = identity
  return { name, ...rest, token: { ...OPEN, address: openToken } }
}

/** Weakest first. Each costs one index look-up, however many stretches there are. */
async function weakestVerdict(db: Kysely<Database>, block: bigint): Promise<Verdict | undefined> {
  for (const verdict of ['told', 'bloom', 'receipts'] as const) {
    const found = db.selectFrom('stretch').select('first').where('verdict', '=', verdict).where('first', '<=', block)
    if ((await found.limit(1).executeTakeFirst()) !== undefined) return verdict
  }
  return undefined
}

function capital(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}
