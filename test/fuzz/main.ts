// npm run test:fuzz: generated requests of an API over real data, and none ends in a fault of ours.
import { runCommand, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { startSetting } from '../support/setting.ts'
import { askAtRandom } from './askAtRandom.ts'

await runCommand({
  usage: `npm run test:fuzz -- [options]
  --seed <number>    other requests (1)
  --count <number>   how many (10000)
  --url <address>    an API to ask instead of one over a ledger of its own; its rate limit should be off`,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
    url: { type: 'string' },
  },
  async run({ seed: seedText, count: countText, url }) {
    const seed = wholeNumber('seed', seedText, 0, 2 ** 31)
    const count = wholeNumber('count', countText, 1, 10_000_000)
    if (url !== undefined) return await fuzz(url, seed, count)
    const setting = await startSetting(17)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(60)
    const indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { readers: 2 })
    try {
      await indexer.atHead()
      await fuzz(indexer.url, seed, count)
    } finally {
      await indexer.close()
      await setting.stop()
    }
  },
})

async function fuzz(url: string, seed: number, count: number): Promise<void> {
  const began = performance.now()
  const { codes, faults } = await askAtRandom(url, seed, count)
  const sorted = Object.entries(codes).toSorted(([, a], [, b]) => b - a)
  console.log(sorted.map(([code, times]) => `${code.padEnd(28)} ${times}`).join('\n'))
  console.log(`${count} requests in ${((performance.now() - began) / 1_000).toFixed(1)} s`)
  const [first] = faults
  if (first === undefined) return
  throw new StopError(`${faults.length} requests ended in a fault of ours`, {}, `The first: ${first}`)
}
