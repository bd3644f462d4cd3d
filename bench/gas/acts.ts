import { challengeRecords, challengeUnits } from './challenging.ts'
import { type Context, startContext } from './context.ts'
import type { Measured } from './measured.ts'
import { openChannels, record, recordBatches, recordLargeFees, walkIn } from './recording.ts'
import { registerModel } from './registering.ts'
import { claimAll, settleBooks, settleUnits } from './settling.ts'

const K = 256
/** What a demo's model has. */
const UNITS = 40
const MANY_UNITS = 500
const CHANNELS = 4

/** Plays the lives of some models and measures what each act costs on the way. */
export async function measureActs(say: (progress: string) => void = () => {}): Promise<readonly Measured[]> {
  const context = await startContext()
  try {
    return await playAll(context, say)
  } finally {
    await context.stop()
  }
}

async function playAll(context: Context, say: (progress: string) => void): Promise<readonly Measured[]> {
  const { passSeconds } = context
  say(`a model of ${UNITS} units`)
  const usual = await registerModel(context, { name: 'usual', units: UNITS, k: K })
  const opened = await openChannels(context, usual, CHANNELS)
  const three = opened.channels.slice(0, 3)
  const walkIns = await walkIn(context, usual)
  const recorded = await recordBatches(context, usual, opened.channels)
  const settled = await settleBooks(context, usual, three, recorded.batches)
  const challenges = [...(await challengeRecords(context, usual, three)), ...(await challengeUnits(context, usual))]
  const emptied = await recordLargeFees(context, usual, three)
  await passSeconds(DAY_SECONDS)

  say('a model without sketches')
  const plain = await registerModel(context, { name: 'plain', units: UNITS, k: K, sketched: false })
  const plainChannels = (await openChannels(context, plain, 3)).channels
  const shape = { records: 200, channels: plainChannels, k: 0 }
  await record(context, '', plain, shape)
  const unsketched = await record(context, 'record 200 inferences without sketches, 3 channels', plain, shape)

  say('a model of 1 unit')
  const single = await registerModel(context, { name: 'single', units: 1, k: K })
  const few = { model: single, channels: (await openChannels(context, single, 3)).channels }
  say(`a model of ${MANY_UNITS} units`)
  const large = await registerModel(context, { name: 'large', units: MANY_UNITS, k: K })
  const many = { model: large, channels: (await openChannels(context, large, 3)).channels }
  const units = await settleUnits(context, few, many)
  const claims = await claimAll(context, large, many.channels)
  const { gas, floor } = unsketched.sent
  return [
    ...usual.measured,
    ...large.measured.slice(-2),
    ...opened.measured,
    ...walkIns,
    ...recorded.measured,
    emptied,
    { name: unsketched.sent.name, gas, floor },
    { name: 'one inference of those without sketches', gas: gas / 200n, floor: (floor - 21_000n) / 200n },
    ...settled,
    ...units,
    ...claims,
    ...challenges,
  ]
}

const DAY_SECONDS = 86_400
