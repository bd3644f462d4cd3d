import { type Kysely, sql } from 'kysely'
import { journaled } from '../../../chain/events/contracts.ts'
import type { Verdict } from '../../../chain/verify/verification.ts'
import type { Database } from '../../store/schema.ts'
import type { AsOf } from '../query/asOf.ts'
import type { Context } from '../query/context.ts'

/** The block of an answer, and its distance from the chain's head. */
export const metaSdl = `
"Latest: a reorg may still take it back. Safe: only the chain’s operator could. Finalised: nobody can."
enum Finality { Latest Safe Finalised }
"Receipts: they hash to the block headers, or the headers’ bloom filters exclude our contracts. Bloom: the logs that a node told fit the bloom filters. Told: a node’s word."
enum Verdict { Receipts Bloom Told }
"Proof: replayed journals equal storage by proofs that hash to the block’s state root. Storage: they equal what a node says of it."
enum JournalCheck { Proof Storage }
"How far a contract’s facts are here."
type FollowedContract {
  contract: String!
  "Up to this block; below the newest while it is caught up after it was added."
  last: UInt!
}
type Meta {
  "The block that answers speak of: the newest one indexed, or the one asked for."
  block: UInt!
  hash: Bytes!
  "Of that block, in seconds since 1970."
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
  "Whose facts are here, and how far."
  followed: [FollowedContract!]!
  chainId: UInt!
  genesisHash: Bytes!
  deployment: Deployment!
}
type Deployment {
  name: String!
  startBlock: UInt!
  ${journaled.map((name) => `${name}: Bytes!`).join('\n  ')}
  "The account that treasury shares and dust go to."
  treasury: UInt!
}
extend type Query {
  "What answers speak of: block, chain, deployment."
  _meta(block: AsOfBlock): Meta!
}
`

type Resolver = (meta: AsOf, args: object, context: Context) => unknown

export const metaResolvers = {
  Query: {
    _meta: async (_: unknown, { block }: { block?: { number: bigint } | null }, context: Context) => {
      const at = await context.asOf(block?.number)
      const { nodeHead = 0n, safe, finalised } = (await context.status()) ?? {}
      const lag = nodeHead > at.block ? nodeHead - at.block : 0n
      const { chainId, genesisHash, deployment: name, ...deployment } = context.identity
      const told = { head: at.block + lag, lag, safe, finalised }
      return { ...at, ...told, chainId, genesisHash, deployment: { name, ...deployment } }
    },
  },
  Meta: {
    completeFrom: async (_, __, { db }) =>
      (await db.selectFrom('stretch').select('first').orderBy('first').limit(1).executeTakeFirst())?.first,
    verdict: async ({ block }, _, { db }) => capital(await weakestVerdict(db, block)),
    followed: async ({ block }, _, { db }) => {
      const last = sql<bigint>`least(last, ${block})`.as('last')
      return await db.selectFrom('followed').select(['contract', last]).orderBy('contract').execute()
    },
  } satisfies Record<string, Resolver>,
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
