import hre, { network } from 'hardhat'
import { bytesToHex, getContract, type Hex, hexToBytes, parseAbi, slice, stringToHex } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { attribute, candidatesOf } from '../../attribution/attribution.ts'
import { isDuplicate } from '../../attribution/duplicates.ts'
import { randomSource } from '../../attribution/random.ts'
import { dot, fixedNorm, scoreOf } from '../../attribution/score.ts'
import { packSketch, unpackSketch } from '../../attribution/sketch.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { codes, integer, nearby } from '../vectors/draw.ts'
import type {
  contributionVectors,
  indexVectors,
  journalVectors,
  merkleVectors,
  multiproofVectors,
} from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors, commitmentVectors } from '../vectors/records.ts'
import type { attributionVectors, scoreVectors, sketchVectors, weightVectors } from '../vectors/scores.ts'

type Cases<Vectors extends () => readonly unknown[]> = ReturnType<Vectors>[number]

const scoringAbi = parseAbi([
  'struct Entry { uint32 row; uint32 next; bytes32 contribution; bytes32 itemHash; bytes sketch; }',
  'struct IndexProof { bytes entries; bytes32[] siblings; bytes steps; }',
  'function dot(bytes a, bytes b) pure returns (int256)',
  'function fixedNorm(bytes row) pure returns (uint256)',
  'function score(bytes query, bytes row) pure returns (uint64)',
  'function isDuplicate(bytes a, bytes b) pure returns (bool)',
  'function fastDot(bytes a, bytes b) pure returns (int256)',
  'function fastNorm(bytes row) pure returns (uint256)',
  'function fastScore(bytes query, bytes row) pure returns (uint64)',
  'function fastDuplicate(bytes a, bytes b) pure returns (bool)',
  'function weights(uint64[] scores) pure returns (uint16[])',
  'function codes(bytes sketch) pure returns (int8[])',
  'function open(IndexProof proof, bytes32 root, uint256 sketchBytes) pure returns (Entry[] entries)',
  'function rootOfMultiproof(bytes32[] leaves, bytes32[] siblings, bytes steps) pure returns (bytes32)',
  'function rootOfPlainMultiproof(bytes32[] leaves, bytes32[] siblings, bytes steps) pure returns (bytes32)',
  'function itemLeafOf(bytes32 itemHash) pure returns (bytes32)',
  'function itemHashOf(bytes32 salt, bytes content) pure returns (bytes32)',
  'function contributionId(uint32 dataset, uint32 contributor, bytes32 root, uint32 count) pure returns (bytes32)',
  'function verify(bytes32 root, bytes32[] leaves, bytes32[][] proofs) pure returns (bool)',
  'error Scoring_LengthsDiffer(uint256 a, uint256 b)',
  'error Scoring_CodeOutOfRange(uint256 index)',
])

/** Bytes of an influence index file before its first entry. */
const HEADER = 20

const recordsAbi = parseAbi([
  'struct Row { uint32 row; uint32 account; uint16 weight; }',
  'struct Decoded { bytes32 commitment; uint32 payer; uint64 feeGwei; Row[] rows; bytes sketch; }',
  'function decode(bytes batch, uint256 count, uint256 dims) pure returns (Decoded[] records, bytes32[] leaves)',
  'function commitmentOf(bytes32 requestHash, bytes32 responseHash, bytes32 salt) pure returns (bytes32)',
  'function write(bytes32[] topics, bytes data)',
  'function journal() view returns (uint48 count, bytes26 head)',
])

async function deploy() {
  const files = ['ScoringHarness', 'RecordsHarness'].map((name) => `test/contracts/harness/${name}.sol`)
  await hre.tasks.getTask('build').run({ files, quiet: true })
  const { viem } = await network.create()
  const reader = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  if (!wallet) throw new Error('The Hardhat network has accounts')
  const client = { public: reader, wallet }
  const { address: scoring } = await viem.deployContract('ScoringHarness')
  const { address: records } = await viem.deployContract('RecordsHarness')
  return {
    reader,
    scoring: getContract({ address: scoring, abi: scoringAbi, client }),
    records: getContract({ address: records, abi: recordsAbi, client }),
  }
}

describe('Solidity, given the vectors that TypeScript wrote', () => {
  let chain: Awaited<ReturnType<typeof deploy>>
  beforeAll(async () => {
    chain = await deploy()
  })

  it('unpacks every sketch to the same codes', async () => {
    for (const { sketch } of readVectors<Cases<typeof sketchVectors>>('sketches.json')) {
      expect(await chain.scoring.read.codes([sketch])).toEqual([...unpackSketch(hexToBytes(sketch))])
    }
  })

  it('refuses the nibble 0x8', async () => {
    await expect(chain.scoring.read.codes(['0x1118'])).rejects.toThrow(/Scoring_CodeOutOfRange[\s\S]*3/)
    await expect(chain.scoring.read.codes(['0x1181'])).rejects.toThrow(/Scoring_CodeOutOfRange[\s\S]*2/)
  })

  it('refuses to score sketches of different lengths', async () => {
    await expect(chain.scoring.read.dot(['0x1111', '0x11'])).rejects.toThrow(/Scoring_LengthsDiffer[\s\S]*2, 1/)
  })

  it('finds the same dot products, norms, scores and duplicates', async () => {
    for (const { query, row, ...found } of readVectors<Cases<typeof scoreVectors>>('scores.json')) {
      const plain = chain.scoring.read
      expect({
        dot: Number(await plain.dot([query, row])),
        norm: Number(await plain.fixedNorm([row])),
        score: Number(await plain.score([query, row])),
        duplicate: await plain.isDuplicate([query, row]),
      }).toEqual(found)
      const { fastDot, fastNorm, fastScore, fastDuplicate } = chain.scoring.read
      expect({
        dot: Number(await fastDot([query, row])),
        norm: Number(await fastNorm([row])),
        score: Number(await fastScore([query, row])),
        duplicate: await fastDuplicate([query, row]),
      }).toEqual(found)
    }
  })

  it('agrees with TypeScript on random models: fast and plain scores, duplicates, who is credited, and with what', async () => {
    const { score, fastScore, isDuplicate: plainDuplicate, fastDuplicate, weights } = chain.scoring.read
    const next = randomSource(2026)
    for (let model = 0; model < 12; model++) {
      const dims = 64 * (1 + integer(next, 8))
      const topK = 1 + integer(next, 16)
      const base = codes(next, dims)
      const rows = Array.from({ length: 20 }, (_, i) => ({
        row: i * 2 + integer(next, 2),
        codes: i % 4 === 0 ? nearby(next, base) : i % 5 === 0 ? new Int8Array(dims) : codes(next, dims),
      }))
      const query = model % 2 === 0 ? nearby(next, base) : codes(next, dims)
      const packed = bytesToHex(packSketch(query))
      const found = await Promise.all(
        rows.map(async (row) => {
          const sketch = bytesToHex(packSketch(row.codes))
          return {
            row: row.row,
            score: Number(await fastScore([packed, sketch])),
            plain: Number(await score([packed, sketch])),
            duplicate: await fastDuplicate([packed, sketch]),
            plainDuplicate: await plainDuplicate([packed, sketch]),
          }
        }),
      )
      expect(found).toEqual(
        rows.map((row) => {
          const same = isDuplicate(dot(query, row.codes), dot(query, query), dot(row.codes, row.codes))
          const expected = scoreOf(dot(query, row.codes), fixedNorm(row.codes))
          return { row: row.row, score: expected, plain: expected, duplicate: same, plainDuplicate: same }
        }),
      )
      const best = found
        .filter((each) => each.score > 0)
        .sort((a, b) => b.score - a.score || a.row - b.row)
        .slice(0, topK)
      const shares = await weights([best.map((each) => BigInt(each.score))])
      expect(best.map((each, i) => ({ row: each.row, score: each.score, weight: shares[i] }))).toEqual(
        attribute(query, candidatesOf(rows, dims), topK),
      )
    }
  })

  it('gives the same weights', async () => {
    for (const { scores, weights } of readVectors<Cases<typeof weightVectors>>('weights.json')) {
      expect(await chain.scoring.read.weights([scores.map(BigInt)])).toEqual(weights)
    }
  })

  it('agrees on whole attributions: scores, weights, and that no row left out scores higher', async () => {
    for (const { topK, query, rows, credited } of readVectors<Cases<typeof attributionVectors>>('attributions.json')) {
      const scored = await Promise.all(
        rows.map(async ({ row, sketch }) => ({ row, score: await chain.scoring.read.score([query, sketch]) })),
      )
      const best = scored
        .filter(({ score }) => score > 0n)
        .sort((a, b) => Number(b.score - a.score) || a.row - b.row)
        .slice(0, topK)
      const weights = await chain.scoring.read.weights([best.map(({ score }) => score)])
      expect(best.map(({ row, score }, i) => ({ row, score: Number(score), weight: weights[i] }))).toEqual(credited)
    }
  })

  it('verifies every Merkle proof with OpenZeppelin’s library, and none against another root', async () => {
    for (const { leaves, root, proofs } of readVectors<Cases<typeof merkleVectors>>('merkle.json')) {
      expect(await chain.scoring.read.verify([root, leaves, proofs])).toBe(true)
      const other: Hex = `0x${'11'.repeat(32)}`
      if (leaves.length > 0) expect(await chain.scoring.read.verify([other, leaves, proofs])).toBe(false)
    }
  })

  it('finds the same roots of multiproofs, fast and plain', async () => {
    for (const { leaves, siblings, steps, root } of readVectors<Cases<typeof multiproofVectors>>('multiproofs.json')) {
      expect(await chain.scoring.read.rootOfMultiproof([leaves, siblings, steps])).toBe(root)
      expect(await chain.scoring.read.rootOfPlainMultiproof([leaves, siblings, steps])).toBe(root)
    }
  })

  it('opens influence indexes to the same entries, leaf by leaf and several at once', async () => {
    for (const index of readVectors<Cases<typeof indexVectors>>('indexes.json')) {
      const { open, itemLeafOf, verify } = chain.scoring.read
      const sketchBytes = BigInt(index.dims / 2)
      const size = 72 + index.dims / 2
      const entries = await Promise.all(
        index.leaves.map(async (leaf, i) => {
          const start = HEADER + i * size
          const alone = { entries: slice(index.file, start, start + size), siblings: [], steps: '0x80' } as const
          const [entry] = await open([alone, leaf, sketchBytes])
          return entry
        }),
      )
      const items = await Promise.all(index.entries.map(({ itemHash }) => itemLeafOf([itemHash])))
      expect({ entries, items }).toEqual({ entries: index.entries, items: index.itemLeaves })
      expect(await verify([index.root, index.leaves, index.proofs])).toBe(true)
      const shown = index.entries.length > 1 ? [1, 2, 5] : [0]
      expect(await open([index.shown, index.root, sketchBytes])).toEqual(shown.map((i) => index.entries[i]))
    }
  })

  it('names the same items and contributions', async () => {
    for (const { dataset, contributor, items, root, contribution } of readVectors<Cases<typeof contributionVectors>>(
      'contributions.json',
    )) {
      const hashes = await Promise.all(
        items.map(({ salt, content }) => chain.scoring.read.itemHashOf([salt, stringToHex(content)])),
      )
      expect(hashes).toEqual(items.map(({ itemHash }) => itemHash))
      const name = await chain.scoring.read.contributionId([dataset, contributor, root, items.length])
      expect(name).toBe(contribution)
    }
  })

  it('decodes every batch to the same records, leaves and root', async () => {
    for (const { terms, batch, records, leaves, root, proofs } of readVectors<Cases<typeof batchVectors>>(
      'batches.json',
    )) {
      const [decoded, hashed] = await chain.records.read.decode([batch, BigInt(records.length), BigInt(terms.dims)])
      expect(decoded.map((record) => ({ ...record, feeGwei: record.feeGwei.toString() }))).toEqual(records)
      expect(hashed).toEqual(leaves)
      expect(await chain.scoring.read.verify([root, leaves, proofs])).toBe(true)
    }
  })

  it('commits to inferences alike', async () => {
    for (const { requestHash, responseHash, salt, commitment } of readVectors<Cases<typeof commitmentVectors>>(
      'commitments.json',
    )) {
      expect(await chain.records.read.commitmentOf([requestHash, responseHash, salt])).toBe(commitment)
    }
  })

  it('keeps the same journal, in the slot that the SDK names', async () => {
    let count = 0
    for (const { topics, data, slot } of readVectors<Cases<typeof journalVectors>>('journal.json')) {
      await chain.records.write.write([topics, data])
      count += 1
      expect(await chain.reader.getStorageAt({ address: chain.records.address, slot: JOURNAL_SLOT })).toBe(slot)
      expect(await chain.records.read.journal()).toEqual([count, slot.slice(0, 54)])
    }
  })
})
