import { type Hex, numberToHex, toFunctionSelector } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clockAt } from '../../../chain/clock.ts'
import { MayPass } from '../../../chain/contradiction.ts'
import { identify, identifyAll } from '../../../chain/node/identity.ts'
import { connectNode } from '../../../chain/node/node.ts'
import { NotThereYet } from '../../../chain/node/nodeError.ts'
import { StopError } from '../../../sdk/errors.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import { startLyingNode } from '../../support/lyingNode.ts'

describe('a node that is asked whose history it holds', () => {
  let ledger: LocalLedger

  beforeAll(async () => {
    ledger = await startLocalLedger(0)
  })
  afterAll(() => ledger?.stop())

  it('is that of the deployment file', async () => {
    const { rpcUrl, deployment } = ledger
    expect(deployment.treasury).toBe(1)
    expect(await identify(connectNode(rpcUrl), deployment)).toMatchObject({ treasury: 1n })
  })

  it('and has not reached the deployment, or has servers that have not, is asked again later', async () => {
    const behind = await startLyingNode(ledger.rpcUrl, ({ method, params: [block], result }) => {
      if (method === 'eth_getCode') return '0x'
      return method === 'eth_getBlockByNumber' && block === 'latest' ? { ...(result as object), number: '0x0' } : result
    })
    const deployment = { ...ledger.deployment, startBlock: 1 }
    await expect(identify(connectNode(behind.url), deployment)).rejects.toBeInstanceOf(MayPass)
    await behind.stop()
    const differing = await startLyingNode(ledger.rpcUrl, ({ method, result }) =>
      method === 'eth_call' ? '0x' : result,
    )
    await expect(identify(connectNode(differing.url), deployment)).rejects.toBeInstanceOf(NotThereYet)
    await differing.stop()
  })

  it('is asked again where its first answers are null, and stops the start where there never is a contract', async () => {
    let nulls = 2
    const hesitant = await startLyingNode(ledger.rpcUrl, ({ result }) => (nulls-- > 0 ? null : result))
    const clock = clockAt(50)
    const node = connectNode(hesitant.url, { clock })
    expect(await identifyAll([node], ledger.deployment)).toMatchObject({ treasury: 1n })
    await hesitant.stop()
    const later = { ...ledger.deployment, startBlock: 1_000_000 }
    const contracts = { ...later.contracts, clock: `0x${'00'.repeat(19)}07` as const }
    const absent = identifyAll([connectNode(ledger.rpcUrl, { clock })], { ...later, contracts })
    await expect(absent).rejects.toThrow(/^There is no contract at the address of clock/)
  })

  it('and lies about the treasury is left out at once', async () => {
    const selector = toFunctionSelector('treasury()')
    const liar = await startLyingNode(ledger.rpcUrl, ({ method, params: [call], result }) =>
      method === 'eth_call' && (call as { data: Hex }).data === selector ? numberToHex(7, { size: 32 }) : result,
    )
    const asked = identify(connectNode(liar.url), ledger.deployment)
    await expect(asked).rejects.toThrow(StopError)
    await expect(asked).rejects.toMatchObject({
      message: `The node at ${liar.url} gives another treasury of the Settlement than the deployment file`,
      facts: { deployed: 1, found: 7 },
    })
    const { treasury: _, ...unwritten } = ledger.deployment
    expect(await identify(connectNode(liar.url), unwritten)).toMatchObject({ treasury: 7n })
    await liar.stop()
  })
})
