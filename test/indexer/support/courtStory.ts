import { bytesToHex, encodeAbiParameters, type Hex, hexToBytes, keccak256, type LocalAccount } from 'viem'
import { encodeEntry } from '../../../attribution/influenceIndex.ts'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { decodeRecords } from '../../../sdk/record.ts'
import { openBatch, proveRecord, type RecordProof } from '../../../sdk/recordProof.ts'
import { type Act, act, transact } from '../../../sdk/transact.ts'
import type { LocalLedger } from '../../scripts/localLedger.ts'
import type { Random } from './random.ts'

/**
 * What goes wrong in a story and what becomes of it: every model's index holds row 0 alone, so that a record that lists any other
 * can be struck, and any other row that somebody demands can be shown to be absent.
 */

export const TERMS = { dims: 64, topK: 4, rowCount: 40 } as const
const MATURE_EPOCHS = 2

const ONLY_ENTRY: Hex = bytesToHex(
  encodeEntry(
    { row: 0, contribution: keccak256('0x0c'), itemHash: keccak256('0x0d'), sketch: new Uint8Array(TERMS.dims / 2) },
    0,
  ),
)
/** The index of one entry: its leaf is the root. */
export const INDEX_ROOT = keccak256(ONLY_ENTRY)
const SHOWN = { entries: ONLY_ENTRY, siblings: [], steps: '0x80' } as const

export function courtStories(ledger: LocalLedger, random: Random) {
  const { connection, cast, walletOf, governance, passSeconds } = ledger
  const { reader, contracts } = connection
  const { court, evaluations } = contracts
  const money = contracts.ledger
  const send = (from: LocalAccount, call: Act) => transact(reader, walletOf(from), call)
  const accountOf = (holder: LocalAccount) =>
    reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder.address] })
  const anyModel = async () =>
    2 + random.below(Math.max(1, (await reader.readContract({ ...contracts.models, functionName: 'modelCount' })) - 1))

  /** Puts down a bond for someone; the deployer holds all OPEN. */
  const deposit = (bond: bigint, amountGwei: bigint) =>
    send(cast.deployer, act(money, 'depositBond', [bond, amountGwei]))

  /** Announces a call and sends it as soon as the Court takes it. */
  const challenge = async (challenger: LocalAccount, call: Act) => {
    const words = [{ type: 'address' }, { type: 'bytes' }] as const
    const commitment = keccak256(encodeAbiParameters(words, [challenger.address, call.data]))
    await send(challenger, act(court, 'commit', [commitment]))
    // A node estimates gas as if it were still the last block.
    for (let block = 0; block < 2; block++) await passSeconds(1)
    return await send(challenger, call)
  }

  /** Some recorded inference; of a pending batch, if that is asked. */
  const recorded = async (isPending: boolean): Promise<RecordProof> => {
    const events = await reader.getContractEvents({
      ...money,
      eventName: 'BatchRecorded',
      fromBlock: connection.fromBlock,
      strict: true,
    })
    const epoch = await reader.readContract({ ...money, functionName: 'currentEpoch' })
    const fineTunes = { ...contracts.models, eventName: 'FineTuneRegistered', strict: true } as const
    const indexed = (await reader.getContractEvents({ ...fineTunes, fromBlock: connection.fromBlock }))
      .filter(({ args }) => args.pool === 0)
      .map(({ args }) => args.model)
    const { args } = random.pick(
      events.filter(
        (event) => indexed.includes(event.args.model) && (!isPending || event.args.epoch + MATURE_EPOCHS > epoch),
      ),
    )
    return proveRecord(openBatch(args, hexToBytes(args.records), TERMS.dims), random.below(args.count))
  }
  const demands = () =>
    reader.getContractEvents({ ...court, eventName: 'RowDemanded', fromBlock: connection.fromBlock, strict: true })

  const stories = {
    depositBond: async () => {
      const bond = random.below(2) === 0 ? bondOfModel(await anyModel()) : bondOfAccount(await accountOf(cast.operator))
      return await deposit(bond, BigInt(1 + random.below(4 * 10 ** 10)))
    },
    requestBondWithdrawal: async () => {
      const isOwner = random.below(2) === 0
      const bond = isOwner ? bondOfModel(await anyModel()) : bondOfAccount(await accountOf(cast.operator))
      const call = act(money, 'requestBondWithdrawal', [bond, BigInt(random.below(10 ** 9))])
      return await send(isOwner ? cast.owner : cast.operator, call)
    },
    withdrawBond: async () => {
      const isOwner = random.below(2) === 0
      const bond = isOwner ? bondOfModel(await anyModel()) : bondOfAccount(await accountOf(cast.operator))
      return await send(isOwner ? cast.owner : cast.operator, act(money, 'withdrawBond', [bond]))
    },
    strikeRecord: async () => {
      const call = await recorded(true)
      const { row } = random.pick(
        decodeRecords(hexToBytes(call.record), TERMS)[0]?.rows.filter(({ row }) => row > 0) ?? [],
      )
      const proof = act(court, 'proveAbsentRow', [random.hex(32), call, row, SHOWN])
      return await challenge(random.pick(cast.contributors), proof)
    },
    demandRow: async () => {
      const model = await anyModel()
      const row = random.below(TERMS.rowCount)
      return await challenge(random.pick(cast.contributors), act(court, 'demandRow', [random.hex(32), model, row]))
    },
    showRow: async () => {
      // Only the newest are still open.
      const { model, row } = random.pick((await demands()).slice(-3)).args
      return await send(cast.operator, act(court, 'showRow', [model, row, SHOWN, keccak256('0x0e'), []]))
    },
    closeDemand: async () => {
      const { model, row } = random.pick(await demands()).args
      return await send(random.pick(cast.payers), act(court, 'closeDemand', [model, row, []]))
    },
    appealRecord: async () =>
      send(
        random.pick(cast.contributors),
        act(court, 'appealRecord', [await recorded(false), random.hex(32), 'ipfs://grounds\0']),
      ),
    appealModel: async () =>
      send(
        random.pick(cast.contributors),
        act(court, 'appealModel', [await anyModel(), random.hex(32), 'ipfs://grounds']),
      ),
    rule: async () => {
      const filed = await reader.getContractEvents({
        ...court,
        eventName: 'AppealFiled',
        fromBlock: connection.fromBlock,
        strict: true,
      })
      const { appeal, subject } = random.pick(filed).args
      // A ruling against an index stops its model for good: rare, so that the story goes on.
      const isUpheld = random.below(subject.batch === 0n ? 8 : 2) === 0
      const calls = isUpheld && subject.batch !== 0n && random.below(2) === 0 ? [await subjectOf(subject)] : []
      const ruling = act(court, 'rule', [appeal, isUpheld, calls, random.hex(32), 'ipfs://reasons'])
      return await transact(reader, governance, ruling)
    },
    lapse: async () => {
      const count = await reader.readContract({ ...court, functionName: 'appealCount' })
      return await send(random.pick(cast.payers), act(court, 'lapse', [BigInt(1 + random.below(Number(count)))]))
    },
    burnSlashed: () => send(random.pick(cast.payers), act(money, 'burnSlashed', [])),
    setBondRule: () => {
      const rule = {
        minimumGwei: BigInt(1 + random.below(10 ** 6)),
        ratioBps: random.below(20_000),
        bountyBps: random.below(5_001),
      }
      return transact(reader, governance, act(money, 'setBondRule', [rule]))
    },
    setCourtTerms: () =>
      transact(
        reader,
        governance,
        act(court, 'setTerms', [
          {
            demandFeeGwei: BigInt(1 + random.below(1_000)),
            demandSeconds: 3_600 + random.below(80_000),
            appealStakeGwei: BigInt(1 + random.below(10 ** 6)),
            rulingSeconds: 1 + random.below(400_000),
          },
        ]),
      ),
    rate: async () => {
      const call = await recorded(false)
      const [record] = decodeRecords(hexToBytes(call.record), TERMS)
      for (const payer of cast.payers) {
        if ((await accountOf(payer)) !== record?.payer) continue
        return await send(payer, act(evaluations, 'rate', [call, 1 + random.below(5)]))
      }
      throw new RangeError('Nobody of the cast paid for it')
    },
    dropRating: async () => send(cast.deployer, act(evaluations, 'dropRating', [await recorded(false)])),
    evaluate: async () => {
      const model = await anyModel()
      const score = { value: 963_000n, low: -1n, high: 2n ** 63n - 1n }
      const measured = {
        metric: 'acc\0',
        datasetHash: random.hex(32),
        score,
        sampleCount: 2 ** 32 - 1,
        resultsHash: random.hex(32),
        resultsURI: 'ipfs://results',
      }
      const evaluation = random.pick([
        act(evaluations, 'recordBenchmark', [
          model,
          { measured, task: 'hellaswag', taskVersion: '1', configHash: random.hex(32) },
        ]),
        act(evaluations, 'recordProduction', [model, { measured, firstBatch: 1n, lastBatch: 1n }]),
        act(evaluations, 'recordQuantisationLoss', [
          model,
          {
            measured,
            twinHash: random.hex(32),
            twin: random.below(2),
            twinScore: score,
            gained: 1,
            lost: 2,
            meanKl: 2n ** 64n - 1n,
          },
        ]),
      ])
      return await send(random.pick(cast.contributors), evaluation)
    },
    letTheNoticePass: () => passSeconds(3 * 86_400),
  }

  const subjectOf = async ({ batch, index }: { batch: bigint; index: number }): Promise<RecordProof> => {
    const events = await reader.getContractEvents({
      ...money,
      eventName: 'BatchRecorded',
      args: { batch },
      fromBlock: connection.fromBlock,
      strict: true,
    })
    const { args } = random.pick(events)
    return proveRecord(openBatch(args, hexToBytes(args.records), TERMS.dims), index)
  }

  return { stories, deposit }
}
