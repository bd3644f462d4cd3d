import * as fc from 'fast-check'
import { type AbiEvent, bytesToHex, getAbiItem } from 'viem'
import { registeredPlan } from '../../attribution/unitPages.ts'
import { type ChainLog, type ContractName, followedOf, namesFollowed } from '../../chain/events/contracts.ts'
import { batchOf } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import { encodeToldChannels } from '../../sdk/channel.ts'
import { abis } from '../../sdk/contracts.ts'
import { encodeRecords } from '../../sdk/record.ts'
import { type Args, anyArgs, emissionOf } from './anyEvent.ts'
import { anyPaperModel, type PaperModel } from './anyModel.ts'
import { anyAccount, anyChannel, anyRecord } from './anyRecord.ts'
import { paperDeployment } from './paperDeployment.ts'

/** Chains of all events that are followed, in any order that makes sense: pages and batches come after their models, and are well-formed. */

const names = namesFollowed({ transfers: true })
export const paperFollowed = followedOf(paperDeployment, names)

/** Something that a contract tells. */
interface Act {
  readonly contract: ContractName
  readonly event: AbiEvent
  readonly args: Args
}

const entered = getAbiItem({ abi: abis.models, name: 'FineTuneEntered' })
const begun = getAbiItem({ abi: abis.fineTunes, name: 'FineTuneBegun' })
const paged = getAbiItem({ abi: abis.fineTunes, name: 'UnitsRegistered' })
const registered = getAbiItem({ abi: abis.fineTunes, name: 'FineTuneRegistered' })
const recorded = getAbiItem({ abi: abis.ledger, name: 'BatchRecorded' })
const dependent = [entered, begun, paged, registered, recorded].map(({ name }) => name as string)

/** All others mean what they say, whatever came before. */
const independent = names.flatMap((contract) =>
  abis[contract]
    .filter((entry): entry is typeof entry & AbiEvent => entry.type === 'event')
    .filter(({ name }) => name !== 'EIP712DomainChanged' && !dependent.includes(name))
    .filter(({ name }) => contract !== 'openToken' || name === 'Transfer')
    .map((event) => anyArgs(event).map((args): Act => ({ contract, event, args }))),
)

/** A model, and what is still to be told of its registration. */
interface Begun extends PaperModel {
  readonly model: number
  readonly left: Act[]
}

/** Terms that differ from model to model, in shares too. */
const anyBegun = (model: number) =>
  fc.tuple(anyPaperModel, anyArgs(entered), anyArgs(begun), anyArgs(registered)).map(([drawn, terms, told, end]) => {
    const { dims, sketched, plan, pages } = drawn
    const asked = terms.terms as { readonly pay: object }
    const pay = { ...asked.pay, sketched }
    const enteredArgs = { ...terms, model, terms: { ...asked, pay, dims } }
    const { minimumRows, jointRows, count } = registeredPlan(plan, [])
    const fineTune = told.fineTune as { readonly plan: object }
    const begunArgs = {
      ...told,
      model,
      fineTune: { ...fineTune, plan: { ...fineTune.plan, minimumRows, jointRows, count } },
    }
    const left: Act[] = [
      { contract: 'models', event: entered, args: enteredArgs },
      { contract: 'fineTunes', event: begun, args: begunArgs },
      ...pages.map(({ isLast, ...page }): Act => {
        return { contract: 'fineTunes', event: paged, args: { model, ...page, draft: isLast ? '0x' : '0x01' } }
      }),
      { contract: 'fineTunes', event: registered, args: { ...end, model } },
    ]
    return { ...drawn, model, left }
  })

const anyBatch = (batch: bigint, { model, dims, sketched }: Begun) =>
  fc.tuple(anyAccount, fc.array(anyChannel, { minLength: 1, maxLength: 3 })).chain(([operator, channels]) => {
    const k = sketched ? dims : 0
    return fc.array(anyRecord(k, channels), { minLength: 1, maxLength: 5 }).map((records): Act => {
      const book = bookId({ model, operator, number: 1 })
      const { header } = batchOf({ batch, book, number: 0, recordedIn: 0 }, channels, records, k)
      const packed = bytesToHex(encodeRecords(records, k, channels.length))
      const told = { batch, book, number: 0, units: header.units, root: header.root }
      const args = { ...told, channels: bytesToHex(encodeToldChannels(channels)), records: packed }
      return { contract: 'ledger', event: recorded, args }
    })
  })

const anyOther = () => fc.oneof(...independent)

/** Models are registered bit by bit, and batches are of any model that is entered. */
const anyActs = fc.gen().map((draw) => {
  const models: Begun[] = []
  const acts: Act[] = []
  const steps = draw(fc.array, fc.constantFrom('model', 'further', 'further', 'batch', 'batch', 'other', 'other'), {
    maxLength: 18,
  })
  for (const step of steps) {
    const model = models[draw(fc.nat, 3)]
    if (step === 'model' || (step !== 'other' && model === undefined)) {
      const one = draw(anyBegun, models.length + 1)
      models.push(one)
      acts.push(...one.left.splice(0, 2))
    } else if (step === 'batch' && model !== undefined) {
      acts.push(draw(anyBatch, BigInt(acts.length + 1), model))
    } else if (step === 'further' && model !== undefined && model.left.length > 0) {
      acts.push(...model.left.splice(0, 1))
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
