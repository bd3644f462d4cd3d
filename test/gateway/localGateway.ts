import { join } from 'node:path'
import { type Hex, keccak256, type LocalAccount, toHex } from 'viem'
import { randomSource } from '../../attribution/random.ts'
import { embeddedBackend } from '../../gateway/backends/embedded.ts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import type { OfferedModel } from '../../gateway/gateway.ts'
import { voucherHeader } from '../../gateway/payment/payment.ts'
import { loadServing } from '../../gateway/serving.ts'
import { type GatewayOptions, type RunningGateway, startGateway } from '../../gateway/startGateway.ts'
import type { PublishedSketches } from '../../pipeline/publish/publication.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { amountCovering, signVoucher } from '../../sdk/voucher.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import {
  type LocalChannel,
  type LocalModel,
  letOperate,
  openLocalChannel,
  receiptKey,
  registerLocalModel,
} from '../support/localModel.ts'

/** A gateway for a drawn model on a ledger of its own, whose answers cost nothing to compute. */

export const K = 64
export const FEE_UNITS = 20
export const FEE_UNIT = 1_000_000n
export const DAY = 86_400
export const MODEL = 'tea'

export interface LocalGateway {
  readonly local: LocalLedger
  readonly registered: LocalModel
  readonly operator: number
  readonly offered: OfferedModel
  /** A large one, and one whose deposit holds 1,000 fee units. */
  readonly channels: readonly [LocalChannel, LocalChannel]
  /** How many texts were computed. */
  readonly answered: () => number
  readonly start: (name: string, more?: Partial<GatewayOptions>) => Promise<RunningGateway>
  readonly chargedOn: (channel: ChannelKey) => Promise<number>
  /** A header that lets the gateway charge so many fee units in all. */
  readonly voucher: (channel: LocalChannel, units: number) => Promise<Record<string, string>>
  readonly facilitator: LocalAccount
}

export const identity = {
  dims: K,
  width: K,
  map: Float32Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? 1 : 0)),
}

export const quiet = { info: () => {}, warn: () => {}, error: () => {} }

export async function startLocalGateway({
  items = [30, 20, 25],
  bondGwei = 20_000_000_000n,
} = {}): Promise<LocalGateway> {
  const local = await startLocalLedger(items.length)
  const registered = await registerLocalModel(local, { items, k: K })
  const { model } = registered
  const operator = await letOperate(local, model, bondGwei)
  const channels = [
    await openLocalChannel(local, { operator, model, payer: 0 }),
    await openLocalChannel(local, { operator, model, payer: 1 }, 1_000_000_000n),
  ] as const
  const { reader, contracts } = local.connection
  let answered = 0
  const offered = await offeredModel(local.connection, publicationOf(registered), operator, (texts) => {
    answered += texts
  })
  return {
    local,
    registered,
    operator,
    offered,
    channels,
    answered: () => answered,
    facilitator: local.wallets.curator,
    start: (name, more) =>
      startGateway({
        connection: local.connection,
        database: { kind: 'embedded', folder: join(local.folder, name) },
        models: [offered],
        account: local.wallets.operator,
        receiptKey,
        facilitator: local.wallets.curator,
        fill: { ...USUAL_FILL, records: 3 },
        promiseSeconds: DAY / 2,
        finalityDepth: 4,
        settles: false,
        port: 0,
        log: quiet,
        passMs: 100,
        ...more,
      }),
    chargedOn: async ({ payer, salt }: ChannelKey) => {
      const key = { payer, salt, operator, model }
      return (await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })).chargedUnits
    },
    voucher: async (channel, units) => {
      const place = { chainId: reader.chain.id, address: contracts.channels.address }
      const maxClaimableAmount = amountCovering(BigInt(units), FEE_UNIT)
      const { signature } = await signVoucher(place, channel.signer, { channelId: channel.id, maxClaimableAmount })
      return { 'Attribution-Voucher': voucherHeader(channel, { maxClaimableAmount, signature }) }
    },
  }
}

/** The drawn model: its answers follow from the texts alone. */
export async function offeredModel(
  connection: Connection,
  published: Omit<PublishedSketches, 'sketcher'>,
  operator: number,
  onAnswered: (texts: number) => void,
): Promise<OfferedModel> {
  const answer = async (texts: readonly string[]) => {
    onAnswered(texts.length)
    return texts.map((text) => ({
      label: text.includes('?') ? 'question' : 'order',
      probability: 0.75,
      logOdds: Math.log(3),
      gradient: direction(text),
    }))
  }
  return {
    name: MODEL,
    serving: await loadServing(connection, { ...published, sketcher: identity }, operator),
    backend: embeddedBackend({ answer, close: async () => {} }, identity),
    price: { baseGwei: BigInt(FEE_UNITS) * FEE_UNIT, perThousandInGwei: 0n, perThousandOutGwei: 0n },
    maxTokens: 16,
    indexFile: published.indexFile,
  }
}

/** One JSON request; the status and the body as they come. */
export async function post(
  gateway: { readonly url: string },
  path: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  // biome-ignore lint/suspicious/noExplicitAny: tests look at whatever comes.
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}

export function publicationOf({ model, parent, owner, fineTune, units }: LocalModel) {
  return {
    publication: {
      kind: 'sketched' as const,
      model,
      parent,
      owner,
      manifestHash: fineTune.manifestHash as Hex,
      pay: fineTune.pay,
      dims: K,
      rowIndexHash: keccak256(units.file),
      sketcherHash: keccak256('0x'),
      units: [],
      dropped: [],
    },
    indexFile: units.file,
  }
}

/** A direction in sketch space, drawn from its name. */
function direction(name: string): Float32Array {
  const next = randomSource(Number(BigInt(keccak256(toHex(name))) & 0xffff_ffffn))
  return Float32Array.from({ length: K }, () => next() / 2 ** 31 - 1)
}
