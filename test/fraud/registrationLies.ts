import { bytesToHex, type Hex, hexToBytes, numberToBytes, zeroHash } from 'viem'
import { drawRows, unitsOf } from '../../bench/gas/drawnModel.ts'
import type { FineTune } from '../../pipeline/publish/fineTune.ts'
import { beginAct, type Page, sketchedPages } from '../../pipeline/publish/register.ts'
import type { UnitIndex } from '../../pipeline/publish/unitIndex.ts'
import { localFineTune } from '../support/localModel.ts'
import { type Context, K } from './context.ts'
import type { Deceit, Deceits } from './deceit.ts'
import type { Draw } from './draw.ts'

/** An honest registration of one page. */
interface Fair {
  readonly fineTune: FineTune
  readonly page: Page
  readonly units: UnitIndex
  readonly draw: Draw
}

const UNIT_HEAD_BYTES = 40
const UNIT_BYTES = UNIT_HEAD_BYTES + K / 2
const ROWS_AT = 32
const PEAK_AT = 36

/** Every way to register what the contracts can see to be false. */
export const registrationLies: Deceits = {
  'a code of a unit is none': register('FineTunes_SketchOutOfRange', ({ page, units, draw }) => {
    const at = draw.below(units.given.length) * UNIT_BYTES + UNIT_HEAD_BYTES + draw.below(K / 2)
    const byte = (hexToBytes(page.units)[at] as number) & 0x0f
    return { page: { ...page, units: withByte(page.units, at, 0x80 | byte) } }
  }),
  'a total that is not the units’': register('FineTunes_TotalDiffers', ({ page, draw }) => {
    const at = draw.below(4 * K)
    return { page: { ...page, total: withByte(page.total, at, (hexToBytes(page.total)[at] as number) ^ 1) } }
  }),
  'a total of another length': register('FineTunes_TotalDiffers', ({ page, draw }) => ({
    page: { ...page, total: bytesToHex(hexToBytes(page.total).slice(4 * (1 + draw.below(K)))) },
  })),
  'a unit above the planned peak': register('FineTunes_PeakOutOfRange', ({ fineTune, page, units, draw }) => {
    const at = draw.below(units.given.length) * UNIT_BYTES + PEAK_AT
    return { page: { ...page, units: withUint32(page.units, at, fineTune.plan.maxPeak + 1 + draw.below(9)) } }
  }),
  'a planned peak that no unit reaches': register('FineTunes_PeakUnreached', ({ fineTune, draw }) => ({
    fineTune: planned(fineTune, { maxPeak: fineTune.plan.maxPeak + 1 + draw.below(3) }),
  })),
  'rows that are not the items of their contribution': register('FineTunes_RowsOutOfRange', ({ page, draw }) => {
    const at = ROWS_AT
    const rows = new DataView(hexToBytes(page.units).buffer).getUint32(at)
    return { page: { ...page, units: withUint32(page.units, at, rows + 1 + draw.below(9)) } }
  }),
  'more kept rows than items': register('FineTunes_KeptOutOfRange', ({ page, draw }) => ({
    page: { ...page, kept: page.kept.map((kept, i) => (i === 0 ? kept + 1_000 + draw.below(9) : kept)) },
  })),
  'a contribution twice': register('FineTunes_ContributionsUnsorted', ({ page, draw }) => {
    const at = 1 + draw.below(page.contributions.length - 1)
    return { page: { ...page, contributions: page.contributions.with(at, page.contributions[at - 1] as Hex) } }
  }),
  'a contribution of no version': register('FineTunes_NotIncluded', ({ page, draw }) => ({
    page: { ...page, contributions: [draw.hash()], kept: [20] },
  })),
  'fewer units than planned': register('FineTunes_UnitsOutOfRange', ({ fineTune }) => ({
    fineTune: planned(fineTune, { count: fineTune.plan.count + 1 }),
  })),
  'more units than planned': register('FineTunes_UnitsOutOfRange', ({ fineTune }) => ({
    fineTune: planned(fineTune, { count: 1 }),
  })),
  'another number of rows in joint units': register('FineTunes_JointRowsDiffer', ({ fineTune, draw }) => ({
    fineTune: planned(fineTune, { jointRows: fineTune.plan.jointRows + 1 + draw.below(3) }),
  })),
  'a version twice': register('FineTunes_VersionsUnsorted', ({ fineTune }) => ({
    fineTune: { ...fineTune, versions: [...fineTune.versions, ...fineTune.versions] },
  })),
  'a run without a manifest': register('FineTunes_ZeroHash', ({ fineTune }) => ({
    fineTune: { ...fineTune, manifestHash: zeroHash },
  })),
}

function register(error: string, lie: (fair: Fair) => { readonly fineTune?: FineTune; readonly page?: Page }) {
  return async (context: Context, draw: Draw): Promise<Deceit> => {
    const { contracts } = context.local.connection
    const seed = draw.below(2 ** 31)
    const units = unitsOf(drawRows(context.data.contributions, K, seed))
    const [page] = sketchedPages(units)
    if (page === undefined) throw new Error('A model has a page')
    const fineTune = localFineTune(context.data, units, { seed })
    const told = { fineTune, page, ...lie({ fineTune, page, units, draw }) }
    return {
      by: context.local.wallets.owner,
      call: beginAct(contracts, told.fineTune, told.page),
      error,
      honest: beginAct(contracts, fineTune, page),
    }
  }
}

function planned(fineTune: FineTune, plan: Partial<FineTune['plan']>): FineTune {
  return { ...fineTune, plan: { ...fineTune.plan, ...plan } }
}

function withByte(hex: Hex, at: number, byte: number): Hex {
  return bytesToHex(hexToBytes(hex).with(at, byte))
}

function withUint32(hex: Hex, at: number, number: number): Hex {
  const bytes = hexToBytes(hex)
  bytes.set(numberToBytes(number, { size: 4 }), at)
  return bytesToHex(bytes)
}
