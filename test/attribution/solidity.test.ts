import hre, { network } from 'hardhat'
import { bytesToHex, getContract, type Hex, hexToBytes, keccak256, parseAbi } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { unpackSketch } from '../../attribution/sketch.ts'
import { decodeChannels } from '../../sdk/channel.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { decodeRecords } from '../../sdk/record.ts'
import type { querySumVectors } from '../vectors/books.ts'
import type { journalVectors, merkleVectors } from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors } from '../vectors/records.ts'
import type { sketchVectors } from '../vectors/sketches.ts'
import type { orderedMerkleVectors } from '../vectors/trees.ts'
import type { fixedWeightVectors, nearCopyVectors } from '../vectors/units.ts'

type Cases<Vectors extends () => readonly unknown[]> = ReturnType<Vectors>[number]

const abi = parseAbi([
  'struct BatchHeader { uint64 batch; uint96 book; uint32 number; uint40 recordedIn; uint32 count; uint64 units; bytes32 root; bytes32 sumHash; }',
  'struct Record { uint32 payer; uint32 salt; uint16 feeUnits; bytes32 commitment; bytes sketch; }',
  'function codes(bytes sketch) pure returns (int8[])',
  'function holdsEight(bytes sketch) pure returns (bool)',
  'function dot(bytes a, bytes b) pure returns (int256)',
  'function squaredLength(bytes sketch) pure returns (uint256)',
  'function unitTotal(bytes sketches, uint256[] scales) pure returns (bytes total, int256[] along)',
  'function sumWithout(bytes sum, bytes sketch, uint256 weight) pure returns (bytes)',
  'function verify(bytes32 root, bytes32[] leaves, bytes32[][] proofs) pure returns (bool)',
  'function orderedRoots(bytes32[] leaves) pure returns (bytes32 root, bytes32 pushed)',
  'function climb(bytes32 leaf, bytes32 replacement, uint256 index, uint256 count, bytes32[] path) pure returns (bytes32 root, bytes32 replaced)',
  'function commitmentOf(BatchHeader header) pure returns (bytes32)',
  'function leafOf(Record record, uint32 model, uint32 operator) pure returns (bytes32)',
  'function voidedLeaf(bytes32 leaf) pure returns (bytes32)',
  'function write(bytes32[] topics, bytes data)',
  'function journal() view returns (uint48 count, bytes26 head)',
])

async function deploy() {
  await hre.tasks.getTask('build').run({ files: ['test/contracts/harness/VectorsHarness.sol'], quiet: true })
  const { viem } = await network.create()
  const reader = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  if (!wallet) throw new Error('The Hardhat network has accounts')
  const { address } = await viem.deployContract('VectorsHarness')
  return { reader, harness: getContract({ address, abi, client: { public: reader, wallet } }) }
}

/** The records of a batch, as contracts take them. */
function decoded({ k, channels, records }: Cases<typeof batchVectors>) {
  const named = decodeChannels(hexToBytes(channels))
  return decodeRecords(hexToBytes(records), k, named.length).map(({ channel, feeUnits, commitment, sketch }) => {
    const { payer, salt } = named[channel] as (typeof named)[number]
    return { payer, salt, feeUnits, commitment, sketch: bytesToHex(sketch) }
  })
}

function headerOf(header: Cases<typeof batchVectors>['header']) {
  return { ...header, batch: BigInt(header.batch), book: BigInt(header.book), units: BigInt(header.units) }
}

describe('Solidity, given the vectors that TypeScript wrote', () => {
  let chain: Awaited<ReturnType<typeof deploy>>
  beforeAll(async () => {
    chain = await deploy()
  })

  it('unpacks every sketch to the same codes, and finds the nibble 0x8', async () => {
    const { codes, holdsEight } = chain.harness.read
    for (const { sketch } of readVectors<Cases<typeof sketchVectors>>('sketches.json')) {
      expect(await codes([sketch])).toEqual([...unpackSketch(hexToBytes(sketch))])
      expect(await holdsEight([sketch])).toBe(false)
    }
    expect(await holdsEight([`0x${'11'.repeat(31)}18`])).toBe(true)
    expect(await holdsEight([`0x81${'11'.repeat(31)}`])).toBe(true)
  })

  it('finds the same products and lengths', async () => {
    const { dot, squaredLength } = chain.harness.read
    for (const { a, b, product, squaredA, squaredB } of readVectors<Cases<typeof nearCopyVectors>>('nearCopies.json')) {
      expect([await dot([a, b]), await squaredLength([a]), await squaredLength([b])].map(Number)).toEqual([
        product,
        squaredA,
        squaredB,
      ])
    }
  })

  it('adds units up to the same total, and finds the same fixed weights', async () => {
    const { unitTotal, squaredLength } = chain.harness.read
    for (const model of readVectors<Cases<typeof fixedWeightVectors>>('fixedWeights.json')) {
      const [total, along] = await unitTotal([model.codes, model.scales.map(BigInt)])
      expect(total).toBe(model.totalBytes)
      const size = model.k
      const fixed = await Promise.all(
        along.map(async (product, u) => {
          const sketch: Hex = `0x${model.codes.slice(2 + u * size, 2 + (u + 1) * size)}`
          const scale = BigInt(model.scales[u] as number)
          const others = product - scale * (await squaredLength([sketch]))
          return String(others > 0n ? scale * others : 0n)
        }),
      )
      expect(fixed).toEqual(model.fixed)
    }
  })

  it('verifies every Merkle proof with OpenZeppelin’s library, and none against another root', async () => {
    for (const { leaves, root, proofs } of readVectors<Cases<typeof merkleVectors>>('merkle.json')) {
      expect(await chain.harness.read.verify([root, leaves, proofs])).toBe(true)
      const other: Hex = `0x${'11'.repeat(32)}`
      if (leaves.length > 0) expect(await chain.harness.read.verify([other, leaves, proofs])).toBe(false)
    }
  })

  it('finds the same roots of ordered trees, and climbs every path to them', async () => {
    const { orderedRoots, climb } = chain.harness.read
    for (const tree of readVectors<Cases<typeof orderedMerkleVectors>>('orderedMerkle.json')) {
      const { leaves, root, paths, place, replacement, replacedRoot } = tree
      expect(await orderedRoots([leaves])).toEqual([root, root])
      const count = BigInt(leaves.length)
      for (const [i, leaf] of leaves.entries()) {
        expect(await climb([leaf, replacement, BigInt(i), count, paths[i] as readonly Hex[]])).toEqual([
          root,
          i === place ? replacedRoot : expect.any(String),
        ])
      }
    }
  })

  it('commits to the same batches, before and after a record of them is voided', async () => {
    const { leafOf, voidedLeaf, commitmentOf, orderedRoots, sumWithout } = chain.harness.read
    for (const batch of readVectors<Cases<typeof batchVectors>>('batches.json')) {
      const { k, model, operator, voided } = batch
      const records = decoded(batch)
      const leaves = await Promise.all(records.map((record) => leafOf([record, model, operator])))
      expect(leaves).toEqual(batch.leaves)
      expect((await orderedRoots([leaves]))[0]).toBe(batch.header.root)
      expect(await commitmentOf([headerOf(batch.header)])).toBe(batch.commitment)
      const out = records[voided.index] as (typeof records)[number]
      expect(await voidedLeaf([leaves[voided.index] as Hex])).toBe(voided.leaves[voided.index])
      if (k > 0) expect(await sumWithout([batch.sum, out.sketch, BigInt(out.feeUnits)])).toBe(voided.sum)
      expect(await commitmentOf([headerOf(voided.header)])).toBe(voided.commitment)
    }
  })

  it('takes a record out of every sum', async () => {
    for (const batch of readVectors<Cases<typeof querySumVectors>>('querySums.json')) {
      if (batch.k === 0) continue
      const size = batch.k / 4
      const start = 2 + batch.without * size
      const sketch: Hex = `0x${batch.sketches.slice(start, start + size)}`
      const rest = await chain.harness.read.sumWithout([batch.sum, sketch, BigInt(batch.fees[batch.without] as number)])
      expect(keccak256(rest)).toBe(batch.restHash)
    }
  })

  it('keeps the same journal, in the slot that the SDK names', async () => {
    let count = 0
    for (const { topics, data, slot } of readVectors<Cases<typeof journalVectors>>('journal.json')) {
      await chain.harness.write.write([topics, data])
      count += 1
      expect(await chain.reader.getStorageAt({ address: chain.harness.address, slot: JOURNAL_SLOT })).toBe(slot)
      expect(await chain.harness.read.journal()).toEqual([count, slot.slice(0, 54)])
    }
  })
})
