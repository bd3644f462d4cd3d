import { bytesToHex, encodeFunctionData, hexToBytes } from 'viem'
import { randomSource } from '../../attribution/random.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import type { OpenedBatch } from '../../sdk/batch.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { type ModelPayTerms, recordDims, settlingBook } from '../../sdk/predictPay.ts'
import type { RegisteredUnit } from '../../sdk/registeredUnits.ts'
import { BEGINNING, type PageLimits, pagesFrom } from '../../sdk/settlement.ts'
import type { Context, Sent } from './context.ts'
import type { Measured } from './measured.ts'
import { type BenchChannel, record } from './recording.ts'
import type { BenchModel } from './registering.ts'

/** Settling books and claiming what they paid, and what each costs. */

const WHOLE = { batches: 1_024, units: 1_024 }

/** Settles a book in one transaction, once its window is over. */
export async function settle(
  context: Context,
  name: string,
  model: BenchModel,
  batches: readonly OpenedBatch[],
): Promise<Sent> {
  const [page, ...others] = await settleInPages(context, name, model, batches, WHOLE)
  if (page === undefined || others.length !== 0) throw new Error('A book of the bench is settled in one page')
  return page
}

/** Settles a book in pages of some size, once its window is over. */
export async function settleInPages(
  context: Context,
  name: string,
  model: BenchModel,
  batches: readonly OpenedBatch[],
  limits: PageLimits,
): Promise<readonly Sent[]> {
  const { connection, wallets, measure, passTo } = context
  const { reader, contracts } = connection
  const book = batches[0]?.header.book ?? 0n
  const [until, state, units, terms] = await Promise.all([
    reader.readContract({ ...contracts.ledger, functionName: 'windowEndOf', args: [book] }),
    reader.readContract({ ...contracts.ledger, functionName: 'bookStateOf', args: [book] }),
    registeredUnits(context, model),
    payTerms(context, model),
  ])
  await passTo(until)
  const { givenGwei, treasuryBps } = state
  const settling = settlingBook(terms, units, new Set(), { book, batches, givenGwei, treasuryBps })
  const sent: Sent[] = []
  for (const page of pagesFrom(settling, BEGINNING, limits)) {
    sent.push(await measure(name, callTo(contracts.settlement, 'settle', [page]), wallets.curator))
  }
  return sent
}

/** A book of some batches of 200, recorded and settled. */
async function another(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
  count: number,
  name: string,
) {
  return await settle(context, name, model, (await recordBook(context, model, channels, count)).batches)
}

async function recordBook(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
  count: number,
): Promise<{ readonly batches: readonly OpenedBatch[]; readonly first: Sent }> {
  const next = randomSource(count)
  const k = recordDims(await payTerms(context, model))
  const name = `record 200 inferences at k = ${k}, the first of a later book`
  const first = await record(context, name, model, { records: 200, channels, k }, next)
  const batches = [first.batch]
  while (batches.length < count) {
    batches.push((await record(context, '', model, { records: 200, channels, k }, next)).batch)
  }
  return { batches, first: first.sent }
}

export async function settleBooks(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
  recorded: readonly OpenedBatch[],
): Promise<readonly Measured[]> {
  const count = model.contributors.length
  const first = await settle(
    context,
    `settle ${recorded.length} batches to ${count} units, none of them paid before`,
    model,
    recorded,
  )
  const later = await recordBook(context, model, channels, 5)
  const five = await settle(context, `settle 5 batches of 200 to ${count} units`, model, later.batches)
  const one = await another(context, model, channels, 1, `settle 1 batch of 200 to ${count} units`)
  const again = await recordBook(context, model, channels, 5)
  const paged = await settleInPages(context, '', model, again.batches, { ...WHOLE, batches: 1 })
  const pagedGas = paged.reduce((sum, { gas }) => sum + gas, 0n)
  return [
    plain(later.first),
    plain(first),
    plain(five),
    plain(one),
    { name: 'a batch shown', gas: (five.gas - one.gas) / 4n, floor: (five.floor - one.floor) / 4n },
    { name: 'a page more to show batches', gas: (pagedGas - five.gas) / BigInt(paged.length - 1) },
  ]
}

/** What a unit costs, from models of one unit and of many. */
export async function settleUnits(
  context: Context,
  few: { readonly model: BenchModel; readonly channels: readonly BenchChannel[] },
  many: { readonly model: BenchModel; readonly channels: readonly BenchChannel[] },
): Promise<readonly Measured[]> {
  const [least, most] = [few.model.contributors.length, many.model.contributors.length]
  const units = BigInt(most - least)
  const freshFew = await another(context, few.model, few.channels, 1, '')
  const freshMany = await another(
    context,
    many.model,
    many.channels,
    1,
    `settle 1 batch to ${most} units, none of them paid before`,
  )
  const paidFew = await another(context, few.model, few.channels, 1, `settle 1 batch to ${least} unit`)
  const paidMany = await another(
    context,
    many.model,
    many.channels,
    1,
    `settle 1 batch to ${most} units in one transaction`,
  )
  return [
    plain(paidFew),
    plain(freshMany),
    plain(paidMany),
    { name: 'a unit weighed and paid', gas: (paidMany.gas - paidFew.gas) / units },
    { name: 'a unit weighed and paid for the first time', gas: (freshMany.gas - freshFew.gas) / units },
    ...(await weighUnits(context, many.model)),
  ]
}

/** The product of a unit's sketch with a book's sum alone, by how many limbs the sum has. */
async function weighUnits(
  { connection }: Context,
  { model, k, contributors }: BenchModel,
): Promise<readonly Measured[]> {
  const { reader, contracts } = connection
  const next = randomSource(3)
  const measured: Measured[] = []
  for (const [limbs, bits] of [
    [2, 30n],
    [3, 50n],
  ] as const) {
    const weight = 1n << bits
    const totals = new Uint8Array(8 * k)
    const view = new DataView(totals.buffer)
    for (let d = 0; d < k; d++) view.setBigUint64(8 * d, (BigInt(next()) * weight) >> 32n)
    const told = bytesToHex(totals)
    const weigh = (count: number) => {
      const args = [model, 0n, BigInt(count), 0, told, weight] as const
      const data = encodeFunctionData({ ...contracts.models, functionName: 'weigh', args })
      return reader.estimateGas({ to: contracts.models.address, data })
    }
    const [half, whole] = [contributors.length >> 1, contributors.length]
    const gas = ((await weigh(whole)) - (await weigh(half))) / BigInt(whole - half)
    measured.push({ name: `a unit weighed, sums of ${limbs} limbs at k = ${k}`, gas })
  }
  return measured
}

export async function claimAll(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
): Promise<readonly Measured[]> {
  const { connection, wallets, measure } = context
  const { earnings } = connection.contracts
  const [claimant, ...others] = model.contributors as readonly [number]
  const hundred = others.slice(0, 100)
  const each = BigInt(hundred.length)
  const claim = async (name: string) =>
    plain(await measure(name, callTo(earnings, 'claim', [claimant]), wallets.curator))
  const many = async () => (await measure('', callTo(earnings, 'claimMany', [hundred]), wallets.curator)).gas / each
  const first = await claim('claim, to an address without OPEN')
  const firstMany = await many()
  await another(context, model, channels, 1, '')
  return [
    first,
    await claim('claim, to an address that holds OPEN'),
    { name: `claimMany, each of ${each} without OPEN`, gas: firstMany },
    { name: `claimMany, each of ${each} that hold OPEN`, gas: await many() },
  ]
}

async function registeredUnits(
  { connection }: Context,
  { model, units }: BenchModel,
): Promise<readonly RegisteredUnit[]> {
  const { reader, contracts } = connection
  return await Promise.all(
    units.given.map(async (_, unit): Promise<RegisteredUnit> => {
      const args = [model, unit] as const
      const found = await reader.readContract({ ...contracts.models, functionName: 'unitOf', args })
      const [payee, kept, scale, fixed, sketch] = found
      return { payee, kept, scale, fixed, codes: unpackSketch(hexToBytes(sketch)) }
    }),
  )
}

async function payTerms({ connection }: Context, { model, k }: BenchModel): Promise<ModelPayTerms> {
  const { reader, contracts, fromBlock } = connection
  const [entered] = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'FineTuneEntered',
    args: { model },
    fromBlock,
    strict: true,
  })
  if (entered === undefined) throw new Error(`Model ${model} was registered here`)
  const { terms, royalties } = entered.args
  return {
    ...terms.shares,
    ...terms.pay,
    royaltiesBps: royalties.map(({ bps }) => bps),
    feeUnitGwei: BigInt(terms.pay.feeUnitGwei),
    dims: k,
  }
}

function plain({ name, gas }: Sent): Measured {
  return { name, gas }
}
