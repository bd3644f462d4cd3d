import type pg from 'pg'
import { bytesToHex, hexToBytes, parseTransaction } from 'viem'
import { bondOfAccount } from '../../sdk/bond.ts'
import { walletOn } from '../../sdk/chain.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { broadcast } from '../../sdk/node/transactions/broadcast.ts'
import type { Attempt } from '../../sdk/node/transactions/journal.ts'
import { sign } from '../../sdk/node/transactions/sign.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { encodeRecords } from '../../sdk/record.ts'
import { encodeVouchers } from '../../sdk/voucher.ts'
import { depositBond, describeGap, operatorGap } from '../bond.ts'
import { channelName, channelState, channelUseOf, type UsedChannel } from '../channels/channelUse.ts'
import type { Serving } from '../serving.ts'
import { keepBatch } from '../store/batches.ts'
import { keptChannel, markPresented, waitingCalls } from '../store/calls.ts'
import { inTransaction, type Queries } from '../store/database.ts'
import type { Batching } from './batching.ts'
import { isDue } from './fill.ts'
import { type BatchLimits, type TakenBatch, takeBatch } from './takeBatch.ts'

/** No transaction may take more (EIP-7825). */
const GAS_CAP = 16_777_216n
/** Beyond the calls of one batch, so that some which are not covered now hold up nobody. */
const LOOK_AHEAD = 4

/** Records what waits of a model, where a batch of it is due. Returns how many calls. */
export async function recordDue(
  its: Batching,
  client: pg.ClientBase,
  serving: Serving,
  isForced: boolean,
): Promise<number> {
  const { operator, fill } = its
  const model = serving.model.model
  const waiting = await waitingCalls(client, operator, model, fill.records * LOOK_AHEAD)
  if (waiting.length === 0) return 0
  const idOf = new Map(waiting.map(({ id, receipt }) => [receipt, id]))
  const channels = await channelsOf(its, client, serving, [...idOf.keys()])
  for (let limits: BatchLimits = fill; ; limits = { ...limits, records: Math.ceil(limits.records / 2) }) {
    const { batch, uncovered } = takeBatch([...idOf.keys()], channels, serving.k, limits)
    if (uncovered.length > 0) its.log.warn({ model, calls: uncovered.length }, 'channels do not cover their calls now')
    const isFull = waiting.length - uncovered.length > batch.receipts.length
    if (batch.receipts.length === 0 || !(isForced || (await isDueNow(its, batch, isFull, waiting[0]?.seconds ?? 0))))
      return 0
    if (!(await hasBond(its, serving, batch))) return 0
    const attempt = await sign(recordCall(its, serving, batch), its.connection.reader, its.account)
    if ((parseTransaction(attempt.raw).gas ?? 0n) > GAS_CAP && limits.records > 1) continue
    await inTransaction(client, (queries) => keep(queries, its, serving, batch, attempt, idOf))
    await broadcast(attempt, its.connection)
    its.log.info({ model, calls: batch.receipts.length, transaction: attempt.hash }, 'batch sent')
    return batch.receipts.length
  }
}

async function channelsOf(
  { connection, operator }: Batching,
  queries: Queries,
  { model }: Serving,
  receipts: readonly Receipt[],
): Promise<ReadonlyMap<string, UsedChannel>> {
  const named = new Map(receipts.map(({ payer, channelSalt: salt }) => [channelName({ payer, salt }), { payer, salt }]))
  const found = new Map<string, UsedChannel>()
  for (const [name, channel] of named) {
    const key = { ...channel, operator, model: model.model }
    const [state, kept] = [await channelState(connection, key), await keptChannel(queries, key)]
    if (kept !== undefined) found.set(name, channelUseOf(key, state, kept, model.terms.feeUnitGwei))
  }
  return found
}

async function isDueNow(
  { connection, fill, promiseSeconds }: Batching,
  { receipts }: TakenBatch,
  isFull: boolean,
  waitedSeconds: number,
) {
  const { reader, contracts } = connection
  const [time, gasPriceWei] = await Promise.all([
    reader.readContract({ ...contracts.clock, functionName: 'time' }),
    reader.getGasPrice(),
  ])
  // By the contracts' clock too, which promises are made by.
  const oldestSeconds = Math.max(waitedSeconds, ...receipts.map(({ recordBy }) => time - (recordBy - promiseSeconds)))
  return isDue({ records: receipts.length, isFull, oldestSeconds, gasPriceWei }, fill)
}

/** Whether the operator's bond covers a batch, once what may be added was added. */
async function hasBond(its: Batching, { model }: Serving, { receipts }: TakenBatch): Promise<boolean> {
  const { connection, operator, account, topUpGwei, log } = its
  const units = receipts.reduce((sum, receipt) => sum + promisedRecord(receipt).feeUnits, 0)
  const added = { feesGwei: BigInt(units) * model.terms.feeUnitGwei, records: receipts.length }
  const bond = bondOfAccount(operator)
  const gap = await operatorGap(connection, bond, added)
  if (gap === undefined) return true
  const missingGwei = gap.requiredGwei - gap.coveringGwei
  if (missingGwei > topUpGwei) {
    log.error({ model: model.model }, `calls wait: ${describeGap(gap)}`)
    return false
  }
  // Among what was sent before a kill may be the very deposit that is missing.
  const { reader } = connection
  const count = (blockTag: 'pending' | 'latest') => reader.getTransactionCount({ address: account.address, blockTag })
  if ((await count('pending')) > (await count('latest'))) return false
  await depositBond(connection, walletOn(reader, account), bond, missingGwei)
  log.info({ bond: operator, gwei: `${missingGwei}` }, 'bond topped up')
  return true
}

function recordCall({ connection }: Batching, { model, k }: Serving, { receipts, channels, vouchers }: TakenBatch) {
  const placeOf = new Map(channels.map((channel, place) => [channelName(channel), place]))
  const records = receipts.map((receipt) => {
    const { payer, salt, feeUnits, commitment, sketch } = promisedRecord(receipt)
    const channel = placeOf.get(channelName({ payer, salt })) as number
    return { channel, feeUnits, commitment, sketch: hexToBytes(sketch) }
  })
  return callTo(connection.contracts.ledger, 'recordBatch', [
    model.model,
    bytesToHex(encodeChannels(channels)),
    bytesToHex(encodeVouchers(vouchers)),
    bytesToHex(encodeRecords(records, k, channels.length)),
  ])
}

async function keep(
  queries: Queries,
  { operator, account }: Batching,
  { model: { model } }: Serving,
  { receipts, channels, vouchers }: TakenBatch,
  attempt: Attempt,
  idOf: ReadonlyMap<Receipt, string>,
): Promise<void> {
  const calls = receipts.map((receipt) => idOf.get(receipt) as string)
  await keepBatch(queries, { operator, model, sender: account.address, attempt, calls })
  for (const { channel, maxClaimableAmount } of vouchers) {
    const { payer, salt } = channels[channel] as TakenBatch['channels'][number]
    await markPresented(queries, { payer, salt, operator, model }, maxClaimableAmount)
  }
}
