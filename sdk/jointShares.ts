import { memberDraw } from '../attribution/bookPay.ts'
import { type JointPlace, jointPlaces } from './accountModels.ts'
import type { Reading } from './contracts.ts'
import type { OpenedModel } from './openModel.ts'

/** A member's part of a joint unit's pay that it has not drawn yet, as `Earnings.claim` takes it. */
export interface JointShare extends Pick<JointPlace, 'model' | 'unit' | 'member'> {
  readonly gwei: bigint
}

/** What an account can draw of joint units now. */
export async function jointSharesOf(
  reading: Reading,
  account: number,
  models: readonly OpenedModel[],
): Promise<readonly JointShare[]> {
  const places = models.flatMap((model) => jointPlaces(model, account))
  const shares = await Promise.all(places.map((place) => shareAt(reading, place)))
  return shares.filter(({ gwei }) => gwei > 0n)
}

async function shareAt({ reader, contracts }: Reading, place: JointPlace): Promise<JointShare> {
  const { model, unit, member, kept, unitKept } = place
  const { earnings } = contracts
  const [received, drawn] = await Promise.all([
    reader.readContract({ ...earnings, functionName: 'receivedOf', args: [model, unit] }),
    reader.readContract({ ...earnings, functionName: 'drawnOf', args: [model, unit, member] }),
  ])
  return { model, unit, member, gwei: memberDraw(received, kept, unitKept, drawn) }
}
