import { encodeAbiParameters, encodeEventTopics, type Hex, toEventHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { type ChainLog, followedOf, namesFollowed } from '../../../chain/events/contracts.ts'
import { decodeLogs } from '../../../chain/events/decode.ts'
import { noTerms } from '../../../chain/events/terms.ts'
import { abis } from '../../../sdk/contracts.ts'
import { at, paperDeployment } from '../../support/paperDeployment.ts'

const followed = followedOf(paperDeployment, namesFollowed({ transfers: true }))

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

describe('a log', () => {
  it('becomes its row', () => {
    const topics = encodeEventTopics({
      abi: abis.accounts,
      eventName: 'AccountOpened',
      args: { account: 2 ** 32 - 1, payout: at('ab') },
    }) as Hex[]
    expect(decodeLogs(followed, noTerms, [logOf(paperDeployment.contracts.accounts, topics)]).facts).toEqual([
      {
        table: 'accountOpened',
        row: { ...place, account: 4_294_967_295, payout: at('ab') },
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
    const [fact] = decodeLogs(followed, noTerms, [logOf(paperDeployment.contracts.datasets, topics, data)]).facts
    expect(fact?.row).toMatchObject({ licence: 'MIT\uFFFD', metadataUri: '\uFFFD' })
  })

  it('of another contract is passed over', () => {
    expect(decodeLogs(followed, noTerms, [logOf(at('99'), [])]).facts).toEqual([])
  })

  it('of an event that this version does not know stops the indexer', () => {
    for (const event of ['event LaterAddition()', 'event EIP712DomainChanged()']) {
      const unknown = logOf(paperDeployment.contracts.datasets, [toEventHash(event)])
      expect(() => decodeLogs(followed, noTerms, [unknown])).toThrow('emitted an event that this version does not know')
    }
  })
})
