import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Metrics, metricsOf } from '../../../indexer/operate/metrics.ts'
import { ask } from '../../support/ask.ts'
import { indexTo } from '../../support/indexing.ts'
import { liesAboutHashes } from '../../support/lies.ts'
import { startLyingNode } from '../../support/lyingNode.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

describe('/metrics', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(61)
    await setting.scenario.play(20)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const fresh = (): Metrics =>
    metricsOf({
      chain: 'test',
      chosen: { command: 'index', database: 'postgres', verify: 'receipts' },
      now: Date.now,
    })

  it('shows what the indexer has stored, from which node, and how long it took', async () => {
    const { ledger, postgres, scenario } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase(), { metrics: fresh(), pollMs: 10, maxRange: 10 })
    await indexer.atHead()
    const behind = await scrape(indexer.url)
    await scenario.play(5)
    await indexer.atHead()
    await ledger.connection.reader.request({ method: 'anvil_reorg', params: [3, []] } as never)
    await scenario.play(1)
    await indexer.atHead()
    await ask(indexer.url, '{ _meta { block } }')
    await fetch(`${indexer.url}/${'stranger'.repeat(10)}`)
    const head = await ledger.connection.reader.getBlock()
    const heldAt = async () => (await scrape(indexer.url)).value('indexer_journals_held_block{by="proof",chain="test"}')
    await expect.poll(heldAt).toBe(Number(head.number))
    const { value, series, sum } = await scrape(indexer.url)
    const first = ledger.deployment.startBlock
    const chain = 'chain="test"'
    expect({
      block: value(`indexer_sync_block{${chain}}`),
      time: value(`indexer_sync_block_timestamp{${chain}}`),
      nodeHead: value(`indexer_node_head_block{${chain}}`),
      lag: value(`indexer_lag_blocks{${chain}}`),
      isRealtime: value(`indexer_sync_is_realtime{${chain}}`),
      leads: value(`indexer_is_leader{${chain}}`),
      reorgs: value(`indexer_realtime_reorg_total{${chain}}`),
      reverted: value(`indexer_reverted_blocks_total{${chain}}`),
      settings: value(`indexer_settings_info{command="index",database="postgres",verify="receipts",${chain}}`),
    }).toEqual({
      block: Number(head.number),
      time: Number(head.timestamp),
      nodeHead: Number(head.number),
      lag: 0,
      isRealtime: 1,
      leads: 1,
      reorgs: 1,
      reverted: 3,
      settings: 1,
    })
    const stretches = value(`indexer_stretch_blocks_count{${chain}}`)
    expect(value(`indexer_verified_blocks_total{verdict="receipts",${chain}}`)).toBe(
      Number(head.number) - first + 1 + 3,
    )
    expect(value(`indexer_verified_blocks_total{verdict="told",${chain}}`)).toBe(0)
    expect(value(`indexer_indexing_completed_events{${chain}}`)).toBe(value(`indexer_stretch_events_sum{${chain}}`))
    expect(stretches).toBeGreaterThan(5)
    for (const stage of ['fetch', 'decode', 'store']) {
      const count = sum('indexer_stage_duration_count', new RegExp(`stage="${stage}"`))
      expect({ stage, isCounted: count >= stretches }).toEqual({ stage, isCounted: true })
    }
    expect(sum('indexer_stage_duration_count', /stage="verify"/)).toBeGreaterThan(0)
    expect(sum('indexer_rpc_request_duration_count', /method="eth_getBlockReceipts"/)).toBeGreaterThan(0)
    expect(sum('indexer_realtime_latency_count')).toBeGreaterThan(0)
    expect(sum('indexer_http_server_request_duration_ms_count', /path="\/graphql".*status="200"/)).toBeGreaterThan(0)
    expect(sum('indexer_http_server_request_duration_ms_count', /path="other".*status="404"/)).toBe(1)
    expect(series.filter((name) => name.includes('stranger'))).toEqual([])
    expect(behind.value(`indexer_historical_completed_blocks{${chain}}`)).toBe(
      behind.value(`indexer_historical_total_blocks{${chain}}`),
    )
    expect(value(`process_cpu_seconds_total{${chain}}`)).toBeGreaterThan(0)
    await indexer.close()
  })

  it('names a node that lies, and by what it lied about', async () => {
    const [lie] = Object.values(liesAboutHashes)
    if (lie === undefined) throw new Error('No lie')
    const liar = await startLyingNode(setting.ledger.rpcUrl, lie.lie)
    const rpcUrls = [liar.url, setting.ledger.rpcUrl]
    const database = await setting.postgres.newDatabase()
    const indexer = await indexTo(setting.ledger, database, { rpcUrls, metrics: fresh(), pollMs: 10 })
    await indexer.atHead()
    const { sum } = await scrape(indexer.url)
    expect(
      sum('indexer_verification_failures_total', new RegExp(`node="${liar.url}",kind="[A-Z][^"]+"`)),
    ).toBeGreaterThan(0)
    expect(sum('indexer_verification_failures_total', new RegExp(`node="${setting.ledger.rpcUrl}"`))).toBe(0)
    await indexer.close()
    await liar.stop()
  })

  it('answers at once while a backfill runs', async () => {
    const { ledger, postgres } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase(), { metrics: fresh(), maxRange: 1 })
    const took: number[] = []
    while (took.length < 10) {
      const begun = performance.now()
      await scrape(indexer.url)
      took.push(performance.now() - begun)
    }
    expect(took.toSorted((a, b) => a - b)[5]).toBeLessThan(500)
    await indexer.close()
  })

  it('is not there without metrics', async () => {
    const indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    expect((await fetch(`${indexer.url}/metrics`)).status).toBe(404)
    await indexer.close()
  })
})

/** What a page says: each series' value by its whole name, and the sum of those of a name that match. */
async function scrape(url: string) {
  const response = await fetch(`${url}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; version=0\.0\.4/),
  ])
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const values = new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
  const series = [...values.keys()]
  return {
    series,
    value: (name: string): number => values.get(name) ?? Number.NaN,
    sum: (name: string, labels = /./): number =>
      series
        .filter((one) => one.startsWith(`${name}{`) && labels.test(one))
        .reduce((sum, one) => sum + (values.get(one) ?? 0), 0),
  }
}
