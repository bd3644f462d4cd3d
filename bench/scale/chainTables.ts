import { markdownTable } from '../../scripts/documentTables.ts'
import { type Capacity, CHAINS, type Chain } from './chains.ts'
import type { CommittedDay } from './commitOnly.ts'
import { type Day, gasAnInference } from './day.ts'
import { lengthOf } from './gasRules.ts'
import { bytesOf, large, percent, rounded, whole } from './say.ts'

/** What chains can take, and what a call costs on them. */

export interface Fit {
  readonly asTheyCome: Capacity
  readonly byChannel: Capacity
}

export function capacityTable(fits: readonly Fit[]): string {
  return markdownTable(
    [
      'all of',
      'gas a second',
      'gas a call',
      'data a call, bytes',
      'calls a day by gas',
      'by data',
      'at a tenth of it',
      'the same, batched by channel',
    ],
    fits.map(({ asTheyCome, byChannel }) => {
      const { chain, gas, data, byGas, byData } = asTheyCome
      return [
        chain.name,
        `${rounded(chain.gasASecond / 1e6)} M`,
        whole(gas),
        chain.dataASecond === undefined ? '–' : rounded(data),
        large(byGas),
        large(byData),
        `**${large(leastOf(asTheyCome) / 10)}**`,
        large(leastOf(byChannel) / 10),
      ]
    }),
    'right',
  )
}

function leastOf({ byGas, byData }: Capacity): number {
  return Math.min(byGas, byData)
}

export interface Priced {
  readonly name: string
  readonly gas: number
  /** Estimated bytes of an L2's data. */
  readonly data: number
}

const GAS_PRICES = [0.001, 0.01, 0.1, 1] as const
/** Gwei a blob gas, of which an L2's batches take one a byte. */
const BLOB_FEE = 0.01

/** Dollars for a thousand calls. */
export function priceTable(priced: readonly Priced[], etherDollars: number): string {
  const dollars = (gwei: number) => `$${rounded(gwei * 1e-9 * etherDollars * 1_000)}`
  return markdownTable(
    [
      'a thousand calls',
      'gas a call',
      ...GAS_PRICES.map((price) => `at ${price} gwei`),
      `data of an L2, at a blob fee of ${BLOB_FEE} gwei`,
    ],
    priced.map(({ name, gas, data }) => [
      name,
      whole(gas),
      ...GAS_PRICES.map((price) => dollars(gas * price)),
      dollars(data * BLOB_FEE),
    ]),
    'right',
  )
}

/** A way to bring a day's calls on chain. */
export interface Design {
  readonly name: string
  readonly batches: number
  readonly charges: number
  /** Gas a call. */
  readonly recording: number
  readonly charging?: number
  readonly settling: number
  readonly others: number
  /** Bytes a call on chain. */
  readonly bytes: number
}

export function calldataDesign(name: string, day: Day): Design {
  const { inferences } = day.scenario
  const { recording, settling } = day.gas
  return {
    name,
    batches: day.batches,
    charges: day.charges,
    recording: recording / inferences,
    settling: settling / inferences,
    others: gasAnInference(day) - (recording + settling) / inferences,
    bytes: (lengthOf(day.recordBytes) + lengthOf(day.settleBytes)) / inferences,
  }
}

export function committedDesign(name: string, day: CommittedDay, { others }: Design): Design {
  const { batches, charges, committing, charging, settling, bytes } = day
  return { name, batches, charges, recording: committing, charging, settling, others, bytes }
}

export function gasOf({ recording, charging = 0, settling, others }: Design): number {
  return recording + charging + settling + others
}

/** What so many calls a day ask of each design. */
export function designTable(inferences: number, designs: readonly Design[]): string {
  const [l1, , l2] = CHAINS as readonly [Chain, Chain, Chain]
  const aSecond = (design: Design) => (gasOf(design) * inferences) / 86_400
  const row = (name: string, of: (design: Design) => string) => [name, ...designs.map(of)]
  return markdownTable(
    [`${large(inferences)} calls a day`, ...designs.map(({ name }) => name)],
    [
      row('batches', ({ batches }) => large(batches)),
      row('times that a channel is charged', ({ charges }) => large(charges)),
      row('gas a call: recording or committing', ({ recording }) => rounded(recording)),
      row('– charging channels', ({ charging }) => (charging === undefined ? 'within' : rounded(charging))),
      row('– settling', ({ settling }) => rounded(settling)),
      row('– everything else', ({ others }) => rounded(others)),
      row('**gas a call, all in all**', (design) => `**${rounded(gasOf(design))}**`),
      row('million gas a second', (design) => rounded(aSecond(design) / 1e6)),
      row(`of ${l1.name}`, (design) => percent(aSecond(design) / l1.gasASecond)),
      row(`of an ${l2.name}, by gas`, (design) => percent(aSecond(design) / l2.gasASecond)),
      row('bytes a call on chain', ({ bytes }) => rounded(bytes)),
      row('bytes a second on chain', ({ bytes }) => bytesOf((bytes * inferences) / 86_400)),
    ],
    'right',
  )
}
