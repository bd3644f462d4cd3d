import { concatHex, type Hex, keccak256, numberToHex, toRlp } from 'viem'
import { describe, expect, it } from 'vitest'
import { type Chain, chainOf } from '../../../chain/chains.ts'
import { headerOf, receiptsOrNone } from '../../../chain/node/answers.ts'
import { falseReceipts } from '../../../chain/verify/falseReceipts.ts'
import { checkHeaders, type Header } from '../../../chain/verify/header.ts'
import { receiptsInTrie } from '../../../chain/verify/receiptsInTrie.ts'
import { orderedTrieRoot } from '../../../chain/verify/trie.ts'
import { mustAllow, UnknownChain, UnprovableChain } from '../../../chain/verify/unknownChain.ts'
import { chainFixtures, fixtureOf } from '../../support/chainFixtures.ts'

// Synthetic, since no such blocks were found: of Amsterdam, of forks to come, of Celo's L2, of Scroll and of Arbitrum's
// days before Nitro. They are hashed here in viem's words.

const ETHEREUM = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'difficulty'],
  ...['number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce', 'baseFeePerGas'],
  ...['withdrawalsRoot', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot', 'requestsHash'],
]
const SCALARS = ['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed']
const scalars = new Set([...SCALARS, 'excessBlobGas', 'slotNumber'])

const scalar = (value: bigint): Hex => {
  const digits = value.toString(16)
  return value === 0n ? '0x' : `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`
}
const word = (digit: string): Hex => `0x${digit.repeat(64)}`

/** A block of Ethereum with fields of a fork to come, which are hashed after all others. */
function blockWith(later: Readonly<Record<string, Hex>>, chainId = 1): Header {
  const { block: told } = fixtureOf('ethereum-24784163')
  const block = { ...told, ...later }
  const items = [...ETHEREUM, ...Object.keys(later)].map((name) => {
    const value = block[name as keyof typeof block] as Hex
    return scalars.has(name) ? scalar(BigInt(value)) : value
  })
  return headerOf({ ...block, hash: keccak256(toRlp(items)) }, chainOf(chainId))
}

describe('a header', () => {
  it('of Amsterdam is hashed with its access list and its slot', () => {
    const header = blockWith({ blockAccessListHash: word('7'), slotNumber: '0xc0ffee' })
    expect(checkHeaders('receipts', [header])).toBeUndefined()
    const later = { ...header.fields, slotNumber: '0xc0ffef' }
    expect(checkHeaders('receipts', [{ ...header, fields: later }])).toMatchObject({
      what: 'The header of a block does not hash to its hash',
    })
  })

  it('with an unknown field that is hashed is of a chain that this version does not know, and no lie', () => {
    const header = blockWith({ inclusionListRoot: word('5') })
    expect(() => checkHeaders('receipts', [header])).toThrow(UnknownChain)
    expect(() => checkHeaders('bloom', [header])).toThrow(
      expect.objectContaining({
        message: `Ethereum has become a chain that this version does not know: the header of block ${header.number} has inclusionListRoot`,
        facts: expect.objectContaining({ fieldsUnknownToThisIndexer: 'inclusionListRoot' }),
        remedy: expect.stringContaining('only verification "off" takes its blocks'),
      }),
    )
    expect(checkHeaders('off', [header])).toBeUndefined()
  })

  it('with an unknown field that is not hashed is as good as any, and false where it is', () => {
    const { header } = fixtureOf('ethereum-24784163')
    const told = { ...header, fields: { ...header.fields, seenByProxy: '0x1' } }
    expect(checkHeaders('receipts', [told])).toBeUndefined()
    const lie = { ...told, fields: { ...told.fields, timestamp: '0x1' } }
    expect(checkHeaders('receipts', [lie])).toMatchObject({ what: 'The header of a block does not hash to its hash' })
  })

  it('of a chain without an entry is taken where it hashes as most do, and is else of an unknown chain', () => {
    const odd = { ...blockWith({}, 987_654), hash: word('1') }
    expect(() => checkHeaders('receipts', [odd])).toThrow(
      'Chain 987654 is a chain that this version does not know: it hashes headers in a way of its own',
    )
    expect(checkHeaders('receipts', [blockWith({}, 987_654)])).toBeUndefined()
    expect(checkHeaders('receipts', [odd])).toMatchObject({ what: 'The header of a block does not hash to its hash' })
  })
})

/** A block of these receipts, with the root of what viem makes of each. */
function blockOf(chain: Chain, receipts: readonly Told[], encoded: readonly Hex[]): Header {
  const root = orderedTrieRoot(encoded.length, (rlp, i) => rlp.raw(Buffer.from((encoded[i] as Hex).slice(2), 'hex')))
  const { header } = fixtureOf('hoodi-411443')
  const transactions = receipts.map(({ transactionHash }) => transactionHash)
  return { ...header, chain, hash: word('a'), receiptsRoot: root, transactions }
}

type Told = Readonly<Record<string, unknown>> & { readonly transactionHash: Hex }

const told = (type: Hex, i: number, more: object = {}): Told => ({
  type,
  blockHash: word('a'),
  transactionHash: numberToHex(i + 1, { size: 32 }),
  status: '0x1',
  cumulativeGasUsed: '0x5208',
  logsBloom: null,
  logs: [],
  ...more,
})

/** A receipt without logs, that is with the bloom of none. */
const encoded = (type: Hex, ...own: readonly Hex[]): Hex => {
  const list = toRlp(['0x01', '0x5208', `0x${'00'.repeat(256)}`, [], ...own])
  return type === '0x' ? list : concatHex([type, list])
}

const problemOf = (header: Header, receipts: readonly Told[]) =>
  falseReceipts(header, receiptsInTrie(header, receiptsOrNone(receipts) ?? []))

describe('the receipts', () => {
  it('are taken in any order, since their hashes tell which is right', () => {
    const receipts = [told('0x2', 0), told('0x1', 1), told('0x2', 2)]
    const header = blockOf(chainOf(1), receipts, [encoded('0x02'), encoded('0x01'), encoded('0x02')])
    expect(problemOf(header, receipts.toReversed())).toBeUndefined()
    expect(problemOf(header, [receipts[0], receipts[0], receipts[2]] as readonly Told[])).toMatchObject({
      what: 'A receipt is not of the transaction in its place',
    })
  })

  it('of Celo carry a base fee where a fee is paid in another currency, and none from its days as an L1', () => {
    const celo = chainOf(42_220)
    const receipts = [told('0x7b', 0, { baseFee: '0x5d21dba00' }), told('0x7c', 1), told('0x2', 2)]
    const header = blockOf(celo, receipts, [encoded('0x7b', '0x05d21dba00'), encoded('0x7c'), encoded('0x02')])
    expect(problemOf(header, receipts)).toBeUndefined()
    expect(problemOf(blockOf(celo, [told('0x7b', 0)], [encoded('0x7b')]), [told('0x7b', 0)])).toBeUndefined()

    const old = [told('0x7b', 0), ...receipts.slice(1)]
    expect(() => problemOf(header, old)).toThrow('A node of Celo leaves baseFee out of its receipts of type 0x7b')
  })

  it('of an L1 block of Celo end with one of the block itself', () => {
    const own = { ...told('0x0', 0), transactionHash: word('a') }
    const header = { ...blockOf(chainOf(42_220), [own], [encoded('0x')]), transactions: [] }
    expect(problemOf(header, [own])).toBeUndefined()
    expect(problemOf({ ...header, chain: chainOf(1) }, [own])).toMatchObject({
      what: 'A receipt is not of the transaction in its place',
    })
  })

  it('of the OP stack carry a version of deposits, and those of Scroll do not, under the same type', () => {
    const deposit = [told('0x7E', 0, { depositNonce: '0x7', depositReceiptVersion: '0x1' })]
    const op = blockOf(chainOf(10), deposit, [encoded('0x7e', '0x07', '0x01')])
    const scroll = blockOf(chainOf(534_352), deposit, [encoded('0x7e')])
    expect([problemOf(op, deposit), problemOf(scroll, deposit)]).toEqual([undefined, undefined])
  })

  it('of Arbitrum from before Nitro go without their type', () => {
    const classic = [told('0x78', 0), told('0x64', 1)]
    const header = blockOf(chainOf(42_161), classic, [encoded('0x'), encoded('0x64')])
    expect(problemOf(header, classic)).toBeUndefined()
  })

  it('of an unknown type are of a chain that this version does not know, unless they hash as all do', () => {
    const strange = [told('0x50', 0)]
    expect(problemOf(blockOf(chainOf(1), strange, [encoded('0x50')]), strange)).toBeUndefined()
    const header = blockOf(chainOf(1), strange, [encoded('0x50', '0x07')])
    expect(() => problemOf(header, strange)).toThrow(
      expect.objectContaining({
        message: `Ethereum has become a chain that this version does not know: block ${header.number} has receipts of type 0x50`,
        remedy: expect.stringContaining('no node is at fault'),
      }),
    )
  })
})

describe('the receipts of a chain without an entry', () => {
  it('are false only once others of it were reproduced', () => {
    const chain = chainOf(555_666)
    const own = [told('0x2', 0)]
    const odd = blockOf(chain, own, [encoded('0x02', '0x07')])
    expect(() => problemOf(odd, own)).toThrow(
      'Chain 555666 is a chain that this version does not know: it hashes receipts in a way of its own',
    )
    expect(problemOf(blockOf(chain, own, [encoded('0x02')]), own)).toBeUndefined()
    expect(problemOf(odd, own)).toMatchObject({ what: 'The receipts of a block do not hash to what its header says' })
  })
})

describe('chains that hash in ways of their own', () => {
  it.each([
    [324, 'receipts', 'zkSync Era is not supported with verification "receipts"', 'verification "off"'],
    [324, 'bloom', 'zkSync Era is not supported with verification "bloom"', 'verification "off"'],
    [43_114, 'receipts', 'Avalanche is not supported with verification "receipts"', 'verification "bloom"'],
  ] as const)('chain %i is not supported with %s, and the error says what is left', (id, verify, message, left) => {
    expect(() => mustAllow(chainOf(id), verify)).toThrow(UnprovableChain)
    expect(() => mustAllow(chainOf(id), verify)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(message),
        remedy: expect.stringMatching(new RegExp(`^No node is at fault\\. What is left is ${left}`)),
      }),
    )
  })

  it.each([
    [324, 'off'],
    [43_114, 'bloom'],
    [1, 'receipts'],
  ] as const)('chain %i is supported with %s', (id, verify) => {
    expect(() => mustAllow(chainOf(id), verify)).not.toThrow()
  })
})

describe('blocks in other spellings', () => {
  const proven = chainFixtures().filter(({ header }) => header.chain.strongest === 'receipts')
  const spellings: Readonly<Record<string, (value: unknown, name: string) => unknown>> = {
    'in capitals': (value) =>
      typeof value === 'string' && value.startsWith('0x') ? `0x${value.slice(2).toUpperCase()}` : value,
    'with leading zeros in numbers': (value, name) =>
      scalars.has(name) || /^(cumulativeGasUsed|status|type)$/.test(name)
        ? String(value).replace('0x', '0x000')
        : value,
    'without leading zeros where they belong': (value, name) =>
      /^(nonce|mixHash)$/.test(name) ? numberToHex(BigInt(value as Hex)) : value,
    'with nothing for zero': (value) => (value === '0x0' ? '0x' : value),
    'with null for no logs': (value, name) => (name === 'logs' && (value as unknown[]).length === 0 ? null : value),
    'without blooms of receipts': (value, name) => (name === 'logsBloom' ? null : value),
  }
  const absent = { root: '0x', depositNonce: null, depositReceiptVersion: null, blockAccessListHash: null }

  const respelled = (of: Readonly<Record<string, unknown>>, spell: (value: unknown, name: string) => unknown) =>
    Object.fromEntries(Object.entries({ ...absent, ...of }).map(([name, value]) => [name, spell(value, name)]))

  it.each(Object.entries(spellings))('%s are the same blocks', (name, spell) => {
    const ofReceipts = name === 'without blooms of receipts'
    for (const { header, block, receiptsTold } of proven) {
      const same = headerOf(
        respelled(block, (value, at) => (ofReceipts || value === null ? value : spell(value, at))),
        header.chain,
      )
      expect({ ...same, fields: {} }).toEqual({ ...header, fields: {} })
      expect(checkHeaders('receipts', [same])).toBeUndefined()
      const receipts = receiptsOrNone(
        receiptsTold?.map((one) => respelled(one, (value, at) => (value === null ? value : spell(value, at)))) ?? null,
      )
      if (receipts !== undefined) expect(falseReceipts(same, receiptsInTrie(same, receipts))).toBeUndefined()
    }
  })
})
