import type { Hex, LocalAccount } from 'viem'
import { bytesToHex, zeroHash } from 'viem'
import { bondOfModel } from '../../../sdk/bond.ts'
import { encodeRecords } from '../../../sdk/record.ts'
import { type Act, act, transact } from '../../../sdk/transact.ts'
import type { LocalLedger } from '../../scripts/localLedger.ts'
import type { Random } from './random.ts'

/** Models of a story whose contributors share equally: they are registered, served, paid into their pools and shared. */

const TERMS = { dims: 0, topK: 0, rowCount: 7 } as const

export function poolStories(
  { connection, cast, walletOf }: LocalLedger,
  random: Random,
  deposit: (bond: bigint) => Promise<unknown>,
) {
  const { reader, contracts, fromBlock } = connection
  const send = (from: LocalAccount, call: Act) => transact(reader, walletOf(from), call)
  const accountOf = (holder: LocalAccount) =>
    reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder.address] })
  const pools = async () =>
    (await reader.getContractEvents({ ...contracts.pools, eventName: 'PoolOpened', fromBlock, strict: true })).map(
      ({ args }) => args.pool,
    )
  const pooled = async () => {
    const fineTunes = { ...contracts.models, eventName: 'FineTuneRegistered', fromBlock, strict: true } as const
    return (await reader.getContractEvents(fineTunes)).filter(({ args }) => args.pool > 0).map(({ args }) => args.model)
  }

  return {
    registerEqualSplit: async () => {
      const frozen = { ...contracts.datasets, eventName: 'VersionFrozen', fromBlock, strict: true } as const
      const { version } = random.pick(await reader.getContractEvents(frozen)).args
      const model = (await reader.readContract({ ...contracts.models, functionName: 'modelCount' })) + 1
      const equal = {
        parent: 1,
        versions: [version],
        adapterHash: random.hex(32),
        manifestHash: random.hex(32),
        manifestURI: 'ipfs://run',
        method: random.below(3),
        quantisation: { scheme: '', bits: 0, doubleQuant: false },
        influence: { root: zeroHash, indexHash: zeroHash, indexURI: '', ...TERMS, source: 0 },
        shares: { contributorBps: random.below(7_000), operatorBps: random.below(1_500), royaltyBps: 0 },
        rule: 1,
      }
      await send(cast.owner, act(contracts.models, 'registerFineTune', [equal]))
      await deposit(bondOfModel(model))
      return await send(cast.owner, act(contracts.models, 'setOperator', [model, await accountOf(cast.operator), true]))
    },
    recordEqualSplit: async () => {
      const payer = await accountOf(random.pick(cast.payers))
      const records = Array.from({ length: 1 + random.below(4) }, () => ({
        commitment: random.hex(32) as Hex,
        payer,
        feeGwei: BigInt(random.below(1_000_000)),
        rows: [],
        sketch: new Uint8Array(),
      }))
      const batch = bytesToHex(encodeRecords(records, TERMS))
      return await send(cast.operator, act(contracts.ledger, 'recordBatch', [random.pick(await pooled()), batch]))
    },
    fillPool: async () => send(cast.deployer, act(contracts.ledger, 'claim', [random.pick(await pools())])),
    claimShares: async () => {
      const submitted = { ...contracts.datasets, eventName: 'ContributionSubmitted', fromBlock, strict: true } as const
      const { contribution } = random.pick(await reader.getContractEvents(submitted)).args
      return await send(
        random.pick(cast.payers),
        act(contracts.pools, 'claim', [random.pick(await pools()), [contribution]]),
      )
    },
  }
}
