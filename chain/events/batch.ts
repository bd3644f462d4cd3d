import { bytesToHex, type Hex } from 'viem'
import { openBatch } from '../../sdk/batch.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import { channelId, decodeToldChannels } from '../../sdk/channel.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import type { Terms } from './terms.ts'

/** The arguments of `BatchRecorded`. */
interface BatchEvent {
  readonly batch: bigint
  readonly book: bigint
  readonly number: number
  readonly units: bigint
  readonly root: Hex
  readonly channels: Hex
  readonly records: Hex
}

const BPS = 10_000n

/** Decodes a batch's packed channels and records, and checks that they lead to its root. */
export function batchFacts(origin: EventOrigin, event: BatchEvent, terms: Terms): readonly Fact[] {
  const { block, logIndex } = origin
  const { batch, book, number, units, root } = event
  const { model, operator } = bookKeyOf(book)
  const known = terms.models.get(model)
  if (known === undefined) throw new Error(`Batch ${batch} is of model ${model}, which is not registered`)
  const { feeUnitGwei, recordDims } = known
  const channels = decodeToldChannels(Buffer.from(event.channels.slice(2), 'hex'))
  const records = Buffer.from(event.records.slice(2), 'hex')
  const opened = openBatch(
    { batch, book, number, recordedIn: Number(block), units, root, channels, records },
    recordDims,
  )

  const { count, sumHash } = opened.header
  const feesGwei = units * feeUnitGwei
  const facts: Fact[] = [
    {
      table: 'batchRecorded',
      row: {
        ...origin,
        batch,
        book,
        model,
        operator,
        number: BigInt(number),
        count: BigInt(count),
        units,
        feesGwei,
        coverGwei: coverOf(feesGwei, BigInt(count), terms),
        root,
        sumHash,
      },
    },
  ]
  const charged = channels.map(() => 0)
  for (const [i, { channel, feeUnits, commitment, sketch }] of opened.records.entries()) {
    charged[channel] = (charged[channel] as number) + feeUnits
    facts.push({
      table: 'inference',
      row: {
        block,
        batch,
        position: BigInt(i),
        model,
        operator,
        payer: channels[channel]?.payer ?? 0,
        channelIndex: BigInt(channel),
        feeUnits: BigInt(feeUnits),
        feeGwei: BigInt(feeUnits) * feeUnitGwei,
        commitment,
        recordHash: opened.leaves[i] as Hex,
        sketch: recordDims === 0 ? null : bytesToHex(sketch),
      },
    })
  }
  for (const [i, { payer, salt, coveredUnits, chargedUnits }] of channels.entries()) {
    facts.push({
      table: 'channelCharged',
      row: {
        block,
        logIndex,
        batch,
        position: BigInt(i),
        channel: channelId({ payer, salt, operator, model }),
        payer,
        salt: BigInt(salt),
        units: BigInt(charged[i] as number),
        coveredUnits: BigInt(coveredUnits),
        chargedUnits: BigInt(chargedUnits),
      },
    })
  }
  return facts
}

/** contracts/Bonds.sol, `expose`. */
function coverOf(feesGwei: bigint, records: bigint, { cover }: Terms): bigint {
  return (feesGwei * cover.ratioBps + BPS - 1n) / BPS + records * cover.perRecordGwei
}
