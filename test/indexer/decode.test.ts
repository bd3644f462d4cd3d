import * as fc from 'fast-check'
import { encodeAbiParameters, encodeEventTopics, type Hex, toEventHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { type ChainLog, followedOf, namesFollowed } from '../../indexer/decode/contracts.ts'
import { decodeLogs } from '../../indexer/decode/decode.ts'
import { splitFee, sum } from '../../indexer/decode/feeSplit.ts'
import { noTerms } from '../../indexer/decode/terms.ts'
import { abis } from '../../sdk/contracts.ts'
import { at, paperDeployment } from './support/paperDeployment.ts'

const context = {
  deployment: paperDeployment,
  followed: followedOf(paperDeployment, namesFollowed({ transfers: true })),
  treasury: 1n,
}

const logOf = (address: Hex, topics: readonly Hex[], data: Hex = '0x'): ChainLog => ({
  address,
  topics,
  data,
  block: 7n,
  blockHash: `0x${'aa'.repeat(32)}`,
  logIndex: 3n,
  transactionHash: `0x${'bb'.repeat(32)}`,
})
const place = { block: 7n, logIndex: 3n, transactionHash: `0x${'bb'.repeat(32)}` }

describe('a fee', () => {
  it('is shared as ILedger.sol says, every division rounded down and the rest to the treasury', () => {
    const terms = {
      isPooled: false,
      contributorBps: 5_000n,
      operatorBps: 1_000n,
      royaltiesBps: [300n, 200n],
      treasuryBps: 200n,
    }
    expect(splitFee(1_000_001n, [40_000n, 25_535n], terms)).toEqual({
      rowsGwei: [305_180n, 194_819n],
      pooledGwei: 0n,
      operatorGwei: 100_000n,
      royaltiesGwei: [30_000n, 20_000n],
      ownerGwei: 330_000n,
      treasuryGwei: 20_002n,
    })
    expect(splitFee(1_000_001n, [], terms).treasuryGwei).toBe(520_001n)
    expect(splitFee(1_000_001n, [], { ...terms, isPooled: true })).toMatchObject({
      pooledGwei: 500_000n,
      treasuryGwei: 20_001n,
    })
  })

  it('is shared without remainder, whatever the fee and the shares', () => {
    const bps = fc.bigInt(0n, 2_000n)
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), bps, bps, fc.array(bps, { maxLength: 2 }), (fee, a, b, royalties) => {
        const terms = {
          isPooled: a % 2n === 0n,
          contributorBps: a,
          operatorBps: b,
          royaltiesBps: royalties,
          treasuryBps: 1_000n,
        }
        const split = splitFee(fee, terms.isPooled ? [] : [30_000n, 20_000n, 15_535n], terms)
        const parts = [
          ...split.rowsGwei,
          split.pooledGwei,
          split.operatorGwei,
          ...split.royaltiesGwei,
          split.ownerGwei,
          split.treasuryGwei,
        ]
        expect(sum(parts)).toBe(fee)
        expect(parts.every((part) => part >= 0n)).toBe(true)
      }),
    )
  })
})

describe('a log', () => {
  it('becomes the row it tells of', () => {
    const topics = encodeEventTopics({
      abi: abis.accounts,
      eventName: 'AccountOpened',
      args: { account: 2 ** 32 - 1, payout: at('ab') },
    }) as Hex[]
    expect(decodeLogs(context, noTerms, [logOf(paperDeployment.contracts.accounts, topics)]).facts).toEqual([
      {
        table: 'accountOpened',
        row: { ...place, account: 4_294_967_295n, payout: at('ab') },
      },
    ])
  })

  it('whose text holds what no database can is kept all the same', () => {
    const topics = encodeEventTopics({
      abi: abis.datasets,
      eventName: 'DatasetRegistered',
      args: { dataset: 1, curator: at('11') },
    }) as Hex[]
    const zero: Hex = `0x${'00'.repeat(32)}`
    const types = ['string', 'bytes32', 'bytes32', 'string'].map((type) => ({ type }))
    const data = encodeAbiParameters(types, ['MIT\0', zero, zero, '\0'])
    const [fact] = decodeLogs(context, noTerms, [logOf(paperDeployment.contracts.datasets, topics, data)]).facts
    expect(fact?.row).toMatchObject({ licence: 'MIT\uFFFD', metadataUri: '\uFFFD' })
  })

  it('of another contract is passed over', () => {
    expect(decodeLogs(context, noTerms, [logOf(at('99'), [])]).facts).toEqual([])
  })

  it('of an event that this version does not know stops the indexer', () => {
    for (const event of ['event LaterAddition()', 'event EIP712DomainChanged()']) {
      const unknown = logOf(paperDeployment.contracts.datasets, [toEventHash(event)])
      expect(() => decodeLogs(context, noTerms, [unknown])).toThrow('emitted an event that this version does not know')
    }
  })
})
