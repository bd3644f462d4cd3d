import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hex, keccak256, toHex } from 'viem'
import { randomSource } from '../../../attribution/random.ts'
import { openAnswersFile } from '../../../pipeline/serve/answersFile.ts'
import type { OperatorOptions, Request } from '../../../pipeline/serve/operation.ts'
import { openOperatorJournal } from '../../../pipeline/serve/operatorJournal.ts'
import { loadServing, type Serving } from '../../../gateway/serving.ts'
import type { Receipt } from '../../../sdk/receipt.ts'
import { amountCovering, signVoucher } from '../../../sdk/voucher.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import {
  type LocalChannel,
  type LocalModel,
  letOperate,
  openLocalChannel,
  receiptKey,
  registerLocalModel,
} from '../../support/localModel.ts'

/** An operator of a drawn model on a ledger of its own, whose answers cost nothing to compute. */

export const K = 64
export const FEE_UNITS = 20
export const FEE_UNIT = 1_000_000n
export const DAY = 86_400

/** What stands in the file of answers. */
export interface Reply {
  readonly id: string
  readonly answer?: string
  readonly receipt?: Receipt
  readonly refused?: { readonly reason: string; readonly channelId?: Hex; readonly maxClaimableAmount?: string }
}

export interface LocalOperator {
  readonly local: LocalLedger
  readonly registered: LocalModel
  readonly operator: number
  readonly serving: Serving
  /** A large one, and one whose deposit holds 1,000 fee units. */
  readonly channels: readonly [LocalChannel, LocalChannel]
  /** How many requests were computed. */
  readonly answered: () => number
  /** With files of this name, as a process that starts finds them. */
  readonly optionsWith: (name: string) => OperatorOptions
  readonly repliesOf: (name: string) => readonly Reply[]
  readonly chargedOn: (channel: LocalChannel) => Promise<number>
  readonly voucher: (
    channel: LocalChannel,
    units: number,
  ) => Promise<{ readonly maxClaimableAmount: bigint; readonly signature: Hex }>
}

const identity = {
  dims: K,
  width: K,
  map: Float32Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? 1 : 0)),
}

export async function startLocalOperator(): Promise<LocalOperator> {
  const local = await startLocalLedger(3)
  const registered = await registerLocalModel(local, { items: [30, 20, 25], k: K })
  const { model } = registered
  const operator = await letOperate(local, model, 20_000_000_000n)
  const channels = [
    await openLocalChannel(local, { operator, model, payer: 0 }),
    await openLocalChannel(local, { operator, model, payer: 1 }, 1_000_000_000n),
  ] as const
  const serving = await loadServing(local.connection, publicationOf(registered), operator)
  const { reader, contracts } = local.connection
  let answered = 0
  return {
    local,
    registered,
    operator,
    serving,
    channels,
    answered: () => answered,
    optionsWith: (name) => ({
      connection: local.connection,
      wallet: local.walletOf(local.cast.operator),
      serving,
      receiptKey,
      answer: async (texts) => {
        answered += texts.length
        return texts.map((text) => ({ response: `answer to ${text}`, gradient: direction(text) }))
      },
      journal: openOperatorJournal(join(local.folder, `${name}.journal.jsonl`)),
      answers: openAnswersFile(join(local.folder, `${name}.answers.jsonl`)),
      feeUnits: FEE_UNITS,
      limits: { records: 3, bytes: 100_000 },
      promiseSeconds: DAY / 2,
      topUpGwei: 0n,
      random32: () => randomBytes(32),
    }),
    repliesOf: (name) =>
      readFileSync(join(local.folder, `${name}.answers.jsonl`), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    chargedOn: async ({ payer, salt }) => {
      const key = { payer, salt, operator, model }
      return (await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })).chargedUnits
    },
    voucher: async (channel, units) => {
      const place = { chainId: reader.chain.id, address: contracts.channels.address }
      const maxClaimableAmount = amountCovering(BigInt(units), FEE_UNIT)
      const { signature } = await signVoucher(place, channel.signer, { channelId: channel.id, maxClaimableAmount })
      return { maxClaimableAmount, signature }
    },
  }
}

export function publicationOf({ model, parent, owner, fineTune, units }: LocalModel) {
  return {
    publication: {
      kind: 'sketched' as const,
      model,
      parent,
      owner,
      manifestHash: fineTune.manifestHash,
      pay: fineTune.pay,
      dims: K,
      rowIndexHash: keccak256(units.file),
      sketcherHash: keccak256('0x'),
      units: [],
      dropped: [],
    },
    sketcher: identity,
    indexFile: units.file,
  }
}

export function requests(channel: LocalChannel, ...ids: readonly string[]): readonly Request[] {
  return ids.map((id) => ({ id, payer: channel.payer, salt: channel.salt, text: `text of ${id}` }))
}

export function close({ journal, answers }: Pick<OperatorOptions, 'journal' | 'answers'>): void {
  journal.close()
  answers.close()
}

/** A direction in sketch space, drawn from its name. */
function direction(name: string): Float32Array {
  const next = randomSource(Number(BigInt(keccak256(toHex(name))) & 0xffff_ffffn))
  return Float32Array.from({ length: K }, () => next() / 2 ** 31 - 1)
}
