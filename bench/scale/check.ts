// The simulation against a chain: a small day is played on the release build, and what it really cost is compared with what was simulated.
import { randomSource } from '../../attribution/random.ts'
import { markdownTable } from '../../scripts/documentTables.ts'
import type { OpenedBatch } from '../../sdk/batch.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import { type Context, startContext } from '../gas/context.ts'
import { type BenchChannel, openChannels, record } from '../gas/recording.ts'
import { type BenchModel, registerModel } from '../gas/registering.ts'
import { settle } from '../gas/settling.ts'
import { type BatchShape, batchesOfDay } from './batches.ts'
import { drawBatch } from './calldata.ts'
import { costsOf } from './costs.ts'
import { batchGas, type Costs } from './day.ts'
import { percent, whole } from './say.ts'
import { K, type Scenario, scenarioOf } from './scenario.ts'
import { settlementOf } from './settling.ts'
import { type Trade, tradesOf } from './traffic.ts'

const UNITS = 40
/** Of the contributors, so many are claimed for one by one. */
const ALONE = 8
const MOST_DIFFERENCE = 0.05
const STREAM = 5

export interface Compared {
  readonly act: string
  readonly simulated: number
  readonly real: number
}

/** Plays a day and says how far off the simulation was; throws where that is more than 5 %. */
export async function checkDay(seed: number, say: (line: string) => void): Promise<void> {
  const scenario = smallScenario()
  const context = await startContext()
  try {
    const compared = await playDay(context, scenario, seed, say)
    const sum = (of: (each: Compared) => number) => compared.reduce((total, each) => total + of(each), 0)
    const all = { act: 'all', simulated: sum(({ simulated }) => simulated), real: sum(({ real }) => real) }
    const lines = [...compared, all]
    say(
      markdownTable(
        [`${whole(scenario.inferences)} calls`, 'simulated gas', 'real gas', 'difference'],
        lines.map(({ act: name, simulated, real }) => [
          name,
          whole(simulated),
          whole(real),
          percent((simulated - real) / real),
        ]),
        'right',
      ),
    )
    refuseDifference(lines)
  } finally {
    await context.stop()
  }
}

/** A day of 2,000 calls of two models, which one operator serves. */
function smallScenario(): Scenario {
  const usual = scenarioOf(2_000)
  const policy = { ...usual.policy, records: 200 }
  return { ...usual, models: 2, operators: 1, channels: 40, units: { median: UNITS, sigma: 0 }, policy }
}

interface Served {
  readonly trade: Trade
  readonly model: BenchModel
  readonly channels: readonly BenchChannel[]
  readonly shapes: readonly BatchShape[]
}

async function playDay(
  context: Context,
  scenario: Scenario,
  seed: number,
  say: (line: string) => void,
): Promise<readonly Compared[]> {
  const costs = costsOf(scenario.fee, seed)
  const next = randomSource(seed, STREAM)
  const served: Served[] = []
  let opening = 0
  for (const trade of tradesOf(scenario, seed)) {
    say(`Registers model ${trade.model + 1}, and opens its channels.`)
    const model = await registerModel(context, { name: `scale ${trade.model}`, units: trade.units, k: K })
    const opened = await openChannels(context, model, trade.channels)
    opening += Number(opened.measured[0]?.gas) * trade.channels
    const shapes = batchesOfDay(trade, scenario, next).flatMap((drawn) => drawn.shapes)
    served.push({ trade, model, channels: opened.channels, shapes })
  }
  await playBefore(context, served)

  say(`Records ${served.flatMap(({ shapes }) => shapes).length} batches, settles two books and claims.`)
  const recording = await recordAll(context, scenario, served, costs, seed)
  const settling = await settleAll(context, served, recording.books, costs)
  const claiming = await claimAll(context, served, costs)
  const channels = served.reduce((sum, { trade }) => sum + trade.channels, 0)
  return [
    { act: 'opening channels', simulated: channels * costs.parts.openChannel, real: opening },
    recording.compared,
    settling,
    claiming,
  ]
}

/** The day before: books were opened, everybody was paid and claimed, so that no slot is written for the first time. */
async function playBefore(context: Context, served: readonly Served[]): Promise<void> {
  const books: OpenedBatch[] = []
  for (const { model, channels } of served) {
    books.push((await record(context, '', model, { records: 200, channels: channels.slice(0, 3), k: K })).batch)
  }
  for (const [i, { model }] of served.entries()) await settle(context, '', model, [books[i] as OpenedBatch])
  await claim(context, accountsOf(served))
}

async function recordAll(
  context: Context,
  { fee }: Scenario,
  served: readonly Served[],
  costs: Costs,
  seed: number,
): Promise<{ readonly books: readonly (readonly OpenedBatch[])[]; readonly compared: Compared }> {
  const next = randomSource(seed, STREAM + 1)
  let [simulated, real] = [0, 0]
  const books: OpenedBatch[][] = []
  for (const { model, channels, shapes } of served) {
    const batches: OpenedBatch[] = []
    for (const [i, shape] of shapes.entries()) {
      const given = drawBatch(fee, shape, next).records
      const used = { channels: channels.slice(0, shape.channels), vouchers: shape.vouchers }
      const { batch, sent } = await record(context, '', model, { records: shape.records, ...used, k: K, given }, next)
      batches.push(batch)
      simulated += batchGas(shape, costs, i === 0)
      real += Number(sent.gas)
    }
    books.push(batches)
  }
  return { books, compared: { act: 'recording', simulated, real } }
}

async function settleAll(
  context: Context,
  served: readonly Served[],
  books: readonly (readonly OpenedBatch[])[],
  { parts, bytes, rules }: Costs,
): Promise<Compared> {
  let [simulated, real] = [0, 0]
  for (const [i, { model, trade }] of served.entries()) {
    const batches = books[i] ?? []
    real += Number((await settle(context, '', model, batches)).gas)
    simulated += settlementOf({ batches: batches.length, units: trade.units }, parts.settling, bytes, rules).gas
  }
  return { act: 'settling', simulated, real }
}

async function claimAll(context: Context, served: readonly Served[], { parts }: Costs): Promise<Compared> {
  const accounts = accountsOf(served)
  const simulated = ALONE * parts.claim + (accounts.length - ALONE) * parts.claimTogether
  return { act: 'claiming', simulated, real: await claim(context, accounts) }
}

async function claim({ connection, wallets, measure }: Context, accounts: readonly number[]): Promise<number> {
  const { earnings } = connection.contracts
  const calls = [
    ...accounts.slice(0, ALONE).map((account) => callTo(earnings, 'claim', [account])),
    callTo(earnings, 'claimMany', [accounts.slice(ALONE)]),
  ]
  let gas = 0
  for (const call of calls) gas += Number((await measure('', call, wallets.curator)).gas)
  return gas
}

function accountsOf(served: readonly Served[]): readonly number[] {
  return [...new Set(served.flatMap(({ model }) => model.contributors))]
}

function refuseDifference(compared: readonly Compared[]): void {
  const far = compared.filter(({ simulated, real }) => Math.abs(simulated - real) > MOST_DIFFERENCE * real)
  if (far.length === 0) return
  throw new StopError(
    'The simulation is more than 5 % off',
    Object.fromEntries(
      far.map(({ act: name, simulated, real }) => [name, `${whole(simulated)}, really ${whole(real)}`]),
    ),
    'Run npm run bench:gas -- --write if contracts changed; otherwise mend the parts in bench/scale/parts.ts.',
  )
}
