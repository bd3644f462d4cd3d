/**
 * What growing traffic costs, and where it ends: days are drawn, batched and settled with the real codecs, at the gas that `bench:gas`
 * measured.
 *
 *     npm run bench:scale [-- --check | --write-docs]
 */
import { runCommand, UsageError, wholeNumber } from '../scripts/command.ts'
import { writeTables } from '../scripts/documentTables.ts'
import { checkDay } from './scale/check.ts'
import { costsOf } from './scale/costs.ts'
import { simulateDay } from './scale/day.ts'
import { type Scenario, scenarioOf } from './scale/scenario.ts'
import { scaleSections } from './scale/sections.ts'
import { dayTable } from './scale/tables.ts'

const DOCUMENT = 'docs/scale.md'
const COMMAND = 'npm run bench:scale -- --write-docs'
const MOST = 100_000_000_000

await runCommand({
  usage: `npm run bench:scale [-- <options>]
Simulates days of traffic and prints what they cost.
  --inferences <n>   one day of so many calls only, with
      --models, --operators, --channels <n>   its market, where not as its size suggests
      --records <n>      most records of a batch (1,000)
      --flush-hours <n>  hours after which all calls are recorded (6)
      --order <order>    arrival (as they come), or channel (a span's calls sorted by who pays) (arrival)
  --ether <dollars>  the price of ether (3000)
  --seed <n>         what everything is drawn from (1)
  --check            plays a day of 2,000 calls on a local chain, and holds the simulated gas to it
  --write-docs       puts the tables into ${DOCUMENT}`,
  options: {
    inferences: { type: 'string' },
    models: { type: 'string' },
    operators: { type: 'string' },
    channels: { type: 'string' },
    records: { type: 'string', default: '1000' },
    'flush-hours': { type: 'string', default: '6' },
    order: { type: 'string', default: 'arrival' },
    ether: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    check: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
  async run(values) {
    const seed = wholeNumber('seed', values.seed, 0, 2 ** 31 - 1)
    if (values.check) return await checkDay(seed, (line) => process.stdout.write(`${line}\n`))
    if (values.inferences !== undefined) {
      process.stdout.write(`${dayTable([oneDay(values, seed)])}\n`)
      return
    }
    for (const { name, table } of scaleSections({ seed, etherDollars: wholeNumber('ether', values.ether, 1, MOST) })) {
      if (values['write-docs']) writeTables(DOCUMENT, table, `${COMMAND}, ${name}`)
      else process.stdout.write(`${name}\n\n${table}\n\n`)
    }
  },
})

type Market = Readonly<Partial<Record<'inferences' | 'models' | 'operators' | 'channels', string>>>
type Batching = Readonly<Record<'records' | 'flush-hours' | 'order', string>>

function oneDay(values: Market & Batching, seed: number) {
  const count = (name: keyof Market & string) => {
    const text = values[name]
    return text === undefined ? {} : { [name]: wholeNumber(name, text, 1, MOST) }
  }
  const usual = scenarioOf(wholeNumber('inferences', values.inferences ?? '', 1, MOST))
  const scenario: Scenario = {
    ...usual,
    ...count('models'),
    ...count('operators'),
    ...count('channels'),
    policy: {
      ...usual.policy,
      records: wholeNumber('records', values.records, 1, 1_024),
      flushSeconds: 3_600 * wholeNumber('flush-hours', values['flush-hours'], 1, 24),
      order: orderNamed(values.order),
    },
  }
  return simulateDay(scenario, costsOf(scenario.fee, seed), seed)
}

function orderNamed(order: string): Scenario['policy']['order'] {
  if (order === 'arrival' || order === 'channel') return order
  throw new UsageError(`--order takes arrival or channel, not "${order}"`)
}
