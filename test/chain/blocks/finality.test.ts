import type { Hex } from 'viem'
import { expect, it } from 'vitest'
import { withMemory } from '../../../chain/blocks/chainTip.ts'
import { askTagged, falseTags, finalityAfter, type Tagged } from '../../../chain/blocks/finality.ts'
import { connectNode } from '../../../chain/node/node.ts'
import type { Header } from '../../../chain/verify/header.ts'
import { startDevNode } from '../../support/devNodes.ts'
import { startLyingNode } from '../../support/lyingNode.ts'

const hashOf = (number: bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`
const headerAt = (number: bigint): Header => ({ number, hash: hashOf(number) }) as unknown as Header
const NOTHING = { safe: undefined, finalised: undefined }

function tagged(safe: bigint | undefined, finalised: bigint | undefined): Tagged {
  const header = (number: bigint | undefined) => (number === undefined ? undefined : headerAt(number))
  return { safe: header(safe), finalised: header(finalised) }
}

it('a node’s tags say what is safe and final', () => {
  expect(finalityAfter('tag', {}, tagged(990n, 900n), 1_000n)).toEqual({ safe: 990n, finalised: 900n })
})

it('64 blocks count where a node has no such tag, and nothing on a chain that is shorter', () => {
  expect(finalityAfter('tag', {}, NOTHING, 1_000n)).toEqual({ safe: undefined, finalised: 936n })
  expect(finalityAfter('tag', {}, NOTHING, 63n)).toEqual(NOTHING)
})

it('none count where a node only has no tag for now, as after a restart', () => {
  const tagging = new Set<string>()
  expect(withMemory(tagging, 'http://node', NOTHING)).toEqual(NOTHING)
  withMemory(tagging, 'http://node', tagged(990n, 900n))
  const now = withMemory(tagging, 'http://node', NOTHING)
  expect(finalityAfter('tag', { finalised: 900n }, now, 1_000n)).toEqual({ safe: undefined, finalised: 900n })
  expect(withMemory(tagging, 'http://other', NOTHING)).toEqual(NOTHING)
})

it('so many blocks count as were asked for, whatever the node takes to be final', () => {
  expect(finalityAfter(10n, {}, tagged(995n, 900n), 1_000n)).toEqual({ safe: 995n, finalised: 990n })
})

it('what was final stays final, whatever a node says later', () => {
  const before = { safe: 990n, finalised: 900n }
  expect(finalityAfter('tag', before, tagged(950n, 100n), 1_000n)).toEqual({ safe: 950n, finalised: 900n })
  expect(finalityAfter('tag', before, NOTHING, 905n)).toEqual({ safe: undefined, finalised: 900n })
  expect(finalityAfter(500n, before, tagged(1n, 1n), 1_000n)).toEqual({ safe: 900n, finalised: 900n })
})

it('nothing counts as final that is not stored, so that an invented height has no lasting effect', () => {
  expect(finalityAfter('tag', {}, tagged(2n ** 60n, 2n ** 60n), 70n)).toEqual({ safe: 70n, finalised: 70n })
})

it('a tagged block on another branch than the node’s own is a contradiction that names it', () => {
  const ours = (number: bigint) => (number > 950n ? undefined : hashOf(number))
  expect(falseTags('off', tagged(990n, 900n), ours)).toBeUndefined()
  expect(falseTags('off', { safe: undefined, finalised: { ...headerAt(900n), hash: hashOf(1n) } }, ours)).toEqual({
    what: 'The finalised block of a node is not on its own branch',
    facts: { block: 900n, hash: hashOf(1n), hashOnItsBranch: hashOf(900n) },
    mayPass: true,
  })
})

it('a real node’s tagged blocks are asked for, hash to their hashes, and are found out once they are changed', async () => {
  const dev = await startDevNode('anvil, of the newest fork')
  try {
    await dev.request('anvil_mine', ['0x64'])
    const node = connectNode(dev.url)
    const head = await node.latest()
    const heard = await askTagged(node, 'tag')
    expect(falseTags('receipts', heard, () => undefined)).toBeUndefined()
    expect(finalityAfter('tag', {}, heard, head.number)).toEqual({ safe: 68n, finalised: 36n })
    expect(await askTagged(node, 10n)).toEqual({ safe: heard.safe, finalised: undefined })

    const liar = await startLyingNode(dev.url, ({ params: [tag], result }) =>
      tag === 'finalized' ? { ...(result as object), number: '0x1' } : result,
    )
    const told = await askTagged(connectNode(liar.url), 'tag')
    expect(falseTags('receipts', told, () => undefined)).toMatchObject({
      what: 'The header of a block does not hash to its hash',
      facts: { block: 1n },
    })
    await liar.stop()

    const without = await startLyingNode(dev.url, ({ params: [tag], result }) =>
      tag === 'finalized' || tag === 'safe' ? null : result,
    )
    expect(await askTagged(connectNode(without.url), 'tag')).toEqual(NOTHING)
    await without.stop()
  } finally {
    await dev.stop()
  }
})
