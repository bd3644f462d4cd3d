import { type Address, bytesToHex, type Hex, toHex } from 'viem'
import { z } from 'zod'
import { randomSource } from '../../attribution/random.ts'
import { walletsOf } from '../../examples/demo/wallets.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { settleBook } from '../../sdk/node/settleBook.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type OpenedModel, openModel } from '../../sdk/openModel.ts'
import { encodeRecords } from '../../sdk/record.ts'
import { unsettledBooks } from '../../sdk/settling.ts'
import { type Context, contextOn } from '../gas/context.ts'
import { openChannels } from '../gas/recording.ts'
import { registerModel } from '../gas/registering.ts'
import type { Anvil } from './anvil.ts'

/** A served model, its contributors, payers and operator, and batches of inferences: a chain of our own facts. */
export interface RecordShape {
  readonly seed: number
  readonly batches: number
  /** Records in a batch; a batch is a block. */
  readonly records: number
}

const UNITS = 40
const K = 256
const CHANNELS = 3
/** What a call costs at most, in fee units. */
const MOST_FEE = 40
/** Then a day passes, books whose windows are over are settled, and contributors claim. */
const BATCHES_A_DAY = 25
const DAY_SECONDS = 86_400

const wallets = walletsOf(1)

/** What a batch costs in gas at most, by the rules of Osaka. */
const GAS = toHex(16_000_000)

/** Registers everything that recording needs. */
export async function prepareContext(anvil: Anvil, deployment: Deployment): Promise<void> {
  await mining(anvil, async () => {
    const context = await contextAt(anvil, deployment)
    const model = await registerModel(context, { name: 'served', units: UNITS, k: K })
    await openChannels(context, model, CHANNELS)
  })
}

export async function addRecords(anvil: Anvil, deployment: Deployment, shape: RecordShape): Promise<void> {
  const served = await servedOn(anvil, deployment)
  const send = senderOf(anvil)
  for (let batch = 0; batch < shape.batches; batch++) {
    await send([served.recording(shape.seed + batch, shape.records)])
    if (batch % BATCHES_A_DAY === BATCHES_A_DAY - 1) await mining(anvil, () => endDay(served))
  }
}

/** What is served on a chain. */
interface Served {
  readonly context: Context
  readonly operator: number
  readonly model: OpenedModel
  /** A transaction that records a batch. */
  recording(seed: number, records: number): Sent
}

export async function servedOn(anvil: Anvil, deployment: Deployment): Promise<Served> {
  const context = await contextAt(anvil, deployment)
  const { reader, contracts } = context.connection
  const accountOf = ({ address }: { readonly address: Address }) =>
    reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
  const [payer, operator] = await Promise.all([
    accountOf(wallets.payers[0] ?? wallets.operator),
    accountOf(wallets.operator),
  ])
  const model = await openModel(context.connection, await newestModel(context.connection))
  const channels = encodeChannels(Array.from({ length: CHANNELS }, (_, i) => ({ payer, salt: i + 1 })))
  return {
    context,
    operator,
    model,
    recording: (seed, records) => {
      const call = callTo(contracts.ledger, 'recordBatch', [
        model.model,
        bytesToHex(channels),
        '0x',
        bytesToHex(drawnRecords(seed, records)),
      ])
      return [wallets.operator, call]
    },
  }
}

async function newestModel({ reader, contracts }: Connection): Promise<number> {
  return await reader.readContract({ ...contracts.models, functionName: 'modelCount' })
}

function drawnRecords(seed: number, count: number): Uint8Array {
  const next = randomSource(seed)
  const bytes = (length: number) => Uint8Array.from({ length }, () => next() & 0xff)
  const records = Array.from({ length: count }, () => ({
    channel: next() % CHANNELS,
    feeUnits: 1 + (next() % MOST_FEE),
    commitment: bytesToHex(bytes(32)),
    sketch: bytes(K / 8),
  }))
  return encodeRecords(records, K, CHANNELS)
}

async function endDay({ context, operator, model }: Served): Promise<void> {
  const { connection, walletOf, passSeconds } = context
  const { reader, contracts } = connection
  await passSeconds(DAY_SECONDS)
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const due = (await unsettledBooks(connection, model.model, operator)).filter(({ windowEnd }) => windowEnd < time)
  for (const { key } of due) await settleBook(connection, walletOf(wallets.operator), model, key)
  if (due.length === 0) return
  const contributors = [...new Set(model.contributorOf.values())]
  await transact(reader, walletOf(wallets.deployer), callTo(contracts.earnings, 'claimMany', [contributors]))
}

async function contextAt(anvil: Anvil, deployment: Deployment): Promise<Context> {
  const connection = await connect(anvil.url, deployment)
  // Where blocks have an interval, increasing the time does nothing.
  const passSeconds = async (seconds: number) => {
    const { timestamp } = await connection.reader.getBlock()
    await anvil.ask('evm_setNextBlockTimestamp', [Number(timestamp) + seconds])
    await anvil.ask('evm_mine')
  }
  return contextOn(connection, wallets, passSeconds)
}

/** Every transaction is a block for a while. */
async function mining(anvil: Anvil, work: () => Promise<void>): Promise<void> {
  await anvil.ask('evm_setAutomine', [true])
  await work()
  await anvil.ask('evm_setAutomine', [false])
}

export type Sent = readonly [from: { readonly address: Address }, call: Pick<ContractCall, 'to' | 'data'>]

/** Sends transactions in one request, mines them into one block, and fails if one of them does. */
export function senderOf(anvil: Anvil) {
  return async (transactions: readonly Sent[]): Promise<void> => {
    const calls = transactions.map(([{ address }, { to, data }]) => ({
      method: 'eth_sendTransaction',
      params: [{ from: address, to, data, gas: GAS, gasPrice: '0x77359400' satisfies Hex }],
    }))
    await anvil.askAll(calls)
    await anvil.ask('evm_mine')
    const receipts = receiptsSchema.parse(await anvil.ask('eth_getBlockReceipts', ['latest']))
    if (receipts.length === calls.length && receipts.every(({ status }) => status === '0x1')) return
    throw new Error(
      `Of ${calls.length} transactions ${receipts.filter(({ status }) => status === '0x1').length} succeeded`,
    )
  }
}

const receiptsSchema = z.array(z.object({ status: z.string() }))
