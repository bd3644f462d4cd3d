import { type LocalAccount, maxUint64, maxUint256 } from 'viem'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { StopError } from '../../../sdk/errors.ts'
import { encodeRecords, type InferenceRecord } from '../../../sdk/record.ts'
import { type Act, act, transact } from '../../../sdk/transact.ts'
import type { LocalLedger } from '../../scripts/localLedger.ts'
import { courtStories, INDEX_ROOT, TERMS } from './courtStory.ts'
import { poolStories } from './poolStory.ts'
import { type Random, randomOf } from './random.ts'

/**
 * A life of the ledger, told at random from a seed: everyone registers, contributes, withdraws, serves, pays, claims and
 * rotates as the contracts allow. It reads from the chain what is possible next, so it goes on after a reorg as well.
 */
export interface Story {
  /** Does `count` random things, each in a transaction of its own. */
  tell(count: number): Promise<void>
  /** Lets some seconds pass on the chain's clock. */
  wait(seconds: number): Promise<void>
}

/** So much that the story rarely runs out of it, and so little that it may. */
const BOND_GWEI = 400_000_000_000n

/** Opens everyone's account, fills the payers' purses and registers a first served model. */
export async function beginStory(ledger: LocalLedger, seed: number): Promise<Story> {
  const random = randomOf(seed)
  const teller = tellerOf(ledger, random)
  const { cast } = ledger
  for (const holder of [cast.owner, cast.operator, cast.baseOwner, ...cast.payers, ...cast.contributors]) {
    await teller.send(cast.deployer, teller.accounts('open', [holder.address]))
  }
  for (const payer of cast.payers) {
    await teller.send(cast.deployer, teller.token('transfer', [payer.address, 10n ** 24n]))
    await teller.send(payer, teller.token('approve', [ledger.deployment.contracts.ledger, 10n ** 24n]))
  }
  await teller.send(cast.deployer, teller.token('approve', [ledger.deployment.contracts.ledger, maxUint256]))
  for (const holder of [cast.operator, ...cast.contributors]) await teller.bond(holder)
  await teller.do('registerDataset')
  for (let i = 0; i < 4; i++) await teller.do('contribute')
  await teller.do('accept')
  await teller.do('accept')
  await teller.do('freeze')
  await teller.do('registerBase')
  await teller.do('registerFineTune')
  await teller.do('registerEqualSplit')
  for (let i = 0; i < 3; i++) await teller.do('fundTab')
  return {
    tell: async (count) => {
      for (let done = 0; done < count; ) if (await teller.do(random.pick(teller.plots))) done += 1
    },
    wait: ledger.passSeconds,
  }
}

function tellerOf(ledger: LocalLedger, random: Random) {
  const { connection, cast, walletOf, governance } = ledger
  const { reader, contracts } = connection
  const everyone = [cast.owner, cast.operator, cast.baseOwner, ...cast.payers, ...cast.contributors]

  const accounts = (name: 'open', args: readonly [`0x${string}`]) => act(contracts.accounts, name, args)
  const token = (name: 'transfer' | 'approve', args: readonly [`0x${string}`, bigint]) =>
    act(contracts.openToken, name, args)
  const send = (from: LocalAccount, call: Act) => transact(reader, walletOf(from), call)

  const accountOf = (holder: LocalAccount) =>
    reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder.address] })
  const datasetCount = () => reader.readContract({ ...contracts.datasets, functionName: 'datasetCount' })
  const modelCount = () => reader.readContract({ ...contracts.models, functionName: 'modelCount' })
  const anyDataset = async () => 1 + random.below(await datasetCount())
  const submitted = async () => {
    const logs = await reader.getContractEvents({
      ...contracts.datasets,
      eventName: 'ContributionSubmitted',
      fromBlock: connection.fromBlock,
      strict: true,
    })
    return logs.map(({ args }) => args)
  }
  const versions = async () => {
    const logs = await reader.getContractEvents({
      ...contracts.datasets,
      eventName: 'VersionFrozen',
      fromBlock: connection.fromBlock,
      strict: true,
    })
    return logs.map(({ args }) => args.version)
  }

  const { stories: ofTheCourt, deposit } = courtStories(ledger, random)

  const ofPools = poolStories(ledger, random, (bond) => deposit(bond, BOND_GWEI))

  const stories = {
    ...ofTheCourt,
    ...ofPools,
    registerDataset: () =>
      send(
        cast.curator,
        // The character NUL is legal in a Solidity string, and no PostgreSQL text can hold it.
        act(contracts.datasets, 'register', [
          { licence: 'CC0-1.0\0', termsHash: random.hex(32), metadataHash: random.hex(32), metadataURI: 'ipfs://ü🙂' },
        ]),
      ),
    contribute: async () =>
      send(
        random.pick(cast.contributors),
        act(contracts.datasets, 'contribute', [
          await anyDataset(),
          random.hex(32),
          random.below(2) === 0 ? 2 ** 32 - 1 : 1 + random.below(50),
        ]),
      ),
    accept: async () => {
      const { contribution } = random.pick(await submitted())
      return await send(cast.curator, act(contracts.datasets, 'accept', [[contribution]]))
    },
    reject: async () => {
      const { contribution } = random.pick(await submitted())
      return await send(cast.curator, act(contracts.datasets, 'reject', [contribution]))
    },
    withdrawConsent: async () => {
      const { contribution } = random.pick(await submitted())
      const withdraw = act(contracts.datasets, 'withdrawConsent', [contribution])
      return await send(random.pick(cast.contributors), withdraw)
    },
    freeze: async () => send(cast.curator, act(contracts.datasets, 'freeze', [await anyDataset()])),
    registerBase: () =>
      send(
        cast.baseOwner,
        act(contracts.models, 'registerBase', [
          {
            name: 'base',
            licence: 'MIT',
            weightsHash: random.hex(32),
            weightsURI: 'ipfs://b',
            royaltyBps: random.below(500),
          },
        ]),
      ),
    registerFineTune: async () => {
      const model = (await modelCount()) + 1
      const influence = {
        root: INDEX_ROOT,
        indexHash: random.hex(32),
        indexURI: 'ipfs://index',
        ...TERMS,
        source: random.below(2),
      }
      await send(
        cast.owner,
        act(contracts.models, 'registerFineTune', [
          {
            parent: model - 1,
            versions: [random.pick(await versions())],
            adapterHash: random.hex(32),
            manifestHash: random.hex(32),
            manifestURI: 'ipfs://run',
            method: random.below(3),
            quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
            influence,
            shares: {
              contributorBps: 4_000 + random.below(1_000),
              operatorBps: random.below(1_500),
              royaltyBps: random.below(400),
            },
            rule: 0,
          },
        ]),
      )
      await deposit(bondOfModel(model), BOND_GWEI)
      const operator = await accountOf(cast.operator)
      return await send(cast.owner, act(contracts.models, 'setOperator', [model, operator, true]))
    },
    setOperator: async () => {
      const model = 1 + random.below(await modelCount())
      const operator = await accountOf(random.pick(everyone))
      const allowed = random.below(2) === 0
      return await send(cast.owner, act(contracts.models, 'setOperator', [model, operator, allowed]))
    },
    fundTab: async () => {
      const amountGwei = BigInt(random.below(10 ** 9))
      const most = random.below(2) === 0 ? maxUint64 : 10n ** 9n
      const operator = await accountOf(cast.operator)
      return await send(random.pick(cast.payers), act(contracts.ledger, 'fundTab', [operator, amountGwei, most]))
    },
    requestTabWithdrawal: async () =>
      send(
        random.pick(cast.payers),
        act(contracts.ledger, 'requestTabWithdrawal', [await accountOf(cast.operator), BigInt(random.below(10 ** 6))]),
      ),
    withdrawTab: async () =>
      send(random.pick(cast.payers), act(contracts.ledger, 'withdrawTab', [await accountOf(cast.operator)])),
    recordBatch: async () => {
      const model = 1 + random.below(await modelCount())
      const payer = await accountOf(random.pick(cast.payers))
      const contributors = await Promise.all(cast.contributors.map(accountOf))
      const records = Array.from({ length: 1 + random.below(6) }, () => recordBy(random, payer, contributors))
      const packed = encodeRecords(records, TERMS)
      const bytes = `0x${Buffer.from(packed).toString('hex')}` as const
      return await send(cast.operator, act(contracts.ledger, 'recordBatch', [model, bytes]))
    },
    claim: async () => send(cast.deployer, act(contracts.ledger, 'claim', [await accountOf(random.pick(everyone))])),
    setTreasuryShare: () =>
      transact(reader, governance, act(contracts.ledger, 'setTreasuryShare', [random.below(1_001)])),
    pause: () => send(cast.deployer, act(contracts.ledger, 'pauseRecording', [])),
    resume: () => send(cast.deployer, act(contracts.ledger, 'resumeRecording', [])),
    proposePayout: async () => {
      const holder = random.pick(cast.contributors)
      const args = [await accountOf(holder), random.pick(cast.contributors).address] as const
      return await send(holder, act(contracts.accounts, 'proposePayout', args))
    },
    letADayPass: () => ledger.passSeconds(86_400),
  }
  type Plot = keyof typeof stories

  return {
    accounts,
    token,
    send,
    bond: async (holder: LocalAccount) => deposit(bondOfAccount(await accountOf(holder)), BOND_GWEI),
    /** The usual outweighs the rare. */
    plots: [
      ...Object.keys(stories),
      ...Array(18).fill('recordBatch'),
      ...Array(3).fill('claim'),
      ...Array(5).fill('recordEqualSplit'),
      ...Array(2).fill('fillPool'),
      ...Array(4).fill('claimShares'),
      ...Array(2).fill('letADayPass'),
      ...Array(2).fill('contribute'),
      ...Array(2).fill('fundTab'),
      ...Array(3).fill('resume'),
      ...Array(2).fill('accept'),
      ...Array(3).fill('strikeRecord'),
      ...Array(5).fill('showRow'),
      ...Array(3).fill('demandRow'),
      ...Array(2).fill('depositBond'),
      ...Array(2).fill('rate'),
      ...Array(2).fill('appealRecord'),
      ...Array(3).fill('rule'),
    ] as readonly Plot[],
    /** Does one thing; false where the contracts do not allow it just now. */
    do: async (plot: Plot): Promise<boolean> => {
      try {
        await stories[plot]()
        return true
      } catch (error) {
        if (error instanceof StopError || error instanceof RangeError) return false
        throw error
      }
    },
  }
}

function recordBy(random: Random, payer: number, contributors: readonly number[]): InferenceRecord {
  const first = random.below(TERMS.rowCount)
  const weights = random.pick([[], [65_535], [40_000, 25_535], [20_000, 19_999, 15_536, 10_000]])
  return {
    commitment: random.hex(32),
    payer,
    feeGwei: BigInt(random.below(3) === 0 ? random.below(100) : random.below(1_000_000)),
    rows: weights.map((weight, i) => ({
      row: (first + i * 7) % TERMS.rowCount,
      account: random.pick(contributors),
      weight,
    })),
    sketch: Uint8Array.from({ length: TERMS.dims / 2 }, () => random.pick([0x11, 0x7f, 0x09, 0x93, 0x00])),
  }
}
