import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { ensureBond } from '../../gateway/bond.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import type { Receipt } from '../../sdk/receipt.ts'
import { receiptSchema } from '../../sdk/receipt.ts'
import { signedBy } from '../support/attribution.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { type Running, start } from '../support/typed.ts'
import { startSharedDatabase } from './database.ts'
import { FEE_UNITS, type LocalGateway, MODEL, publicationOf, startLocalGateway } from './localGateway.ts'
import { recordedLeaves, wronglyRecorded } from './recorded.ts'

/** So many kills -9, at moments drawn from the seed: `KILLS=100 vitest run test/gateway/kills.test.ts`. */
const KILLS = Number(process.env.KILLS ?? 4)
const SEED = Number(process.env.SEED ?? 1)
const CALLERS = 6

describe('a gateway that is killed', () => {
  let its: LocalGateway
  let database: Awaited<ReturnType<typeof startSharedDatabase>>
  beforeAll(async () => {
    database = await startSharedDatabase()
    its = await startLocalGateway()
    const { local, registered, operator } = its
    deploymentFileOf(local)
    for (const bond of [bondOfAccount(operator), bondOfModel(registered.model)])
      await ensureBond(local.connection, local.walletOf(local.wallets.deployer), bond, 10n ** 14n)
    const { indexFile, ...published } = publicationOf(registered)
    writeFileSync(join(local.folder, 'rows.index'), indexFile)
    const { ATTRIBUTION_PRIVATE_KEY: key } = signedBy(3)
    const settings = { rpcUrl: local.rpcUrl, databaseUrl: database.url, published, operator, key }
    writeFileSync(join(local.folder, 'gateway.json'), JSON.stringify(settings))
  })
  afterAll(async () => {
    await its?.local.stop()
    await database?.stop()
  })

  const startProcess = async (): Promise<{ readonly running: Running; readonly url: string }> => {
    const script = new URL('gatewayProcess.ts', import.meta.url).pathname
    const running = start(script, [its.local.folder])
    await running.said('at http')
    return { running, url: /at (\S+)/.exec(running.output())?.[1] ?? '' }
  }

  it(
    'loses no answered call and no voucher, and records and charges nothing twice',
    async () => {
      const random = randomSource(SEED)
      const answered = new Map<string, string>()
      let asked = 0
      let last = 'nothing'
      for (let kill = 0; kill <= KILLS; kill++) {
        const { running, url } = await startProcess()
        let isOver = false
        const call = async (): Promise<void> => {
          asked += 1
          const key = `call ${asked}`
          const voucher = await its.voucher(its.channels[0], asked * FEE_UNITS + 100_000 * (kill + 1))
          try {
            const response = await fetch(`${url}/v1/classifications`, {
              method: 'POST',
              headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...voucher },
              body: JSON.stringify({ model: MODEL, input: key }),
            })
            last = `${response.status} ${await response.text()}`
            if (response.ok) answered.set(key, response.headers.get('attribution-receipt') ?? '')
          } catch {
            // It was killed: whether the call was taken, its database says.
          }
        }
        const callers = Array.from({ length: CALLERS }, async () => {
          while (!isOver) await call()
        })
        const before = answered.size
        const hasAnswered = async () => expect(answered.size, `kill ${kill}, ${last}`).toBeGreaterThan(before)
        await vi.waitFor(hasAnswered, { timeout: 60_000, interval: 5 })
        await sleep((random() >>> 0) % 700)
        running.signal('SIGKILL')
        isOver = true
        await Promise.all(callers)
        await running.ended
      }
      expect(answered.size).toBeGreaterThan(KILLS)
      const { running, url } = await startProcess()
      const receipts: Receipt[] = []
      for (const address of answered.values()) {
        const response = await fetch(`${url}${address}`)
        receipts.push(receiptSchema.parse((await response.json()).receipt))
      }
      running.signal('SIGTERM')
      expect((await running.ended).code).toBe(0)
      expect(await wronglyRecorded(its, receipts)).toEqual([])
      const { leaves, units } = await recordedLeaves(its)
      // A caller that was not told of an answer that was kept pays for it as for the others.
      expect(units).toBe(leaves.size * FEE_UNITS)
      expect(await its.chargedOn(its.channels[0])).toBe(units)
      process.stdout.write(`${KILLS} kills: ${asked} asked, ${answered.size} answered, ${leaves.size} recorded\n`)
    },
    KILLS * 30_000 + 120_000,
  )
})
