/**
 * What reading a log costs: hot events by viem and by us, their journals by sdk/journal.ts and as the indexer rolls them, and a
 * batch of 200 records with sketches of 256 bits.
 *
 *     npm run bench:decode
 *
 * CPU time of this process, so that a busy machine counts less; the best of several rounds.
 */
import {
  type Abi,
  type AbiEvent,
  bytesToHex,
  decodeEventLog,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
} from 'viem'
import { type ChainLog, type ContractName, followedOf, journaled, namesFollowed } from '../chain/events/contracts.ts'
import { decodeLogs } from '../chain/events/decode.ts'
import { emptyJournals, replayJournals } from '../chain/events/journals.ts'
import { noTerms, type Terms } from '../chain/events/terms.ts'
import { batchOf } from '../sdk/batch.ts'
import { bookId } from '../sdk/book.ts'
import { encodeToldChannels } from '../sdk/channel.ts'
import { abis } from '../sdk/contracts.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { EMPTY_JOURNAL, eventHash, journalStep } from '../sdk/journal.ts'
import { encodeRecords } from '../sdk/record.ts'

const LOGS = 4_000
const BATCHES = 20
const RECORDS = 200
const CHANNELS = 3
const DIMS = 256
const ROUNDS = 9

const names = Object.keys(abis) as (keyof Deployment['contracts'])[]
const addresses = Object.fromEntries(names.map((name, i) => [name, `0x${`0${i.toString(16)}`.slice(-2).repeat(20)}`]))
const contracts = addresses as Deployment['contracts']
const deployment: Deployment = { name: 'paper', chainId: 1, startBlock: 0, contracts }
const followed = followedOf(deployment, namesFollowed({ transfers: true }))

const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, 'a')}`
const holder = (n: number): Hex => `0x${n.toString(16).padStart(40, 'b')}`

function logOf(
  contract: ContractName,
  eventName: string,
  args: Readonly<Record<string, unknown>>,
  i: number,
): ChainLog {
  const event = abis[contract].find((entry) => entry.type === 'event' && entry.name === eventName) as AbiEvent
  const inData = event.inputs.filter((input) => !input.indexed)
  return {
    address: contracts[contract],
    topics: encodeEventTopics({ abi: [event] as Abi, eventName, args }) as Hex[],
    data: encodeAbiParameters(
      inData,
      inData.map(({ name }) => args[name as string]),
    ),
    block: BigInt(1_000 + Math.floor(i / 25)),
    blockHash: hash(i),
    logIndex: BigInt(i % 25),
    transactionHash: hash(i),
  }
}

const amountGwei = 10n ** 12n
const [model, operator] = [2, 6]
const hot: readonly (readonly [ContractName, string, (i: number) => Readonly<Record<string, unknown>>])[] = [
  ['openToken', 'Transfer', (i) => ({ from: holder(i), to: holder(i + 1), value: 10n ** 18n * BigInt(i + 1) })],
  ['accounts', 'AccountOpened', (i) => ({ account: i + 1, payout: holder(i) })],
  [
    'datasets',
    'ContributionSubmitted',
    (i) => ({ contribution: hash(i), dataset: 3, contributor: i, itemsRoot: hash(i), itemCount: 17 }),
  ],
  ['datasets', 'ContributionAccepted', (i) => ({ contribution: hash(i), dataset: 3, acceptedAt: i })],
  ['channels', 'ChannelFunded', (i) => ({ channel: hash(i), from: holder(i), amountGwei, depositGwei: amountGwei })],
  ['channels', 'VoucherPresented', (i) => ({ channel: hash(i), maxClaimableAmount: amountGwei, coveredUnits: i })],
  ['earnings', 'RewardClaimed', (i) => ({ account: i, to: holder(i), amountGwei })],
  ['earnings', 'JointDrawn', (i) => ({ model, unit: i, member: 3, account: 9, amountGwei })],
  [
    'ledger',
    'RecordVoided',
    (i) => ({
      batch: BigInt(i),
      index: 4,
      payer: 9,
      feeGwei: amountGwei,
      isSetAside: false,
      units: 80n,
      root: hash(i),
      sumHash: hash(i),
    }),
  ],
  [
    'evaluations',
    'InferenceRated',
    (i) => ({ batch: BigInt(i), model: 4, payer: 9, index: 5, feeGwei: amountGwei, stars: 4 }),
  ],
]

const terms: Terms = {
  ...noTerms,
  models: new Map([[model, { feeUnitGwei: 1_000_000n, dims: DIMS, recordDims: DIMS }]]),
  cover: { ratioBps: 10_000n, perRecordGwei: 10_000_000n },
}

function batchLog(batch: number): ChainLog {
  const records = Array.from({ length: RECORDS }, (_, r) => ({
    channel: r % CHANNELS,
    feeUnits: 1 + ((r * 7_919) % 900),
    commitment: hash(r),
    sketch: Uint8Array.from({ length: DIMS / 8 }, (_, d) => (d * 37 + r * 11) & 0xff),
  }))
  const channels = Array.from({ length: CHANNELS }, (_, i) => {
    return { payer: 9 + i, salt: 1, coveredUnits: 2 ** 20, chargedUnits: 2 ** 19 }
  })
  const book = bookId({ model, operator, number: 7 })
  const { header } = batchOf({ batch: BigInt(batch), book, number: batch, recordedIn: batch }, channels, records, DIMS)
  const body = {
    channels: bytesToHex(encodeToldChannels(channels)),
    records: bytesToHex(encodeRecords(records, DIMS, CHANNELS)),
  }
  return logOf('ledger', 'BatchRecorded', { ...header, ...body }, batch)
}

/** CPU microseconds of the best round. */
function cpuMicroseconds(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return Math.min(...times)
}

function plainJournal(logs: readonly ChainLog[]): Hex {
  return logs.reduce((slot, { topics, data }) => journalStep(slot, eventHash(topics, data)), EMPTY_JOURNAL)
}

console.log('µs of CPU an event          viem    ours   journal, plain   rolled')
for (const [contract, name, argsOf] of hot) {
  const logs = Array.from({ length: LOGS }, (_, i) => logOf(contract, name, argsOf(i), i))
  const abi: Abi = abis[contract]
  const byViem = () => logs.map(({ topics, data }) => decodeEventLog({ abi, topics: topics as [Hex, ...Hex[]], data }))
  const each = (work: () => unknown) => (cpuMicroseconds(work) / LOGS).toFixed(2)
  const viem = each(byViem).padStart(6)
  const ours = each(() => decodeLogs(followed, noTerms, logs)).padStart(6)
  const isJournaled = journaled.some((one) => one === contract)
  const plain = isJournaled ? each(() => plainJournal(logs)) : '–'
  const rolled = isJournaled ? each(() => replayJournals(followed, emptyJournals, logs)) : '–'
  console.log(`${name.padEnd(24)} ${viem.padStart(7)} ${ours.padStart(7)} ${plain.padStart(16)} ${rolled.padStart(8)}`)
}

const batches = Array.from({ length: BATCHES }, (_, i) => batchLog(i + 1))
const { facts } = decodeLogs(followed, terms, batches)
const seconds = cpuMicroseconds(() => decodeLogs(followed, terms, batches)) / 1e6
const journal = cpuMicroseconds(() => replayJournals(followed, emptyJournals, batches)) / BATCHES
const rate = (count: number) => Math.round(count / seconds / 1_000).toLocaleString('en')
console.log(`
A batch of ${RECORDS} records: ${((seconds / BATCHES) * 1e3).toFixed(2)} ms, and ${(journal / 1e3).toFixed(2)} ms for its journal.
Thousands a CPU second: ${rate(BATCHES * RECORDS)} inferences, ${rate(facts.length)} facts.`)
