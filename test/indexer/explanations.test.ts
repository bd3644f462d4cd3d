import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explain, unitTerms } from '../../attribution/explanation.ts'
import { signsOf } from '../../attribution/querySketch.ts'
import { decodeRowIndex, rowIndexHash } from '../../attribution/rowIndex.ts'
import { packSketch, unpackSketch } from '../../attribution/sketch.ts'
import { type OpenedModel, openModel } from '../../sdk/openModel.ts'
import { answerTo, ask } from '../support/ask.ts'
import { newFolder } from '../support/folder.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const ROWS = 4
const EXPLANATION = `explanation { source note units(limit: 100) { items { number: unitId term } }
  for(limit: ${ROWS}) { items { number: unitId row term itemHash } } against(limit: ${ROWS}) { items { number: unitId row term itemHash } } }`
const QUESTION = `{ inferences(limit: 25) { items { model: modelId sketch ${EXPLANATION} } } }`

interface Term {
  readonly number: number
  readonly term: string
}

interface Explained {
  readonly model: number
  readonly sketch: Hex | null
  readonly explanation: {
    readonly source: 'RowIndex' | 'Units' | 'FixedWeights' | 'KeptRows'
    readonly note: string
    readonly units: { readonly items: readonly Term[] }
    readonly for: { readonly items: readonly (Term & { readonly row: number; readonly itemHash: Hex })[] }
    readonly against: Explained['explanation']['for']
  }
}

/** Fine-tunes of the scenario that pay by net influence, by fixed weights, and alike. */
const [NET, FIXED, EQUAL] = [2, 3, 4]

describe('an explanation', () => {
  let setting: Setting
  let indexer: Indexing
  let explained: readonly Explained[]
  const files = newFolder('row-indexes')
  const indexes = new Map<Hex, Uint8Array>()

  beforeAll(async () => {
    setting = await startSetting(7)
    for (const file of setting.scenario.files()) {
      indexes.set(rowIndexHash(file), file)
      writeFileSync(join(files, rowIndexHash(file)), file)
    }
    await setting.scenario.does(...Array(8).fill('recordBatch'))
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { blobs: files })
    await indexer.atHead()
    explained = (await ask<{ inferences: { items: readonly Explained[] } }>(indexer.url, QUESTION)).inferences.items
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  const opened = (model: number): Promise<OpenedModel> => openModel(setting.ledger.connection, model)
  const of = (model: number) => explained.filter((one) => one.model === model)

  it('names the rows and units that attribution/ names, to the last bit', async () => {
    expect(of(NET).length).toBeGreaterThan(0)
    const { registered, index } = await opened(NET)
    const { units } = decodeRowIndex(indexes.get(index.fileHash) ?? new Uint8Array())
    const rows = units.map((unit) => unit.map((row) => ({ ...row, codes: unpackSketch(row.sketch) })))
    for (const { sketch, explanation } of of(NET)) {
      const query = signsOf(hexToBytes(sketch ?? '0x'))
      expect(explanation.source).toBe('RowIndex')
      const terms = explanation.units.items.toSorted((a, b) => a.number - b.number)
      expect(terms.map(({ term }) => Number(term))).toEqual(unitTerms(query, registered.units))
      const best = explain(query, rows, ROWS)
      for (const side of ['for', 'against'] as const) {
        const named = best[side].map(({ unit, row, term }) => {
          return { number: unit, row, term: `${term}`, itemHash: units[unit]?.[row]?.itemHash }
        })
        expect(explanation[side].items).toEqual(named)
      }
    }
  })

  it('of a model whose pay does not follow answers is what it pays by', async () => {
    const fixed = (await opened(FIXED)).registered.units.map((unit) => unit.fixed)
    const kept = (await opened(EQUAL)).registered.units.map((unit) => BigInt(unit.kept))
    expect(of(FIXED).length + of(EQUAL).length).toBeGreaterThan(0)
    const byNumber = (items: readonly Term[]) =>
      items.toSorted((a, b) => a.number - b.number).map(({ term }) => BigInt(term))
    for (const [model, source, terms] of [
      [FIXED, 'FixedWeights', fixed],
      [EQUAL, 'KeptRows', kept],
    ] as const) {
      for (const { explanation } of of(model)) {
        expect(explanation.source).toBe(source)
        expect(byNumber(explanation.units.items)).toEqual(terms)
        expect(explanation.for.items).toEqual([])
      }
    }
  })

  it('takes the receipt’s codes where they are of the same answer', async () => {
    const asked = (sketch: Hex) =>
      answerTo<{ inferences: { items: readonly Explained[] } }>(
        indexer.url,
        `query ($sketch: Bytes) { inferences(where: { modelId: ${NET} }, limit: 1) { items {
           explanation(sketch: $sketch) { source units(limit: 100) { items { number: unitId term } } } } } }`,
        { sketch },
      )
    const [first] = of(NET)
    const signs = signsOf(hexToBytes(first?.sketch ?? '0x'))
    const { registered } = await opened(NET)
    const codes = signs.map((sign, d) => sign * (1 + (d % 7)))
    const { data } = await asked(hexOf(codes))
    const terms = data.inferences.items[0]?.explanation.units.items.toSorted((a, b) => a.number - b.number)
    expect(terms?.map(({ term }) => Number(term))).toEqual(unitTerms(codes, registered.units))
    const { errors } = await asked(hexOf(codes.map((code) => -code)))
    expect(errors?.[0]?.extensions?.code).toBe('BAD_REQUEST')
  })

  it('says why it is no more where the row index is not to be had', async () => {
    const without = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { blobs: newFolder('empty') })
    await without.atHead()
    const { inferences } = await ask<{ inferences: { items: readonly Explained[] } }>(without.url, QUESTION)
    await without.close()
    const { explanation } = inferences.items.find(({ model }) => model === NET) ?? {}
    expect(explanation).toMatchObject({ source: 'Units', note: expect.stringContaining('does not have its row index') })
    expect(explanation?.units).toEqual(of(NET)[0]?.explanation.units)
  })
})

function hexOf(codes: Int8Array): Hex {
  return bytesToHex(packSketch(codes))
}
