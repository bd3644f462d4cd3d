import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { chainOf } from '../../../chain/chains.ts'
import { checkHeaders, type Header } from '../../../chain/verify/header.ts'
import { headerHash } from '../../../sdk/blockHeader.ts'

const hashOf = (byte: string): Hex => `0x${byte.repeat(32)}`

/** A header of Cancun: the requests that Prague hashes at its end are not there. */
const TOLD = {
  parentHash: hashOf('01'),
  sha3Uncles: hashOf('02'),
  miner: `0x${'03'.repeat(20)}`,
  stateRoot: hashOf('04'),
  transactionsRoot: hashOf('05'),
  receiptsRoot: hashOf('06'),
  logsBloom: `0x${'07'.repeat(256)}`,
  difficulty: '0x0',
  number: '0x10',
  gasLimit: '0x1c9c380',
  gasUsed: '0x5208',
  timestamp: '0x65f00000',
  extraData: '0x0102',
  mixHash: hashOf('08'),
  nonce: `0x${'00'.repeat(8)}`,
  baseFeePerGas: '0x7',
  withdrawalsRoot: hashOf('09'),
  blobGasUsed: '0x20000',
  excessBlobGas: '0x30000',
  parentBeaconBlockRoot: hashOf('0a'),
} as const

const headerOf = (fields: Header['fields'], hash: Hex): Header =>
  ({ fields, hash, number: 16n, chain: chainOf(1) }) as unknown as Header
const HASH = headerHash(TOLD)

describe('a header', () => {
  it('hashes to its block’s hash', () => {
    expect(checkHeaders('receipts', [headerOf(TOLD, HASH)])).toBeUndefined()
  })

  it('without one of its fields is found out, though its values go on under the names after their own', () => {
    const names = Object.keys(TOLD)
    const from = names.indexOf('gasLimit')
    const values = Object.values(TOLD).slice(from)
    const moved = [...names.slice(from + 1), 'requestsHash'].map((name, i) => [name, values[i]])
    const { gasLimit: _, ...others } = TOLD
    const fields = { ...others, ...Object.fromEntries(moved) }
    expect(fields.timestamp).toBe(TOLD.gasUsed)
    expect(checkHeaders('receipts', [headerOf(fields, HASH)])).toMatchObject({
      what: 'The header of a block does not hash to its hash',
    })
  })

  it.each(['much', '-0x1'])('with the difficulty "%s" is found out, and stops nobody', (difficulty) => {
    expect(checkHeaders('receipts', [headerOf({ ...TOLD, difficulty }, HASH)])).toMatchObject({
      what: 'The header of a block does not hash to its hash',
    })
  })
})
