import { numberToHex } from 'viem'
import { expect, it } from 'vitest'
import { findAncestor } from '../../../chain/blocks/reorg.ts'
import { connectNode } from '../../../chain/node/node.ts'
import { NotThereYet } from '../../../chain/node/nodeError.ts'
import type { Header } from '../../../chain/verify/header.ts'
import { startDevNode } from '../../support/devNodes.ts'
import { startLyingNode } from '../../support/lyingNode.ts'

it('a block that a node lacks below its head is no other branch', async () => {
  const dev = await startDevNode('anvil, of the newest fork')
  const lacking = await startLyingNode(dev.url, ({ params: [block], result }) =>
    block === numberToHex(38) ? null : result,
  )
  try {
    await dev.request('anvil_mine', ['0x28'])
    const ours = await connectNode(dev.url).blocks(0n, 40n)
    const stored = async (from: bigint, to: bigint) => ours.slice(Number(from), Number(to) + 1)
    const branch = { nodeHead: 40n, stored, verify: 'receipts', finalised: undefined } as const
    const find = (url: string, nodeHead: bigint) =>
      findAncestor(connectNode(url), { ...branch, nodeHead }, ours.at(-1) as Header, 0n)
    await expect(find(lacking.url, 40n)).rejects.toBeInstanceOf(NotThereYet)
    expect(await find(lacking.url, 37n)).toEqual({ kind: 'ancestor', ancestor: 37n })
    expect(await find(dev.url, 40n)).toEqual({ kind: 'ancestor', ancestor: 40n })
  } finally {
    await lacking.stop()
    await dev.stop()
  }
})
