import { type Address, type Hex, keccak256, numberToHex, pad, toRlp, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FalseHeader, trustedBlock } from '../../sdk/blockHeader.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { FalseProof, proveStorage, type StorageProof } from '../../sdk/storageProof.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { trieOf } from './trieOf.ts'

describe('storage by proof, of a state made by hand', () => {
  const ADDRESS: Address = `0x${'a1'.repeat(20)}`
  const SLOTS = [0n, 1n, 2n ** 255n].map((slot) => numberToHex(slot, { size: 32 }))
  const VALUES: readonly Hex[] = ['0x01', '0x80', `0x${'fe'.repeat(32)}`]
  const CODE_HASH = keccak256('0x6000')
  let stateRoot: Hex
  let honest: StorageProof

  beforeAll(async () => {
    const storage = await trieOf(new Map(SLOTS.map((slot, i) => [keccak256(slot), toRlp(VALUES[i] as Hex)])))
    const account = toRlp(['0x07', '0x', storage.root, CODE_HASH])
    const others = Array.from({ length: 50 }, (_, i): [Hex, Hex] => [keccak256(numberToHex(i, { size: 20 })), account])
    const state = await trieOf(new Map([...others, [keccak256(ADDRESS), account]]))
    stateRoot = state.root
    honest = {
      accountProof: await state.prove(keccak256(ADDRESS)),
      storageHash: storage.root,
      storageProof: await Promise.all(
        SLOTS.map(async (slot, i) => ({
          value: BigInt(VALUES[i] as Hex),
          proof: await storage.prove(keccak256(slot)),
        })),
      ),
    }
  })

  it('gives the account and its slots in whole words', () => {
    expect(proveStorage(stateRoot, ADDRESS, SLOTS, honest)).toEqual({
      account: { nonce: 7n, balance: 0n, storageHash: honest.storageHash, codeHash: CODE_HASH },
      values: VALUES.map((value) => pad(value, { size: 32 })),
    })
  })

  it.each<[string, (proof: StorageProof) => StorageProof, RegExp]>([
    [
      'another value',
      (proof) => ({ ...proof, storageProof: changedFirst(proof, { value: 2n }) }),
      /holds something else/,
    ],
    [
      'a value for nothing',
      (proof) => ({ ...proof, storageProof: changedFirst(proof, { proof: [] }) }),
      /proof of a slot/,
    ],
    ['another storage root', (proof) => ({ ...proof, storageHash: CODE_HASH }), /storage root/],
    ['no proof of the account', (proof) => ({ ...proof, accountProof: [] }), /proof of an account/],
    ['its slots in another order', (proof) => ({ ...proof, storageProof: proof.storageProof.toReversed() }), /slot/],
    ['a slot too few', (proof) => ({ ...proof, storageProof: proof.storageProof.slice(1) }), /more or fewer slots/],
  ])('with %s is refused', (_, falsify, named) => {
    const refused = () => proveStorage(stateRoot, ADDRESS, SLOTS, falsify(honest))
    expect(refused).toThrow(FalseProof)
    expect(refused).toThrow(named)
  })

  it('is found under a root in capitals too', () => {
    const capitals = `0x${stateRoot.slice(2).toUpperCase()}` as const
    expect(proveStorage(capitals, ADDRESS, SLOTS, honest)).toEqual(proveStorage(stateRoot, ADDRESS, SLOTS, honest))
  })

  it.each<[string, Hex]>([
    ['a slot of 33 bytes', toRlp(`0x${'11'.repeat(33)}`)],
    ['a slot that is a list', toRlp(['0x01'])],
    ['a slot of no RLP', '0xb9'],
  ])('with %s, as only a made-up state has it, is refused', async (_, value) => {
    const slot = SLOTS[0] as Hex
    const storage = await trieOf(new Map([[keccak256(slot), value]]))
    const state = await trieOf(new Map([[keccak256(ADDRESS), toRlp(['0x', '0x', storage.root, CODE_HASH])]]))
    const madeUp: StorageProof = {
      accountProof: await state.prove(keccak256(ADDRESS)),
      storageHash: storage.root,
      storageProof: [{ value: 0n, proof: await storage.prove(keccak256(slot)) }],
    }
    expect(() => proveStorage(state.root, ADDRESS, [slot], madeUp)).toThrow(FalseProof)
  })

  it('of an account that is none, as only a made-up state has it, is refused', async () => {
    for (const account of ['0x01', toRlp(['0x01', '0x02']), toRlp([[], '0x', '0x', '0x']), '0xb9'] as const) {
      const state = await trieOf(new Map([[keccak256(ADDRESS), account]]))
      const accountProof = await state.prove(keccak256(ADDRESS))
      expect(() => proveStorage(state.root, ADDRESS, [], { ...honest, accountProof, storageProof: [] })).toThrow(
        FalseProof,
      )
    }
  })

  it('for another address or another slot is refused', () => {
    expect(() => proveStorage(stateRoot, `0x${'a2'.repeat(20)}`, SLOTS, honest)).toThrow(FalseProof)
    expect(() => proveStorage(stateRoot, ADDRESS, SLOTS.with(0, JOURNAL_SLOT), honest)).toThrow(FalseProof)
  })
})

function changedFirst({ storageProof }: StorageProof, change: object): StorageProof['storageProof'] {
  return storageProof.map((one, i) => (i === 0 ? { ...one, ...change } : one))
}

describe('storage by proof, of a real node', () => {
  let ledger: LocalLedger

  beforeAll(async () => {
    ledger = await startLocalLedger(2)
  })
  afterAll(() => ledger?.stop())

  /** The newest block as a wallet comes to trust it: by its hash alone. */
  async function trusted() {
    const { reader } = ledger.connection
    const told = await reader.request({ method: 'eth_getBlockByNumber', params: ['latest', false] })
    if (told === null) throw new Error('A chain has a newest block')
    return trustedBlock(told.hash as Hex, { ...told })
  }

  it('is what the node says of slots that are full and empty, of accounts with code and without, and of none', async () => {
    const { reader } = ledger.connection
    const { accounts, ledger: address } = ledger.deployment.contracts
    const slots = [JOURNAL_SLOT, ...Array.from({ length: 10 }, (_, i) => numberToHex(i, { size: 32 }))]
    const strangers: readonly Address[] = [`0x${'de'.repeat(20)}`, `0x${'99'.repeat(20)}`]
    const { deployer } = ledger.wallets
    const block = await trusted()
    for (const asked of [accounts, address, deployer.address, zeroAddress, ...strangers]) {
      const proof = await reader.getProof({ address: asked, storageKeys: slots, blockNumber: block.number })
      const { account, values } = proveStorage(block.stateRoot, asked, slots, proof)
      const onChain = await Promise.all(slots.map((slot) => reader.getStorageAt({ address: asked, slot })))
      expect(values).toEqual(onChain)
      expect(account?.balance ?? 0n).toBe(await reader.getBalance({ address: asked }))
      expect(Number(account?.nonce ?? 0)).toBe(await reader.getTransactionCount({ address: asked }))
      const code = await reader.getCode({ address: asked })
      if (account !== undefined) expect(account.codeHash).toBe(keccak256(code ?? '0x'))
    }
    const journals = await reader.getProof({ address: accounts, storageKeys: [JOURNAL_SLOT] })
    expect(journals.storageProof[0]?.value).toBeGreaterThan(0n)
  })

  it('of an earlier block is refused, and what an earlier block held is shown by that block', async () => {
    const { reader } = ledger.connection
    const { accounts } = ledger.deployment.contracts
    const before = await trusted()
    const proof = await reader.getProof({ address: accounts, storageKeys: [JOURNAL_SLOT] })
    await reader.request({ method: 'evm_mine', params: [] } as never)
    const after = await trusted()
    expect(before.stateRoot === after.stateRoot).toBe(false)
    expect(() => proveStorage(after.stateRoot, accounts, [JOURNAL_SLOT], proof)).toThrow(FalseProof)
    expect(proveStorage(before.stateRoot, accounts, [JOURNAL_SLOT], proof).values).toHaveLength(1)
  })

  it('begins with a header that hashes to the trusted hash, and with no other', async () => {
    const { reader } = ledger.connection
    const told = await reader.request({ method: 'eth_getBlockByNumber', params: ['latest', false] })
    const hash = told?.hash as Hex
    const block = trustedBlock(hash, { ...told })
    expect(block).toEqual({
      hash,
      parentHash: told?.parentHash,
      number: BigInt(told?.number as Hex),
      timestamp: BigInt(told?.timestamp as Hex),
      stateRoot: told?.stateRoot,
      receiptsRoot: told?.receiptsRoot,
    })
    for (const change of [
      { stateRoot: keccak256('0x') },
      { number: '0x1' },
      { timestamp: undefined },
      { stateRoot: '0x' },
    ]) {
      expect(() => trustedBlock(hash, { ...told, ...change })).toThrow(FalseHeader)
    }
    expect(() => trustedBlock(keccak256(hash), { ...told })).toThrow(FalseHeader)
  })
})
