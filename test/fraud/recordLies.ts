import type { InferenceRecord } from '../../sdk/record.ts'
import type { DrawnCall } from '../support/localBatches.ts'
import type { Draw } from './draw.ts'

/** Every way to record something else than the receipt says; undefined where it is not recorded at all. */
export const recordLies: Readonly<
  Record<string, (call: DrawnCall, draw: Draw, channels: number) => InferenceRecord | undefined>
> = {
  'a higher fee': ({ record }, draw) => ({ ...record, feeUnits: record.feeUnits + 1 + draw.below(900) }),
  'a lower fee': ({ record }, draw) => ({
    ...record,
    feeUnits: record.feeUnits === 1 ? 2 : record.feeUnits - 1 - draw.below(record.feeUnits - 1),
  }),
  'one bit of the query': ({ record }, draw) => {
    const at = draw.below(record.sketch.length)
    return { ...record, sketch: record.sketch.with(at, (record.sketch[at] as number) ^ (1 << draw.below(8))) }
  },
  'another query': ({ record }, draw) => ({ ...record, sketch: record.sketch.map(() => draw.below(256)) }),
  'somebody else’s channel': ({ record }, draw, channels) => ({
    ...record,
    channel: (record.channel + 1 + draw.below(channels - 1)) % channels,
  }),
  'another answer': ({ record }, draw) => ({ ...record, commitment: draw.hash() }),
  'nothing at all': () => undefined,
}

/** Lies that no proof shows: only a demand that nobody can answer does. */
export const UNRECORDED: ReadonlySet<string> = new Set(['another answer', 'nothing at all'])
