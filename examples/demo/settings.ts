import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { DEFAULT_PAY } from '../../pipeline/publish/payTerms.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { placesIn } from './places.ts'

export const TASK_NAMES = ['mail', 'speeches'] as const

const taskSchema = z.strictObject({
  task: z.enum(TASK_NAMES),
  rows: z.union([z.int().positive(), z.literal('all')]),
  heldOut: z.int().positive(),
  contributors: z.int().min(8),
})
export type TaskScenario = z.infer<typeof taskSchema>

/** What a demo is about: its answer depends on this and on nothing else. */
const scenarioSchema = z.strictObject({
  seed: z.int().nonnegative(),
  tasks: z.array(taskSchema).min(1),
  batchSize: z.int().positive(),
  maxTokens: z.int().positive(),
  /** Also trains a twin in full precision, to say what quantisation costs; doubles the encoding. */
  compareFullPrecision: z.boolean(),
})

export type Scenario = z.infer<typeof scenarioSchema>

export interface DemoSettings extends Scenario {
  readonly folder: string
  /** Frozen features and retrainings outlive a fresh start: they depend on texts and base only. */
  readonly cacheFolder: string
  readonly rpcPort: number
  readonly apiPort: number
  readonly gatewayPort: number
}

/** Tasks of the same size, of which the first one is asked twice as much. */
export function taskScenarios(tasks: readonly TaskScenario['task'][], first: Omit<TaskScenario, 'task'>) {
  return tasks.map((task, i): TaskScenario => {
    const heldOut = i === 0 ? first.heldOut : Math.ceil(first.heldOut / 2)
    return { task, ...first, heldOut }
  })
}

/** What every step of the demo pays and asks, in gwei-OPEN and basis points. */
export const DEMO_TERMS = {
  feeUnits: 20,
  pay: DEFAULT_PAY,
  shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
  baseRoyaltyBps: 500,
  treasuryBps: 200,
  epochSeconds: 86_400,
  /** So little that every day's calls close a book of their own. */
  minBookGwei: 100_000_000n,
} as const

/** What a call costs. */
export const FEE_GWEI = BigInt(DEMO_TERMS.feeUnits) * DEMO_TERMS.pay.feeUnitGwei

/** A folder holds one scenario; going on in it with another would mix two scenarios. */
export function keepScenario(settings: DemoSettings): void {
  const path = placesIn(settings).scenario
  const scenario = scenarioSchema.strip().parse(settings)
  if (!existsSync(path)) {
    writeWhole(path, `${JSON.stringify(scenario, null, 2)}\n`)
    return
  }
  const stored = readScenario(path)
  const asked = (Object.keys(scenario) as (keyof Scenario)[]).find(
    (key) => JSON.stringify(scenario[key]) !== JSON.stringify(stored?.[key]),
  )
  if (asked === undefined) return
  throw new StopError(
    `${settings.folder} holds a demo of other ${asked} than were asked for`,
    { there: JSON.stringify(stored?.[asked]), asked: JSON.stringify(scenario[asked]) },
    'Add --fresh to start again, or leave the option out to continue.',
  )
}

function readScenario(path: string): Scenario | undefined {
  const parsed = scenarioSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  return parsed.success ? parsed.data : undefined
}
