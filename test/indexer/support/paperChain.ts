import * as fc from 'fast-check'
import { type AbiEvent, bytesToHex, getAbiItem } from 'viem'
import { type ChainLog, type ContractName, followedOf, namesFollowed } from '../../../indexer/decode/contracts.ts'
import { abis } from '../../../sdk/contracts.ts'
import { encodeRecords } from '../../../sdk/record.ts'
import { type Args, anyArgs, emissionOf } from './anyEvent.ts'
import { anyAccount, anyRecord, TERMS } from './anyRecord.ts'
import { paperDeployment } from './paperDeployment.ts'

/** Chains of all events that are followed, in any order that makes sense: a batch comes after its model, and is well-formed. */

const names = namesFollowed({ transfers: true })
export const paperFollowed = followedOf(paperDeployment, names)

/** Something that a contract tells. */
interface Act {
  readonly contract: ContractName
  readonly event: AbiEvent
  readonly args: Args
}

const fineTuneRegistered = getAbiItem({ abi: abis.models, name: 'FineTuneRegistered' })
const batchRecorded = getAbiItem({ abi: abis.ledger, name: 'BatchRecorded' })

/** All others mean what they say, whatever came before. */
const independent = names.flatMap((contract) =>
  abis[contract]
    .filter((entry): entry is typeof entry & AbiEvent => entry.type === 'event')
    .filter(({ name }) => !['EIP712DomainChanged', 'FineTuneRegistered', 'BatchRecorded'].includes(name))
    .filter(({ name }) => contract !== 'openToken' || name === 'Transfer')
    .map((event) => anyArgs(event).map((args): Act => ({ contract, event, args }))),
)

/** Terms that differ from model to model, in shares too. */
const anyModel = (model: number) =>
  fc
    .record({
      args: anyArgs(fineTuneRegistered),
      contributorBps: fc.nat(5_000),
      operatorBps: fc.nat(1_500),
      royalties: fc.array(fc.record({ account: anyAccount, bps: fc.nat(900) }), { maxLength: 3 }),
      pool: fc.option(anyAccount, { nil: 0 }),
    })
    .map(({ args, contributorBps, operatorBps, royalties, pool }): Act => {
      const told = args.fineTune as Record<'influence' | 'shares', object>
      const influence = { ...told.influence, ...TERMS, topK: pool === 0 ? TERMS.topK : 0 }
      const shares = { ...told.shares, contributorBps, operatorBps }
      const fineTune = { ...told, influence, shares }
      return { contract: 'models', event: fineTuneRegistered, args: { ...args, model, fineTune, royalties, pool } }
    })

const anyBatch = (batch: bigint, { args: registered }: Act) =>
  fc
    .record({
      args: anyArgs(batchRecorded),
      operator: anyAccount,
      treasuryBps: fc.nat(700),
      records: fc.array(anyRecord(registered.pool === 0), { minLength: 1, maxLength: 5 }),
    })
    .map(({ args, operator, treasuryBps, records }): Act => {
      const packed = bytesToHex(encodeRecords(records, TERMS))
      const { model } = registered
      const count = records.length
      const told = { ...args, batch, model, operator, count, treasuryBps, records: packed }
      return { contract: 'ledger', event: batchRecorded, args: told }
    })

const anyOther = () => fc.oneof(...independent)

/** Models come first or in between, and batches are of any model before them. */
const anyActs = fc.gen().map((draw) => {
  const models: Act[] = []
  const acts: Act[] = []
  const steps = draw(fc.array, fc.constantFrom('model', 'batch', 'batch', 'other', 'other'), { maxLength: 14 })
  for (const step of steps) {
    const model = models[draw(fc.nat, 3)]
    if (step === 'model' || (step === 'batch' && model === undefined)) {
      const registered = draw(anyModel, models.length + 1)
      models.push(registered)
      acts.push(registered)
    } else if (step === 'batch' && model !== undefined) {
      acts.push(draw(anyBatch, BigInt(acts.length + 1), model))
    } else {
      acts.push(draw(anyOther))
    }
  }
  return acts
})

const HASH = `0x${'aa'.repeat(32)}` as const

export const anyPaperChain: fc.Arbitrary<readonly ChainLog[]> = fc
  .tuple(anyActs, fc.array(fc.nat(2), { minLength: 14, maxLength: 14 }))
  .map(([acts, pauses]) => {
    let block = 1n
    return acts.map(({ contract, event, args }, i): ChainLog => {
      block += BigInt(pauses[i] ?? 0)
      const address = paperDeployment.contracts[contract]
      const place = { block, blockHash: HASH, logIndex: BigInt(i), transactionHash: HASH }
      return { address, ...emissionOf(event, args), ...place }
    })
  })
