import { bytesToHex, concatHex, hexToBytes } from 'viem'
import { unitContributions } from '../../../attribution/unitPlan.ts'
import { encodeUnitTotal } from '../../../attribution/unitTotalBytes.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { itemHashOf, rawUnitHeaders, splitRowIndex } from '../../../sdk/rawRowIndex.ts'
import { membersOf } from '../../../sdk/registeredUnits.ts'
import { nothingRead, readOn, rowPages } from '../../../sdk/rowsRead.ts'
import { showItem, showRow, showUnit } from '../../../sdk/unitProof.ts'
import type { Actions, Context } from './context.ts'
import { K, type Runs } from './models.ts'

/** What goes wrong with units, and what becomes of it before the UnitCourt. */

const ALL_ROWS = 2 ** 32 - 1

export function unitActions(context: Context, runs: Runs): Actions {
  const { ledger, random, send, challenge } = context
  const { connection, wallets } = ledger
  const { reader, contracts, fromBlock } = connection
  const { fineTunes, models, unitCourt } = contracts

  /** Some registered model that has rows, with what the scenario knows of it. */
  const known = async (wanted?: number) => {
    const activated = await reader.getContractEvents({
      ...models,
      eventName: 'ModelActivated',
      fromBlock,
      strict: true,
    })
    const model = wanted ?? random.pick(activated).args.model
    const begun = { ...fineTunes, eventName: 'FineTuneBegun', args: { model }, fromBlock, strict: true } as const
    const { fineTune } = random.pick(await reader.getContractEvents(begun)).args
    const run = runs.get(fineTune.manifestHash)
    if (run?.units === undefined) throw new RangeError('It has no rows')
    const raw = splitRowIndex(run.units.file)
    const headers = rawUnitHeaders(raw, unitContributions(run.plan))
    return { model, run, units: run.units, raw, headers }
  }
  const anyUnit = async () => {
    const found = await known()
    return { ...found, unit: random.below(found.headers.length) }
  }
  const challenger = () => random.pick(wallets.contributors)

  return {
    demandUnit: async () => {
      const { model, unit } = await anyUnit()
      return await challenge(challenger(), callTo(unitCourt, 'demandUnit', [random.hex(32), model, unit]))
    },
    showUnit: async () => {
      const asked = { ...unitCourt, eventName: 'UnitDemanded', fromBlock, strict: true } as const
      const { model, unit } = random.pick((await reader.getContractEvents(asked)).slice(-2)).args
      const { raw, headers } = await known(model)
      const terms = { k: K, unitCount: headers.length, total: undefined }
      let read = nothingRead(terms)
      for (const page of rowPages(raw.units[unit] ?? [], 2_000)) {
        const bytes = concatHex(page.map((row) => bytesToHex(row)))
        await send(wallets.owner, callTo(unitCourt, 'showUnit', [model, showUnit(headers, unit), bytes, read]))
        read = readOn(read, page, terms)
      }
    },
    demandItem: async () => {
      const { model, unit, headers } = await anyUnit()
      const index = random.below((headers[unit]?.rows ?? 0) + 1)
      return await challenge(challenger(), callTo(unitCourt, 'demandItem', [random.hex(32), model, unit, index]))
    },
    showItem: async () => {
      const asked = { ...unitCourt, eventName: 'ItemDemanded', fromBlock, strict: true } as const
      const { model, unit, index } = random.pick((await reader.getContractEvents(asked)).slice(-2)).args
      const { run, raw, headers } = await known(model)
      const shown = showUnit(headers, unit)
      if (index >= shown.rows) {
        const nothing = { dataset: 1, itemsRoot: random.hex(32), itemCount: 1, member: 0, path: [] }
        const call = callTo(unitCourt, 'showItem', [model, shown, { index, row: '0x', path: [] }, nothing])
        return await send(wallets.owner, call)
      }
      const row = showRow(raw, unit, index)
      const item = itemHashOf(hexToBytes(row.row))
      const holder = run.contributions.find(({ itemHashes }) => itemHashes.includes(item))
      if (holder === undefined) throw new RangeError('Nobody contributed it')
      const member = membersOf(run.plan, unit).findIndex(({ contribution }) => contribution === holder.id)
      const call = callTo(unitCourt, 'showItem', [model, shown, row, showItem(holder, item, Math.max(member, 0))])
      return await send(wallets.owner, call)
    },
    closeUnitDemand: async () => {
      const ofUnits = await reader.getContractEvents({
        ...unitCourt,
        eventName: 'UnitDemanded',
        fromBlock,
        strict: true,
      })
      const ofItems = await reader.getContractEvents({
        ...unitCourt,
        eventName: 'ItemDemanded',
        fromBlock,
        strict: true,
      })
      const { model, unit, index } = random.pick([
        ...ofUnits.map(({ args }) => ({ ...args, index: ALL_ROWS })),
        ...ofItems.map(({ args }) => args),
      ])
      return await send(random.pick(wallets.payers), callTo(unitCourt, 'closeUnitDemand', [model, unit, index]))
    },
    proveFalseUnit: async () => {
      const { model, units, raw, headers } = await known()
      const rows = concatHex((raw.units[0] ?? []).map((row) => bytesToHex(row)))
      const read = nothingRead({ k: K, unitCount: headers.length, total: units.total })
      const total = bytesToHex(encodeUnitTotal(units.total))
      const args = [random.hex(32), model, showUnit(headers, 0), total, rows, read] as const
      return await challenge(challenger(), callTo(unitCourt, 'proveFalseUnit', args))
    },
  }
}
