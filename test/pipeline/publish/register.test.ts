import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageLimits, resumeRegistration, sketchedPages } from '../../../pipeline/publish/register.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import { registerLocalModel } from '../../support/localModel.ts'

const ITEMS = [40, 5, 22, 3, 60]

describe('a registration in pages', () => {
  let local: LocalLedger
  beforeAll(async () => {
    local = await startLocalLedger(ITEMS.length)
  })
  afterAll(() => local?.stop())

  const termsOf = async (model: number) => {
    const { reader, contracts } = local.connection
    return await reader.readContract({ ...contracts.models, functionName: 'rowTermsOf', args: [model] })
  }

  it('is the same model in one page and in many', async () => {
    const whole = await registerLocalModel(local, { items: ITEMS, seed: 3 })
    const parts = await registerLocalModel(local, { items: ITEMS, seed: 3, limits: { contributions: 1, units: 2 } })
    const { registeredIn: _, ...expected } = await termsOf(whole.model)
    expect(await termsOf(parts.model)).toMatchObject(expected)
  })

  it('goes on after it broke off, wherever that was, and refuses pages that do not follow', async () => {
    const { connection, wallets, walletOf } = local
    const limits = { contributions: 2, units: 2 }
    for (const pages of [1, 2]) {
      const begun = await registerLocalModel(local, { items: ITEMS, seed: 4 + pages, limits, pages })
      await expect(termsOf(begun.model)).rejects.toThrow('Models_NotServable')
      const all = sketchedPages(begun.units, limits)
      const others = sketchedPages(begun.units, { contributions: 3, units: 3 })
      const resume = (given: typeof all) =>
        resumeRegistration(connection, walletOf(wallets.owner), begun.model, begun.fineTune, given)
      await expect(resume(others)).rejects.toThrow(`broke off after ${2 * pages} contributions`)
      await resume(all)
      expect(await termsOf(begun.model)).toMatchObject({ indexRoot: begun.units.root })
    }
  })

  it('keeps every page within one contract’s code', () => {
    for (const k of [0, 64, 256, 1_024]) {
      const { contributions, units } = pageLimits(k)
      expect(6 * contributions + (16 + k / 2) * units).toBeLessThan(24_576)
    }
  })
})
