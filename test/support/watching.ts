import { expect } from 'vitest'
import type { DrawnRows } from '../../bench/gas/drawnModel.ts'
import { type Context, type DeclaredModel, declareUnits, WATCHER_KEY, watchArgs } from '../fraud/context.ts'
import { type Told, unitLies } from '../fraud/unitLies.ts'
import { keyOf } from './keyOf.ts'
import type { LocalModel } from './localModel.ts'
import { type Typed, type } from './typed.ts'

/** Watching a chain as people do, and reading what the watcher wrote. */

export const WATCHER = { ATTRIBUTION_PRIVATE_KEY: keyOf(WATCHER_KEY) }
export const HALF_A_DAY = 43_201

/** The lines that a watcher wrote, by what happened. */
export function lines({ out }: Typed, event: string): readonly Record<string, unknown>[] {
  const all = out.split('\n').filter((line) => line.startsWith('{'))
  return all.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line.event === event)
}

export function watchOnce(context: Context, ...more: readonly string[]): Promise<Typed> {
  return type('cli/main.ts', ['watch', ...watchArgs(context), '--once', ...more], WATCHER)
}

/** Once, while blocks come. */
export async function watchOnceWithBlocks(context: Context, ...more: readonly string[]): Promise<Typed> {
  const stopMining = context.keepMining()
  const watched = await watchOnce(context, ...more)
  stopMining()
  expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
  return watched
}

/** Registers units that are false. */
export function lie(context: Context, kind: string, seed: number, other: DeclaredModel = {}): Promise<LocalModel> {
  const told = (drawn: DrawnRows): Told => {
    const lied = unitLies[kind]?.(drawn, context.draw)
    if (lied === undefined) throw new Error(`Nobody lies by ${kind}`)
    return lied
  }
  return declareUnits(context, seed, told, other)
}

export async function struckUnits({ local }: Context, model: number): Promise<readonly number[]> {
  const { reader, contracts, fromBlock } = local.connection
  const filter = { ...contracts.models, eventName: 'UnitStruck', args: { model }, fromBlock, strict: true } as const
  return (await reader.getContractEvents(filter)).map(({ args }) => args.unit)
}
