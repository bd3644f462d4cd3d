import { challengeRecords, challengeUnits } from './challenging.ts'
import type { Measured } from './measured.ts'
import { openChannels, record, recordBatches, recordLargeFees, walkIn } from './recording.ts'
import { registerModel } from './registering.ts'
import { claimAll, settleBooks, settleUnits } from './settling.ts'
import { type Stage, setStage } from './stage.ts'

const K = 256
/** What a demo's model has. */
const UNITS = 40
const MANY_UNITS = 500
const CHANNELS = 4

/** Plays the lives of some models and measures what each act costs on the way. */
export async function measureActs(say: (progress: string) => void = () => {}): Promise<readonly Measured[]> {
  const stage = await setStage()
  try {
    return await playAll(stage, say)
  } finally {
    await stage.stop()
  }
}

async function playAll(stage: Stage, say: (progress: string) => void): Promise<readonly Measured[]> {
  const { passSeconds } = stage
  say(`a model of ${UNITS} units`)
  const usual = await registerModel(stage, { name: 'usual', units: UNITS, k: K })
  const opened = await openChannels(stage, usual, CHANNELS)
  const three = opened.channels.slice(0, 3)
  const walkIns = await walkIn(stage, usual)
  const recorded = await recordBatches(stage, usual, opened.channels)
  const settled = await settleBooks(stage, usual, three, recorded.batches)
  const challenges = [...(await challengeRecords(stage, usual, three)), ...(await challengeUnits(stage, usual))]
  const emptied = await recordLargeFees(stage, usual, three)
  await passSeconds(DAY_SECONDS)

  say('a model without sketches')
  const plain = await registerModel(stage, { name: 'plain', units: UNITS, k: K, sketched: false })
  const plainChannels = (await openChannels(stage, plain, 3)).channels
  const shape = { records: 200, channels: plainChannels, k: 0 }
  await record(stage, '', plain, shape)
  const unsketched = await record(stage, 'record 200 inferences without sketches, 3 channels', plain, shape)

  say('a model of 1 unit')
  const single = await registerModel(stage, { name: 'single', units: 1, k: K })
  const few = { model: single, channels: (await openChannels(stage, single, 3)).channels }
  say(`a model of ${MANY_UNITS} units`)
  const large = await registerModel(stage, { name: 'large', units: MANY_UNITS, k: K })
  const many = { model: large, channels: (await openChannels(stage, large, 3)).channels }
  const units = await settleUnits(stage, few, many)
  const claims = await claimAll(stage, large, many.channels)
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
