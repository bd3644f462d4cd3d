import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployLedger, standsOn } from '../../scripts/deploy/deploy.ts'
import { connect } from '../../sdk/contracts.ts'
import { act, transact } from '../../sdk/transact.ts'
import { type LocalLedger, startLocalLedger } from './localLedger.ts'

describe('a deployment', () => {
  let local: LocalLedger
  beforeAll(async () => {
    local = await startLocalLedger(1)
  })
  afterAll(() => local.stop())

  it('stands on its chain, and opened the treasury’s account first', async () => {
    const { connection, deployment, cast } = local
    const { reader, contracts } = connection
    expect(await standsOn(reader, deployment)).toBe(true)
    const treasury = await reader.readContract({
      ...contracts.accounts,
      functionName: 'accountOf',
      args: [cast.treasury.address],
    })
    expect(treasury).toBe(1)
  })

  it('is resumed from its journal: a second pass sends nothing and knows where it began', async () => {
    const { connection, rpcUrl, cast, folder } = local
    const request = { name: 'kept', rpcUrl, deployer: cast.deployer, ignitionFolder: join(folder, 'ignition') }
    const began = Number(await connection.reader.getBlockNumber()) + 1
    const first = await deployLedger(request)
    const block = await connection.reader.getBlockNumber()
    expect(await deployLedger(request)).toEqual(first)
    expect(await connection.reader.getBlockNumber()).toBe(block)
    expect(first.startBlock).toBe(began)
  })

  it('lets its guardian pause, its admin set the treasury’s share, and nobody else', async () => {
    const { rpcUrl, cast, walletOf } = local
    const guarded = await deployLedger({
      name: 'guarded',
      rpcUrl,
      deployer: cast.deployer,
      guardian: cast.owner.address,
    })
    const { reader, contracts } = await connect(rpcUrl, guarded)
    const pause = act(contracts.ledger, 'pauseRecording', [])
    const share = act(contracts.ledger, 'setTreasuryShare', [300])
    await expect(transact(reader, walletOf(cast.deployer), pause)).rejects.toMatchObject({
      errorName: 'AccessManagedUnauthorized',
    })
    await expect(transact(reader, walletOf(cast.owner), share)).rejects.toMatchObject({
      errorName: 'AccessManagedUnauthorized',
    })
    await transact(reader, walletOf(cast.owner), pause)
    await transact(reader, walletOf(cast.deployer), share)
    expect([
      await reader.readContract({ ...contracts.ledger, functionName: 'recordingPaused' }),
      await reader.readContract({ ...contracts.ledger, functionName: 'treasuryBps' }),
    ]).toEqual([true, 300])
  })
})
