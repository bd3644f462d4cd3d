import { parseReceipt, type Receipt, type Voucher } from '@attribution-ledger/sdk'
import { type Hex, keccak256, toBytes } from 'viem'
import type { Offer } from './offers.ts'

/** Questions over HTTP, as docs/gateway.md describes them. */

/** Longer than a gateway takes before it drops a call. */
const PATIENCE_MS = 150_000
const LONGEST_REASON = 300

/** What a gateway says where it does not answer. */
export class GatewayRefusal extends Error {
  readonly status: number
  /** Of 402: the most that the call may cost, and what has to be signed, in wei, or deposited for it. */
  readonly mostGwei: bigint | undefined
  readonly wantedWei: bigint | undefined
  readonly missingGwei: bigint | undefined

  constructor(status: number, message: string, attribution: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.status = status
    this.mostGwei = amountIn(attribution.mostGwei)
    this.wantedWei = amountIn(attribution.maxClaimableAmount)
    this.missingGwei = amountIn(attribution.missingGwei)
  }
}

export interface Reply {
  readonly id: string
  /** The answer as its receipt hashes it, and as people read it. */
  readonly text: string
  readonly said: string
  /** How sure a classifier is, of one. */
  readonly probability: number | undefined
  readonly receipt: Receipt
}

interface Payment {
  readonly voucher: string
  /** Asked again under the same one, an answered call costs nothing more. */
  readonly key: string
}

/** Asks without pay, which every gateway refuses with the most that the answer may cost. */
export async function priceOf(url: string, offer: Offer, question: string): Promise<bigint> {
  try {
    await post(url, offer, question)
  } catch (error) {
    if (error instanceof GatewayRefusal && error.mostGwei !== undefined) return error.mostGwei
    throw error
  }
  throw new Error('The gateway named no price')
}

export async function askGateway(url: string, offer: Offer, question: string, payment: Payment): Promise<Reply> {
  const body = await post(url, offer, question, payment)
  const {
    id: named,
    data,
    choices,
    attribution,
  } = body as {
    readonly id?: unknown
    readonly data?: readonly { readonly index: number; readonly label: string; readonly probability: number }[]
    readonly choices?: readonly { readonly message: { readonly content: string } }[]
    readonly attribution?: { readonly receipt?: unknown }
  }
  const receipt = parseReceipt(JSON.stringify(attribution?.receipt ?? null), 'What came with the answer')
  const id = typeof named === 'string' && /^[\w-]{1,64}$/.test(named) ? named : payment.key
  const [classified] = data ?? []
  if (classified !== undefined) {
    const { index: _, ...said } = classified
    return { id, receipt, text: JSON.stringify(said), said: said.label, probability: said.probability }
  }
  const text = choices?.[0]?.message.content ?? ''
  return { id, receipt, text, said: text, probability: undefined }
}

export function voucherHeader(payer: number, salt: number, { maxClaimableAmount, signature }: Voucher): string {
  return JSON.stringify({ payer, salt, maxClaimableAmount: `${maxClaimableAmount}`, signature })
}

/** What a receipt must say of a question: the hash of its request as RFC 8785 writes it, keys in order. */
export function requestHash(offer: Offer, question: string): Hex {
  return keccak256(toBytes(JSON.stringify(requestOf(offer, question))))
}

function requestOf({ endpoint, name }: Offer, question: string): object {
  return endpoint === 'classifications'
    ? { input: question, model: name }
    : { messages: [{ content: question, role: 'user' }], model: name }
}

async function post(url: string, offer: Offer, question: string, payment?: Payment): Promise<unknown> {
  const path = offer.endpoint === 'classifications' ? 'classifications' : 'chat/completions'
  const response = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(payment && { 'attribution-voucher': payment.voucher, 'idempotency-key': payment.key }),
    },
    body: JSON.stringify({ ...requestOf(offer, question), attribution: true }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => {
    throw new Error(
      `The gateway at ${url} does not answer now. Ask again: if it answered meanwhile, that costs nothing more`,
    )
  })
  const body = (await response.json().catch(() => ({}))) as Refused
  if (response.ok) return body
  const { error, attribution } = body
  const said = `${error?.message ?? `The gateway answered ${response.status}.`}`.slice(0, LONGEST_REASON).toWellFormed()
  const seconds = response.headers.get('retry-after')
  throw new GatewayRefusal(response.status, seconds === null ? said : `${said} Ask again in ${seconds} s.`, attribution)
}

interface Refused {
  readonly error?: { readonly message?: string }
  readonly attribution?: Readonly<Record<string, unknown>>
}

function amountIn(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^\d{1,39}$/.test(value) ? BigInt(value) : undefined
}
