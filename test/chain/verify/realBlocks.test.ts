import { describe, expect, it } from 'vitest'
import { chainOf } from '../../../chain/chains.ts'
import { headerOf } from '../../../chain/node/answers.ts'
import { falseReceipts } from '../../../chain/verify/falseReceipts.ts'
import { checkHeaders } from '../../../chain/verify/header.ts'
import { headerHashes } from '../../../chain/verify/headerHashes.ts'
import { receiptsInTrie } from '../../../chain/verify/receiptsInTrie.ts'
import { chainFixtures, fixtureOf } from '../../support/chainFixtures.ts'

const HEADER = 'The header of a block does not hash to its hash'
const ROOT = 'The receipts of a block do not hash to what its header says'

const fixtures = chainFixtures()

it('there are real blocks of every family of chains', () => {
  const rules = fixtures.map(({ header: { chain } }) => `${chain.header} ${chain.receipts}`)
  expect([...new Set(rules)].toSorted()).toEqual([
    'aura standard',
    'avalanche standard',
    'celo celo',
    'standard arbitrum',
    'standard op',
    'standard polygon',
    'standard standard',
    'zksync none',
  ])
  expect(fixtures).toHaveLength(44)
})

describe.each(fixtures)('the real block $file', ({ header, block }) => {
  it('hashes to its hash, and no longer after a change', () => {
    const { chain, hash, fields } = header
    expect(headerHashes(chain.header, fields)).toContain(hash)
    const later = { ...block, timestamp: `0x${(header.timestamp + 1n).toString(16)}` }
    expect(headerHashes(chain.header, later)).not.toContain(hash)
    if (chain.strongest === 'off') return
    expect(checkHeaders(chain.strongest, [header])).toBeUndefined()
    expect(checkHeaders(chain.strongest, [headerOf(later, chain)])).toMatchObject({ what: HEADER })
  })
})

describe.each(fixtures.filter(({ receipts }) => receipts !== undefined))('the real block $file', (fixture) => {
  it('has the receipts that its header commits to, and no others', () => {
    const { header, receipts = [] } = fixture
    const proven = receiptsInTrie(header, receipts)
    expect(falseReceipts(header, proven)).toBeUndefined()
    const changed = proven.map((one) => ({ ...one, cumulativeGasUsed: one.cumulativeGasUsed + 1n }))
    const lies = [proven.slice(1), changed].filter((lie) => lie.length > 0)
    for (const lie of lies) {
      expect(falseReceipts(header, lie)?.what).toBeOneOf([ROOT, 'A receipt is not of the transaction in its place'])
    }
  })
})

it('Polygon’s receipt of a state sync is left out with its logs, and no other is', () => {
  const { header, block, receipts = [] } = fixtureOf('polygon-10000000')
  const proven = receiptsInTrie(header, receipts)
  expect([receipts.length, proven.length, header.transactions.length]).toEqual([6, 5, 5])
  // Elsewhere nothing is left out, so that the same receipts are false.
  expect(falseReceipts(headerOf(block, chainOf(1)), receipts)).toMatchObject({ what: ROOT })
  const { header: mumbai, receipts: only = [] } = fixtureOf('polygon-mumbai-135808')
  expect(receiptsInTrie(mumbai, only)).toEqual([])
})
