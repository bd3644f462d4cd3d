import { type Hex, hexToBytes } from 'viem'
import { type OpenedBatch, openBatch, sumBytes, voidRecord } from '../../../sdk/batch.ts'
import { bookKeyOf } from '../../../sdk/book.ts'
import { channelId } from '../../../sdk/channel.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { toldBatch } from '../../../sdk/openBook.ts'
import { recordLeaf } from '../../../sdk/record.ts'
import { proveRecord, type ShownRecord } from '../../../sdk/recordProof.ts'
import { receiptTypedData } from '../../../sdk/typedData.ts'
import { type Actions, type Context, receiptKey } from './context.ts'

/** What goes wrong with records, what becomes of it before the Court, and what payers think of answers. */

export function receiptActions(context: Context): Actions {
  const { ledger, random, send, govern, accountOf, holderOf, challenge, now } = context
  const { connection, wallets } = ledger
  const { reader, contracts, fromBlock } = connection
  const { court, evaluations, models } = contracts

  /** Some batch as it stands. */
  const anyBatch = async (from = 0): Promise<{ readonly batch: OpenedBatch; readonly k: number }> => {
    const recorded = { ...contracts.ledger, eventName: 'BatchRecorded', fromBlock, strict: true } as const
    const { args, blockNumber } = random.pick((await reader.getContractEvents(recorded)).slice(from))
    const { model } = bookKeyOf(args.book)
    const entered = { ...models, eventName: 'FineTuneEntered', args: { model }, fromBlock, strict: true } as const
    const { terms } = random.pick(await reader.getContractEvents(entered)).args
    const k = terms.pay.sketched ? terms.dims : 0
    const voided = await reader.getContractEvents({
      ...contracts.ledger,
      eventName: 'RecordVoided',
      args: { batch: args.batch },
      fromBlock,
      strict: true,
    })
    const batch = voided.reduce(
      (standing, event) => voidRecord(standing, event.args.index),
      openBatch(toldBatch(args, blockNumber), k),
    )
    return { batch, k }
  }
  /** The newest, whose windows are open. */
  const newest = () => anyBatch(-4)
  const receiptFor = async (model: number, operator: number, promised: ShownRecord, recordBy: bigint) => {
    const channel = channelId({ payer: promised.payer, operator, model, salt: promised.salt })
    const recordHash = recordLeaf(channel, { ...promised, sketch: hexToBytes(promised.sketch) })
    const receipt = { model, channel, recordHash, recordBy }
    const place = { chainId: reader.chain.id, address: court.address }
    return { receipt, signature: await receiptKey.signTypedData(receiptTypedData(place, receipt)) }
  }
  const demand = async (batch: OpenedBatch, promised: ShownRecord) => {
    const { model, operator } = bookKeyOf(batch.header.book)
    const { receipt, signature } = await receiptFor(model, operator, promised, BigInt(await now()) - 10n)
    const args = [random.hex(32), operator, receipt, signature, promised] as const
    return await challenge(random.pick(wallets.contributors), callTo(court, 'demandRecord', args))
  }
  const demands = () => reader.getContractEvents({ ...court, eventName: 'ReceiptDemanded', fromBlock, strict: true })
  const grounds = (): readonly [Hex, string] => [random.hex(32), 'ipfs://grounds\0']

  return {
    proveBrokenReceipt: async () => {
      const { batch } = await newest()
      const { model, operator } = bookKeyOf(batch.header.book)
      const call = proveRecord(batch, random.below(batch.header.count))
      const promised = { ...call.record, feeUnits: call.record.feeUnits + 1 }
      const { receipt, signature } = await receiptFor(model, operator, promised, BigInt(await now()))
      const args = [random.hex(32), receipt, signature, promised, call, sumBytes(batch)] as const
      return await challenge(random.pick(wallets.contributors), callTo(court, 'proveBrokenReceipt', args))
    },
    demandRecord: async () => {
      const { batch } = await newest()
      const { record } = proveRecord(batch, random.below(batch.header.count))
      return await demand(batch, record)
    },
    demandUnrecorded: async () => {
      const { batch, k } = await newest()
      const { record } = proveRecord(batch, random.below(batch.header.count))
      return await demand(batch, { ...record, commitment: random.hex(32), sketch: random.hex(k / 8) })
    },
    showRecord: async () => {
      const wanted = new Set((await demands()).map(({ args }) => args.recordHash))
      const { batch } = await anyBatch(-6)
      const { model, operator } = bookKeyOf(batch.header.book)
      const proofs = batch.records.map((_, index) => proveRecord(batch, index))
      const shown = proofs.find(({ record }) => {
        const channel = channelId({ payer: record.payer, operator, model, salt: record.salt })
        return wanted.has(recordLeaf(channel, { ...record, sketch: hexToBytes(record.sketch) }))
      })
      if (shown === undefined) throw new RangeError('Nobody asked for any of them')
      return await send(wallets.operator, callTo(court, 'showRecord', [shown]))
    },
    closeRecordDemand: async () => {
      const { recordHash } = random.pick(await demands()).args
      return await send(random.pick(wallets.payers), callTo(court, 'closeRecordDemand', [recordHash]))
    },
    appealRecord: async () => {
      const { batch } = await newest()
      const call = proveRecord(batch, random.below(batch.header.count))
      return await send(
        random.pick(wallets.contributors),
        callTo(court, 'appealRecord', [call, sumBytes(batch), ...grounds()]),
      )
    },
    appealUnit: async () => {
      const activated = { ...models, eventName: 'ModelActivated', fromBlock, strict: true } as const
      const { model } = random.pick(await reader.getContractEvents(activated)).args
      return await send(random.pick(wallets.contributors), callTo(court, 'appealUnit', [model, 0, ...grounds()]))
    },
    rule: async () => {
      const filed = await reader.getContractEvents({ ...court, eventName: 'RecordAppealed', fromBlock, strict: true })
      const { appeal } = random.pick(filed.slice(-3)).args
      return await govern(callTo(court, 'rule', [appeal, random.below(2) === 0, random.hex(32), 'ipfs://reasons']))
    },
    ruleOnUnit: async () => {
      const filed = await reader.getContractEvents({ ...court, eventName: 'UnitAppealed', fromBlock, strict: true })
      const { appeal } = random.pick(filed).args
      // A struck unit stops its model for good: rare, so that the scenario goes on.
      return await govern(callTo(court, 'rule', [appeal, random.below(8) === 0, random.hex(32), 'ipfs://reasons']))
    },
    lapse: async () => {
      const count = await reader.readContract({ ...court, functionName: 'appealCount' })
      return await send(random.pick(wallets.payers), callTo(court, 'lapse', [BigInt(1 + random.below(Number(count)))]))
    },
    rate: async () => {
      const { batch } = await anyBatch()
      const call = proveRecord(batch, random.below(batch.header.count))
      const payer = await holderOf(call.record.payer)
      return await send(payer, callTo(evaluations, 'rate', [call, 1 + random.below(5)]))
    },
    dropRating: async () => {
      const dropped = { ...evaluations, eventName: 'InferenceRated', fromBlock, strict: true } as const
      const rated = new Map((await reader.getContractEvents(dropped)).map(({ args }) => [args.batch, args.index]))
      const { batch } = await anyBatch()
      const index = rated.get(batch.header.batch)
      if (index === undefined) throw new RangeError('Nobody rated it')
      return await send(wallets.deployer, callTo(evaluations, 'dropRating', [proveRecord(batch, index)]))
    },
    evaluate: async () => {
      const { batch } = await anyBatch()
      const { header } = batch
      const { model } = bookKeyOf(header.book)
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
        callTo(evaluations, 'recordBenchmark', [
          model,
          { measured, task: 'hellaswag', taskVersion: '1', configHash: random.hex(32) },
        ]),
        callTo(evaluations, 'recordProduction', [
          model,
          { measured, firstBatch: header.batch, lastBatch: header.batch },
          header,
          header,
        ]),
        callTo(evaluations, 'recordQuantisationLoss', [
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
      return await send(random.pick(wallets.contributors), evaluation)
    },
    openBonds: async () => context.deposit(BigInt(await accountOf(random.pick(wallets.contributors))), 20_000_000_000n),
  }
}
