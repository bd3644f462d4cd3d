import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerTo, ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Row = Readonly<Record<string, unknown>>

const OPERATING = 'id credits(where: { role: Operator }, limit: 1) { items { role } }'

describe('what is asked for', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(31)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(40)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000 })
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  const rows = async (list: string, type: string, fields: string, where: object = {}): Promise<readonly Row[]> => {
    const query = `query ($where: ${type}Where) { list: ${list}(where: $where, limit: 500) { items { ${fields} } } }`
    return (await ask<{ list: { items: readonly Row[] } }>(indexer.url, query, { where })).list.items
  }
  const failure = async (query: string, variables?: object) => {
    const { errors } = await answerTo(indexer.url, query, variables)
    return `${errors?.[0]?.extensions?.code}: ${errors?.[0]?.message}`
  }

  describe('filters', () => {
    it('find what has no value, and what has one', async () => {
      const models = await rows('models', 'Model', 'id name')
      const without = await rows('models', 'Model', 'id name', { name_is_null: true })
      expect(without).toEqual(models.filter(({ name }) => name === null))
      expect(await rows('models', 'Model', 'id name', { name_is_null: false })).toEqual(
        models.filter(({ name }) => name !== null),
      )
      expect(without.length).toBeGreaterThan(0)
    })

    it('keep rows without a value where they are negated', async () => {
      const models = await rows('models', 'Model', 'id name')
      const name = String(models.find((model) => model.name !== null)?.name)
      const others = models.filter((model) => model.name !== name)
      for (const where of [
        { name_not: name },
        { name_not_in: [name] },
        { NOT: { name } },
        { name_not_contains: name },
        { name_not_contains_nocase: name.toUpperCase() },
      ]) {
        expect(await rows('models', 'Model', 'id name', where)).toEqual(others)
      }
    })

    it('find text in upper and lower case, from its beginning, to its end, and literally', async () => {
      const names = await rows('models', 'Model', 'name', { name_is_null: false })
      const name = String(names[0]?.name)
      for (const where of [
        { name_contains_nocase: name.slice(1).toUpperCase() },
        { name_starts_with_nocase: name.slice(0, 3).toUpperCase() },
        { name_ends_with: name.slice(-3) },
        { name_ends_with_nocase: name.slice(-3).toUpperCase() },
      ]) {
        expect(await rows('models', 'Model', 'name', where)).toContainEqual({ name })
      }
      expect(await rows('models', 'Model', 'name', { name_contains: '%' })).toEqual([])
      expect(await rows('models', 'Model', 'name', { name_contains: '_' })).toEqual(
        names.filter((model) => String(model.name).includes('_')),
      )
    })

    it('go through links, to one and to many', async () => {
      const inferences = await rows('inferences', 'Inference', 'id model { ownerId } payer { payout } batch { number }')
      const { payer } = inferences[0] as { payer: { payout: string } }
      const of = (row: Row) => row as { payer: { payout: string } | null; batch: { number: number } }
      expect(
        await rows('inferences', 'Inference', 'id model { ownerId } payer { payout } batch { number }', {
          payer_: { payout: payer.payout },
          batch_: { number_gte: 1 },
        }),
      ).toEqual(inferences.filter((row) => of(row).payer?.payout === payer.payout && of(row).batch.number >= 1))

      const accounts = await rows('accounts', 'Account', OPERATING)
      const operates = (row: Row) => (row as { credits: { items: readonly Row[] } }).credits.items.length > 0
      const operators = await rows('accounts', 'Account', OPERATING, {
        credits_: { role: 'Operator' },
      })
      expect(operators).toEqual(accounts.filter((account) => operates(account)))
      expect(operators.length).toBeGreaterThan(0)
      expect(
        await rows('accounts', 'Account', OPERATING, {
          NOT: { credits_: { role: 'Operator' } },
        }),
      ).toEqual(accounts.filter((account) => !operates(account)))
    })

    it('go by the time of blocks', async () => {
      const batches = await rows('batches', 'Batch', 'id timestamp')
      const times = batches.map(({ timestamp }) => Number(timestamp)).toSorted((a, b) => a - b)
      const middle = times[Math.floor(times.length / 2)] ?? 0
      const keep = async (operator: string, value: unknown, kept: (time: number) => boolean) =>
        expect([operator, await rows('batches', 'Batch', 'id timestamp', { [`timestamp${operator}`]: value })]).toEqual(
          [operator, batches.filter(({ timestamp }) => kept(Number(timestamp)))],
        )
      for (const at of [middle - 1, middle, middle + 1]) {
        await keep('', at, (time) => time === at)
        await keep('_not', at, (time) => time !== at)
        await keep('_in', [at], (time) => time === at)
        await keep('_gt', at, (time) => time > at)
        await keep('_gte', at, (time) => time >= at)
        await keep('_lt', at, (time) => time < at)
        await keep('_lte', at, (time) => time <= at)
      }
    })

    it('take numbers of any size, and answer honestly', async () => {
      const all = await rows('inferences', 'Inference', 'id')
      for (const huge of ['10000000000000000000', `1${'0'.repeat(60)}`]) {
        expect(await rows('inferences', 'Inference', 'id', { feeGwei_gt: huge })).toEqual([])
        expect(await rows('inferences', 'Inference', 'id', { feeGwei_lt: huge })).toEqual(all)
        expect(await rows('inferences', 'Inference', 'id', { batchId_in: [huge] })).toEqual([])
        expect(await rows('inferences', 'Inference', 'id', { batchId_not_in: [huge] })).toEqual(all)
      }
    })

    it('name the field that means nothing', async () => {
      const query = 'query ($where: ModelWhere) { models(where: $where) { totalCount } }'
      expect(await failure(query, { where: { OR: [{ name: null }] } })).toMatch(/^BAD_REQUEST: where\.OR\.name is null/)
      expect(await failure(query, { where: { OR: null } })).toMatch(/^BAD_REQUEST: where\.OR is null/)
      expect(await failure(query, { where: { parent_: { name: 'a\0b' } } })).toMatch(
        /^BAD_REQUEST: .*where\.parent_\.name/,
      )
      expect(await failure(query, { where: { id: 'x' } })).toMatch(/^BAD_REQUEST: where.id: "x" is no id of a Model/)
    })
  })

  describe('ids', () => {
    it('ask for the very row that they name, now and of the past', async () => {
      const { _meta } = await ask<{ _meta: { block: number; hash: string } }>(indexer.url, '{ _meta { block hash } }')
      const past = { number: _meta.block - 5 }
      for (const [list, single] of [
        ['inferences', 'inference'],
        ['accounts', 'account'],
        ['units', 'unit'],
        ['books', 'book'],
        ['contributions', 'contribution'],
      ]) {
        const query = `query ($at: AsOfBlock) { list: ${list}(limit: 3, block: $at) { items { id block timestamp } } }`
        for (const at of [undefined, past]) {
          const { list: page } = await ask<{ list: { items: readonly Row[] } }>(indexer.url, query, { at })
          for (const row of page.items) {
            const again = await ask<{ one: Row }>(
              indexer.url,
              `query ($id: ID!) { one: ${single}(id: $id) { id block timestamp } }`,
              { id: row.id },
            )
            expect(again.one).toEqual(row)
            expect(String(row.id).includes(`@${past.number}-0x`)).toBe(at !== undefined)
          }
        }
      }
    })

    it('are found in filters too, by one or many', async () => {
      const some = (await rows('inferences', 'Inference', 'id')).slice(2, 5)
      expect(await rows('inferences', 'Inference', 'id', { id_in: some.map(({ id }) => id) })).toEqual(some)
      expect(await rows('inferences', 'Inference', 'id', { id: some[0]?.id })).toEqual([some[0]])
    })
  })

  describe('blocks', () => {
    const at = 'query ($at: AsOfBlock) { _meta(block: $at) { block hash } }'

    it('are named by number, by hash, or as the earliest that will do', async () => {
      const { _meta: newest } = await ask<{ _meta: { block: number; hash: string } }>(indexer.url, at)
      const { blocks } = await ask<{ blocks: { items: { number: number; hash: string }[] } }>(
        indexer.url,
        '{ blocks(orderBy: number, orderDirection: desc, limit: 3) { items { number hash } } }',
      )
      const { number, hash } = blocks.items[2] ?? { number: 0, hash: '' }
      for (const one of [{ number }, { hash }, { number, hash }]) {
        expect((await ask<{ _meta: object }>(indexer.url, at, { at: one }))._meta).toEqual({ block: number, hash })
      }
      expect((await ask<{ _meta: object }>(indexer.url, at, { at: { number_gte: number } }))._meta).toEqual(newest)
      expect(await failure(at, { at: { number_gte: newest.block + 9 } })).toMatch(/^BLOCK_NOT_REACHED: .*wait/)
      expect(await failure(at, { at: { number: newest.block + 9 } })).toMatch(/^BLOCK_NOT_INDEXED/)
      expect(await failure(at, { at: { hash: `0x${'12'.repeat(32)}` } })).toMatch(/^BLOCK_NOT_INDEXED/)
      expect(await failure(at, { at: { number: number - 1, hash } })).toMatch(/^BAD_REQUEST: block: the hash is of/)
      expect(await failure(at, { at: {} })).toMatch(/^BAD_REQUEST: block: give/)
      expect(await failure(at, { at: { number, number_gte: 1 } })).toMatch(/^BAD_REQUEST: block: give/)
    })

    it('that a reorg rolled back are refused by their hash, and their numbers are of others', async () => {
      const { _meta: before } = await ask<{ _meta: { block: number; hash: string } }>(indexer.url, at)
      await setting.ledger.connection.reader.request({ method: 'anvil_reorg', params: [2, []] } as never)
      await indexer.atHead()
      expect(await failure(at, { at: { hash: before.hash } })).toMatch(/^BLOCK_REORGED: block\.hash: the chain left/)
      const { _meta: after } = await ask<{ _meta: { hash: string } }>(indexer.url, at, { at: { number: before.block } })
      expect(after.hash).not.toBe(before.hash)
    })
  })
})
