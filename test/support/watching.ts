import { expect } from 'vitest'
import type { DrawnRows } from '../../bench/gas/drawnModel.ts'
import { type Stage, type ToldModel, tellUnits, WATCHER_KEY, watchArgs } from '../fraud/stage.ts'
import { type Told, unitLies } from '../fraud/unitLies.ts'
import { keyOf } from './keyOf.ts'
import type { LocalModel } from './localModel.ts'
import { type Typed, type } from './typed.ts'

/** Watching a stage as people do, and reading what the watcher wrote. */

export const WATCHER = { ATTRIBUTION_PRIVATE_KEY: keyOf(WATCHER_KEY) }
export const HALF_A_DAY = 43_201

/** The lines that a watcher wrote, by what happened. */
export function lines({ out }: Typed, event: string): readonly Record<string, unknown>[] {
  const all = out.split('\n').filter((line) => line.startsWith('{'))
  return all.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line.event === event)
}

export function watchOnce(stage: Stage, ...more: readonly string[]): Promise<Typed> {
  return type('cli/main.ts', ['watch', ...watchArgs(stage), '--once', ...more], WATCHER)
}

/** Once, while blocks come. */
export async function watchOnceWithBlocks(stage: Stage, ...more: readonly string[]): Promise<Typed> {
  const stopMining = stage.keepMining()
  const watched = await watchOnce(stage, ...more)
  stopMining()
  expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
  return watched
}

/** Registers units that are false. */
export function lie(stage: Stage, kind: string, seed: number, other: ToldModel = {}): Promise<LocalModel> {
  const told = (drawn: DrawnRows): Told => {
    const lied = unitLies[kind]?.(drawn, stage.draw)
    if (lied === undefined) throw new Error(`Nobody lies by ${kind}`)
    return lied
  }
  return tellUnits(stage, seed, told, other)
}

export async function struckUnits({ local }: Stage, model: number): Promise<readonly number[]> {
  const { reader, contracts, fromBlock } = local.connection
  const filter = { ...contracts.models, eventName: 'UnitStruck', args: { model }, fromBlock, strict: true } as const
  return (await reader.getContractEvents(filter)).map(({ args }) => args.unit)
}
