import type { Context } from '../query/context.ts'

/** What an answer speaks of, and how far that is from the chain's head. */
export const metaSdl = `
type Meta {
  "The block that answers speak of: the newest one indexed, or the one asked for."
  block: UInt!
  hash: Bytes!
  "Of that block, in seconds since 1970."
  timestamp: UInt!
  "The Ledger’s epoch at that time."
  epoch: UInt!
  "The newest block that the node has told of."
  head: UInt!
  "How many blocks that is ahead."
  lag: UInt!
  chainId: UInt!
  genesisHash: Bytes!
  deployment: Deployment!
}
type Deployment {
  name: String!
  startBlock: UInt!
  accounts: Bytes!
  datasets: Bytes!
  pools: Bytes!
  models: Bytes!
  ledger: Bytes!
  court: Bytes!
  evaluations: Bytes!
  "The account that treasury shares and dust go to."
  treasury: UInt!
  epochSeconds: UInt!
}
extend type Query {
  "What answers speak of: block, chain, deployment."
  _meta(block: AsOfBlock): Meta!
}
`

export const metaResolvers = {
  Query: {
    _meta: async (_: unknown, { block }: { block?: { number: bigint } | null }, context: Context) => {
      const at = await context.asOf(block?.number)
      const known = context.nodeHead()
      const lag = known > at.block ? known - at.block : 0n
      const { chainId, genesisHash, deployment: name, ...deployment } = context.identity
      return { ...at, head: at.block + lag, lag, chainId, genesisHash, deployment: { name, ...deployment } }
    },
  },
}
