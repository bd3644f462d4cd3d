import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { writeWhole } from '../../pipeline/publish/writeWhole.ts'
import { StopError } from '../../sdk/errors.ts'
import { placesIn } from './places.ts'

/** What a demo is about: its answer depends on this and on nothing else. */
const scenarioSchema = z.strictObject({
  seed: z.int().nonnegative(),
  rows: z.union([z.int().positive(), z.literal('all')]),
  heldOut: z.int().positive(),
  contributors: z.int().min(8),
  batchSize: z.int().positive(),
  maxTokens: z.int().positive(),
  /** Also trains a twin in full precision, to say what quantisation costs; doubles the encoding. */
  compareFullPrecision: z.boolean(),
})

export type Scenario = z.infer<typeof scenarioSchema>

export interface DemoSettings extends Scenario {
  readonly folder: string
  /** Frozen features outlive a fresh start: they depend on texts and base only. */
  readonly cacheFolder: string
  readonly rpcPort: number
  readonly apiPort: number
}

export const DEFAULT_SCENARIO: Scenario = {
  seed: 1,
  rows: 1_600,
  heldOut: 400,
  contributors: 40,
  batchSize: 200,
  maxTokens: 64,
  compareFullPrecision: true,
}

/** What every step of the demo pays and asks, in gwei-OPEN and basis points. */
export const DEMO_TERMS = {
  feeGwei: 20_000_000n,
  maxFeeGwei: 50_000_000n,
  shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
  baseRoyaltyBps: 500,
  treasuryBps: 200,
  epochSeconds: 86_400,
} as const

/** A folder holds one scenario; going on in it with another would mix two stories. */
export function keepScenario(settings: DemoSettings): void {
  const path = placesIn(settings).scenario
  const scenario = scenarioSchema.strip().parse(settings)
  if (!existsSync(path)) {
    writeWhole(path, `${JSON.stringify(scenario, null, 2)}\n`)
    return
  }
  const stored = scenarioSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const changed = (Object.keys(scenario) as (keyof Scenario)[]).find((key) => scenario[key] !== stored[key])
  if (changed === undefined) return
  throw new StopError(
    `${settings.folder} holds a demo with ${changed} ${stored[changed]}, and ${scenario[changed]} was asked for`,
    {},
    'Add --fresh to begin anew, or leave the option out to continue.',
  )
}
