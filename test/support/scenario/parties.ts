import { keccak256, toHex } from 'viem'
import { rootOf } from '../../../attribution/merkle.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { itemsTree } from '../../../sdk/contribution.ts'
import type { Actions, Context } from './context.ts'

/** Who takes part, and what is contributed. */

const TERMS_HASH = keccak256('0x01')

/** The item hashes of a contribution, which its seed leads to: anyone who knows that knows them. */
export function itemsOf(seed: number, count: number): readonly `0x${string}`[] {
  return Array.from({ length: count }, (_, item) => keccak256(toHex(`item ${item} of ${seed}`)))
}

/** Items of every contribution that the scenario made, by their root: the chain only names that. */
export type Library = Map<`0x${string}`, readonly `0x${string}`[]>

export function partyActions(context: Context, library: Library): Actions {
  const { ledger, random, send, accountOf, everyone } = context
  const { connection, wallets } = ledger
  const { reader, contracts, fromBlock } = connection
  const { accounts, datasets } = contracts

  const datasetCount = () => reader.readContract({ ...datasets, functionName: 'datasetCount' })
  const anyDataset = async () => 1 + random.below(await datasetCount())
  const submitted = async () => {
    const logs = await reader.getContractEvents({
      ...datasets,
      eventName: 'ContributionSubmitted',
      fromBlock,
      strict: true,
    })
    return logs.map(({ args }) => args)
  }

  return {
    registerDataset: () =>
      send(
        wallets.curator,
        // The character NUL is legal in a Solidity string, and no PostgreSQL text can hold it.
        callTo(datasets, 'register', [
          { licence: 'CC0-1.0\0', termsHash: TERMS_HASH, metadataHash: random.hex(32), metadataURI: 'ipfs://ü🙂' },
        ]),
      ),
    contribute: async () => {
      const items = itemsOf(random.below(2 ** 31), 1 + random.below(random.pick([8, 15, 40])))
      const root = rootOf(itemsTree(items))
      library.set(root, items)
      const call = callTo(datasets, 'contribute', [await anyDataset(), TERMS_HASH, root, items.length])
      return await send(random.pick(wallets.contributors), call)
    },
    contributeMuch: async () => {
      const args = [await anyDataset(), TERMS_HASH, random.hex(32), 2 ** 32 - 1] as const
      return await send(random.pick(wallets.contributors), callTo(datasets, 'contribute', args))
    },
    /** Only what has items that somebody knows: models are trained on it. */
    accept: async () => {
      const known = (await submitted()).filter(({ itemsRoot }) => library.has(itemsRoot))
      return await send(wallets.curator, callTo(datasets, 'accept', [[random.pick(known).contribution]]))
    },
    reject: async () => {
      const { contribution } = random.pick(await submitted())
      return await send(wallets.curator, callTo(datasets, 'reject', [contribution]))
    },
    withdrawConsent: async () => {
      const { contribution } = random.pick(await submitted())
      const withdraw = callTo(datasets, 'withdrawConsent', [contribution])
      return await send(random.pick(wallets.contributors), withdraw)
    },
    freeze: async () => send(wallets.curator, callTo(datasets, 'freeze', [await anyDataset()])),
    proposeCurator: async () =>
      send(wallets.curator, callTo(datasets, 'proposeCurator', [await anyDataset(), wallets.owner.address])),
    cancelSignature: () => send(random.pick(everyone), callTo(contracts.earnings, 'cancelSignature', [])),
    proposePayout: async () => {
      const holder = random.pick(wallets.contributors)
      const args = [await accountOf(holder), random.pick(wallets.contributors).address] as const
      return await send(holder, callTo(accounts, 'proposePayout', args))
    },
    acceptPayout: async () => {
      const proposals = { ...accounts, eventName: 'PayoutProposed', fromBlock, strict: true } as const
      const { args } = random.pick((await reader.getContractEvents(proposals)).slice(-3))
      const holder = wallets.contributors.find(({ address }) => address === args.proposed)
      if (holder === undefined) throw new RangeError('Nobody is proposed')
      return await send(holder, callTo(accounts, 'acceptPayout', [args.account]))
    },
    actAs: async () => {
      const account = 1 + random.below(await reader.readContract({ ...accounts, functionName: 'accountCount' }))
      return await send(await context.holderOf(account), callTo(accounts, 'actAs', [account]))
    },
  }
}
