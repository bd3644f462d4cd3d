import { bytesToHex, concatHex, keccak256, type LocalAccount, toHex } from 'viem'
import { bitsOf } from '../../attribution/querySketch.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { unitContributions } from '../../attribution/unitPlan.ts'
import { encodeUnitTotal } from '../../attribution/unitTotalBytes.ts'
import { depositBond } from '../../gateway/bond.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { sumBytes, voidRecord } from '../../sdk/batch.ts'
import { bondOfAccount } from '../../sdk/bond.ts'
import { commitAct } from '../../sdk/challenge.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { rawUnitHeaders, splitRowIndex } from '../../sdk/rawRowIndex.ts'
import { promisedRecord, type Receipt, signedReceipt, signReceipt } from '../../sdk/receipt.ts'
import { type InferenceRecord, inferenceCommitment } from '../../sdk/record.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { nothingRead } from '../../sdk/rowsRead.ts'
import { showUnit } from '../../sdk/unitProof.ts'
import type { Context, Sent } from './context.ts'
import type { Measured } from './measured.ts'
import { type BenchChannel, record } from './recording.ts'
import { type BenchModel, receiptKey } from './registering.ts'

/** Receipts broken and unrecorded, records voided and appealed against, units demanded and shown, and what each costs. */

const PROMISED_SECONDS = 3_600
const DEMAND_SECONDS = 43_200
const STAKE_GWEI = 1_000_000_000_000n
const NO_GROUNDS = keccak256(toHex('grounds'))

export async function challengeRecords(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
): Promise<readonly Measured[]> {
  const { connection, wallets, measure, measureAs, passSeconds } = context
  const { court, ledger } = connection.contracts
  const challenger = await readyChallenger(context)
  const salt = keccak256(toHex('salt'))
  const [broken, kept, missing] = await Promise.all(
    ['broken', 'kept', 'missing'].map((name) => promise(context, model, channels, name)),
  )
  if (!broken || !kept || !missing) throw new Error('Three receipts were signed')
  const given = [{ ...broken.record, feeUnits: broken.record.feeUnits + 1 }, kept.record]
  const { batch } = await record(context, '', model, { records: 200, channels, k: model.k, given })

  const brokenArgs = [signedReceipt(broken.receipt), broken.receipt.signature, promisedRecord(broken.receipt)] as const
  const proof = [proveRecord(batch, BROKEN), sumBytes(batch)] as const
  const prove = callTo(court, 'proveBrokenReceipt', [salt, ...brokenArgs, ...proof])
  const committed = await commit(context, challenger, prove)
  const proved = await measure('prove a receipt broken, of 200', prove, challenger)

  let standing = voidRecord(batch, BROKEN)
  const voidCall = callTo(ledger, 'voidRecord', [proveRecord(standing, VOIDED), sumBytes(standing)])
  const voided = await measureAs('of that, the Ledger voiding the record', voidCall, court.address)

  standing = voidRecord(standing, VOIDED)
  const grounds = [NO_GROUNDS, 'https://example.org/grounds'] as const
  const appeal = callTo(court, 'appealRecord', [proveRecord(standing, APPEALED), sumBytes(standing), ...grounds])
  const appealed = await measure('appeal against a record, which sets it aside', appeal, challenger)
  standing = voidRecord(standing, APPEALED)
  const rule = callTo(court, 'rule', [1n, true, ...grounds])
  const ruled = await measureAs('rule on an appeal', rule, connection.contracts.timelock.address)

  await passSeconds(PROMISED_SECONDS)
  const demands: Sent[] = []
  for (const { receipt } of [kept, missing]) {
    const args = [salt, model.operator, signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
    const demand = callTo(court, 'demandRecord', args)
    await commit(context, challenger, demand)
    demands.push(await measure('demand a record', demand, challenger))
  }
  const show = callTo(court, 'showRecord', [proveRecord(standing, KEPT)])
  const answered = await measure('show a demanded record, of 200', show, wallets.operator)
  await passSeconds(DEMAND_SECONDS)
  const close = callTo(court, 'closeRecordDemand', [signedReceipt(missing.receipt).recordHash])
  const closed = await measure('close a demand that nobody answered', close, challenger)
  return [
    plain(committed),
    plain(proved),
    voided,
    ...[...demands.slice(1), answered, closed, appealed].map(plain),
    ruled,
  ]
}

/** Places of records in the batch that is struck. */
const [BROKEN, KEPT, VOIDED, APPEALED] = [0, 1, 7, 9] as const

export async function challengeUnits(context: Context, model: BenchModel): Promise<readonly Measured[]> {
  const { connection, wallets, measure } = context
  const { unitCourt } = connection.contracts
  const challenger = await readyChallenger(context)
  const salt = keccak256(toHex('salt'))
  const raw = splitRowIndex(model.units.file)
  const shown = showUnit(rawUnitHeaders(raw, unitContributions(model.units.plan)), 0)
  const rows = raw.units[0] ?? []
  const bytes = concatHex(rows.map((row) => bytesToHex(row)))

  const demand = callTo(unitCourt, 'demandUnit', [salt, model.model, 0])
  await commit(context, challenger, demand)
  const demanded = await measure('demand a unit', demand, challenger)
  const nothing = nothingRead({ k: model.k, unitCount: raw.units.length, total: undefined })
  const show = callTo(unitCourt, 'showUnit', [model.model, shown, bytes, nothing])
  const answered = await measure(`show a unit of ${rows.length} rows`, show, wallets.owner)

  // A sound unit cannot be struck, so the cost of reading rows is measured on a page that holds all but the last.
  const total = encodeUnitTotal(model.units.total)
  const read = nothingRead({ k: model.k, unitCount: raw.units.length, total: model.units.total })
  const pageOf = (count: number) =>
    callTo(unitCourt, 'proveFalseUnit', [
      salt,
      model.model,
      shown,
      bytesToHex(total),
      concatHex(rows.slice(0, count).map((row) => bytesToHex(row))),
      read,
    ])
  const pages: Sent[] = []
  for (const count of [1, rows.length - 1]) {
    await commit(context, challenger, pageOf(count))
    pages.push(await measure('', pageOf(count), challenger))
  }
  const [one, many] = pages as [Sent, Sent]
  const gas = (many.gas - one.gas) / BigInt(rows.length - 2)
  return [plain(demanded), plain(answered), { name: `a row read in a proof against its unit, k = ${model.k}`, gas }]
}

async function readyChallenger(context: Context): Promise<LocalAccount> {
  const { connection, wallets, walletOf } = context
  const challenger = wallets.curator
  const account = await ensureAccount(connection, walletOf(challenger))
  await depositBond(connection, walletOf(wallets.deployer), bondOfAccount(account), STAKE_GWEI)
  return challenger
}

/** Commits to a challenge and waits until it can be made. */
async function commit(context: Context, challenger: LocalAccount, call: ContractCall): Promise<Sent> {
  const committing = commitAct(context.connection.contracts, challenger.address, call)
  const committed = await context.measure('commit to a challenge', committing, challenger)
  await context.passSeconds(1)
  await context.passSeconds(1)
  return committed
}

/** A receipt, and the record that it promises. */
async function promise(
  { connection }: Context,
  { model, operator, k }: BenchModel,
  [channel]: readonly BenchChannel[],
  name: string,
): Promise<{ readonly receipt: Receipt; readonly record: InferenceRecord }> {
  const { reader, contracts } = connection
  if (channel === undefined) throw new Error('There is a channel')
  const query = Int8Array.from({ length: k }, (_, d) => (d % 15) - 7)
  const bits = bitsOf(Int8Array.from(query, (code) => (code < 0 ? -1 : 1)))
  const sketch = packSketch(query)
  const [salt, requestHash, answerHash] = ['salt', 'request', 'answer'].map((part) => keccak256(toHex(part + name)))
  if (!salt || !requestHash || !answerHash) throw new Error('Three hashes were taken')
  const { timestamp } = await reader.getBlock()
  const receipt = await signReceipt(receiptKey, {
    chainId: reader.chain.id,
    court: contracts.court.address,
    model,
    operator,
    payer: channel.payer,
    channelSalt: channel.salt,
    requestHash,
    answerHash,
    salt,
    querySketch: bytesToHex(sketch),
    recordBy: Number(timestamp) + PROMISED_SECONDS,
    feeUnits: 20,
    bits,
  })
  const commitment = inferenceCommitment(salt, requestHash, answerHash, sketch)
  return { receipt, record: { channel: 0, feeUnits: 20, commitment, sketch: bits } }
}

function plain({ name, gas }: Sent): Measured {
  return { name, gas }
}
