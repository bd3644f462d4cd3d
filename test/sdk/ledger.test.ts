import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { proveInference } from '../../sdk/actions/proveInference.ts'
import { batchCommitment, batchOf, type OpenedBatch, sumBytes, voidRecord } from '../../sdk/batch.ts'
import { type TrustedBlock, trustedBlock } from '../../sdk/blockHeader.ts'
import { bondOfAccount } from '../../sdk/bond.ts'
import { bookId } from '../../sdk/book.ts'
import { type ContractCall, callTo, eventIn } from '../../sdk/contractCall.ts'
import {
  bondIn,
  bondSlot,
  bookIn,
  bookSlot,
  chargeIn,
  chargeSlot,
  commitmentSlot,
  depositIn,
  depositSlot,
  earningsIn,
  earningsSlot,
} from '../../sdk/ledgerStorage.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type ModelPayTerms, predictPay, settlingBook } from '../../sdk/predictPay.ts'
import { proveRecorded, slotsOfRecord } from '../../sdk/provenRecord.ts'
import { promisedRecord, signedReceipt } from '../../sdk/receipt.ts'
import type { InferenceRecord } from '../../sdk/record.ts'
import { leafOf, proveRecord, standingOf } from '../../sdk/recordProof.ts'
import {
  decodeRegisteredUnits,
  floorNormOf,
  membersOf,
  planOf,
  type RegisteredUnits,
} from '../../sdk/registeredUnits.ts'
import { BEGINNING, pagesFrom, progressAt, progressHash, reachedBy } from '../../sdk/settlement.ts'
import { proveStorage } from '../../sdk/storageProof.ts'
import { compactSignature, encodeVouchers } from '../../sdk/voucher.ts'
import { challenge } from '../support/challenge.ts'
import { drawCall, drawCalls, recordLocalBatch, voucherFor } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import {
  LOCAL_SHARES,
  type LocalChannel,
  type LocalModel,
  letOperate,
  openLocalChannel,
  registerLocalModel,
} from '../support/localModel.ts'

const K = 64
const FEE_UNIT = 1_000_000n

describe('the codecs, on a real chain', () => {
  let local: LocalLedger
  let model: LocalModel
  let registered: RegisteredUnits
  let operator: number
  let channels: readonly LocalChannel[]
  let batches: readonly OpenedBatch[]
  const next = randomSource(77)

  const send = async (call: ContractCall, as = local.wallets.operator) =>
    await transact(local.connection.reader, local.walletOf(as), call)
  const key = (channel: LocalChannel) => {
    const { payer, operator: by, model: of, salt } = channel
    return { payer, operator: by, model: of, salt }
  }

  /** The newest block as a wallet comes to trust it: by its hash alone. */
  const trusted = async (): Promise<TrustedBlock> => {
    const { reader } = local.connection
    const told = await reader.request({ method: 'eth_getBlockByNumber', params: ['latest', false] })
    return trustedBlock(told?.hash as Hex, { ...told })
  }
  const storageOf = async (address: Hex, slots: readonly Hex[]) => {
    const block = await trusted()
    const proof = await local.connection.reader.getProof({
      address,
      storageKeys: [...slots],
      blockNumber: block.number,
    })
    return { block, proof, values: proveStorage(block.stateRoot, address, slots, proof).values }
  }
  const word = async (address: Hex, slot: Hex) => (await storageOf(address, [slot])).values[0] as Hex

  const recorder = () => ({ model: model.model, k: K, channels })
  const drawRecords = async (count: number) =>
    (await drawCalls(local, recorder(), next, count)).map(({ record }) => record)
  const recordBatch = (records: readonly InferenceRecord[], vouchers?: Uint8Array) =>
    recordLocalBatch(local, recorder(), records, vouchers)

  beforeAll(async () => {
    local = await startLocalLedger(5)
    model = await registerLocalModel(local, { items: [40, 5, 22, 3, 60], k: K, limits: { contributions: 2, units: 2 } })
    operator = await letOperate(local, model.model)
    const place = { operator, model: model.model }
    channels = [
      await openLocalChannel(local, { ...place, payer: 0 }),
      await openLocalChannel(local, { ...place, payer: 1 }),
      await openLocalChannel(local, { ...place, payer: 1, salt: 2 }),
    ]
  })
  afterAll(() => local?.stop())

  it('read the units of a model from its pages, and their plan and members', async () => {
    const { reader, contracts, fromBlock } = local.connection
    const events = await reader.getContractEvents({
      ...contracts.fineTunes,
      eventName: 'UnitsRegistered',
      args: { model: model.model },
      fromBlock,
      strict: true,
    })
    expect(events.length).toBeGreaterThan(1)
    registered = decodeRegisteredUnits(
      events.map(({ args }) => ({
        firstUnit: args.firstUnit,
        contributions: hexToBytes(args.contributions),
        units: hexToBytes(args.units),
      })),
      K,
    )
    const { plan, given } = model.units
    expect(registered.units.map(({ kept }) => kept)).toEqual(plan.units.map(({ kept }) => kept))
    expect(registered.units.map(({ codes: found }) => found)).toEqual(given.map(({ codes: own }) => own))
    const items = new Map<Hex, number>(model.contributions.map(({ id, itemHashes }) => [id, itemHashes.length]))
    expect(planOf(registered, (id) => items.get(id) ?? 0)).toEqual(plan)
    const contributorOf = new Map<Hex, number>(model.contributions.map(({ id, contributor }) => [id, contributor]))
    for (const [unit, { payee, kept, scale, fixed, codes: own }] of registered.units.entries()) {
      expect(
        await reader.readContract({ ...contracts.models, functionName: 'unitOf', args: [model.model, unit] }),
      ).toEqual([payee, kept, scale, fixed, bytesToHex(packSketch(own))])
      for (const [place, { contribution, kept: memberKept }] of membersOf(plan, unit).entries()) {
        const args = [model.model, unit, place] as const
        const member = await reader.readContract({ ...contracts.models, functionName: 'memberOf', args })
        expect(member).toEqual([contributorOf.get(contribution), memberKept, kept])
      }
    }
    const terms = await reader.readContract({ ...contracts.models, functionName: 'rowTermsOf', args: [model.model] })
    expect(terms.indexRoot).toBe(model.units.root)
    const settled = { ...contracts.models, functionName: 'settlementTerms', args: [model.model, 0] } as const
    expect((await reader.readContract(settled)).floorNorm).toBe(floorNormOf(registered))
  })

  it('record batches under vouchers, presented before or with the batch, and open them as the Ledger committed to them', async () => {
    const { reader, contracts } = local.connection
    const vouchers = await Promise.all(channels.map((channel) => voucherFor(local, channel, 100_000)))
    const [first, ...others] = vouchers
    const [opened] = channels
    if (first === undefined || opened === undefined) throw new Error('There are three')
    const { r, vs } = compactSignature(first.signature)
    const presented = await send(callTo(contracts.channels, 'present', [key(opened), first.maxClaimableAmount, r, vs]))
    expect(eventIn(presented, contracts.channels, 'VoucherPresented')).toMatchObject({
      channel: opened.id,
      coveredUnits: 100_000,
    })
    const brought = encodeVouchers(others.map((voucher, i) => ({ channel: i + 1, ...voucher })))
    batches = [await recordBatch(await drawRecords(7), brought), await recordBatch(await drawRecords(1))]
    batches = [...batches, await recordBatch(await drawRecords(5))]
    for (const batch of batches) {
      const args = [batch.header.batch] as const
      const committed = await reader.readContract({ ...contracts.ledger, functionName: 'batchCommitmentOf', args })
      expect(batchCommitment(batch.header)).toBe(committed)
      expect(await word(contracts.ledger.address, commitmentSlot(batch.header.batch))).toBe(committed)
    }
    expect(batches.map(({ header }) => header.number)).toEqual([0, 1, 2])
    expect(batches[0]?.header.book).toBe(bookId({ model: model.model, operator, number: 1 }))
  })

  it('find channels, books, bonds and earnings in storage', async () => {
    const { reader, contracts } = local.connection
    for (const channel of channels) {
      const state = await reader.readContract({
        ...contracts.channels,
        functionName: 'channelOf',
        args: [key(channel)],
      })
      const charge = chargeIn(await word(contracts.channels.address, chargeSlot(channel.id)))
      expect({
        ...charge,
        signer: charge.signer.toLowerCase(),
      }).toEqual({
        signer: state.signer.toLowerCase(),
        limitUnits: BigInt(state.limitUnits),
        coveredUnits: BigInt(state.coveredUnits),
        chargedUnits: BigInt(state.chargedUnits),
      })
      expect(depositIn(await word(contracts.channels.address, depositSlot(channel.id)))).toEqual({
        depositGwei: state.depositGwei,
        withdrawnGwei: state.withdrawnGwei,
        leavingGwei: state.leavingGwei,
        leavesAt: BigInt(state.leavesAt),
      })
    }
    const bookKey = { model: model.model, operator, number: 1 }
    const book = await reader.readContract({
      ...contracts.ledger,
      functionName: 'bookStateOf',
      args: [bookId(bookKey)],
    })
    expect(bookIn(await word(contracts.ledger.address, bookSlot(bookKey)))).toEqual({
      units: book.units,
      coverGwei: book.coverGwei,
      batches: 3n,
      closesAt: BigInt(book.closesAt),
      isSettled: false,
      isClosing: true,
      isCovered: true,
    })
    const bond = bondOfAccount(operator)
    const state = await reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args: [bond] })
    const { balanceGwei, leavingGwei, heldGwei, exposedGwei } = state
    const stored = bondIn(await word(contracts.bonds.address, bondSlot(bond)))
    expect(stored).toEqual({ balanceGwei, leavingGwei, heldGwei, exposedGwei })
    expect(exposedGwei).toBeGreaterThan(0n)
    expect(earningsIn(await word(contracts.earnings.address, earningsSlot(operator)))).toEqual({
      earnedGwei: 0n,
      claimedGwei: 0n,
    })
  })

  it('show a broken receipt, and follow what its strike leaves of the batch', async () => {
    const { contracts } = local.connection
    const batch = batches[1] as OpenedBatch
    // The operator promised a smaller fee than it recorded.
    const { record, receipt } = await drawCall(local, recorder(), next)
    const broken = await recordBatch([{ ...record, feeUnits: record.feeUnits + 1 }])
    const channel = channels[record.channel] as LocalChannel
    const proof = proveRecord(broken, 0)
    const { header } = proof
    const promised = promisedRecord(receipt)
    expect(leafOf(promised, model.model, operator)).toBe(signedReceipt(receipt).recordHash)
    const struck = await challenge(local, local.wallets.curator, (pepper) =>
      callTo(contracts.court, 'proveBrokenReceipt', [
        pepper,
        signedReceipt(receipt),
        receipt.signature,
        promised,
        proof,
        sumBytes(broken),
      ]),
    )
    const voided = voidRecord(broken, 0)
    const told = eventIn(struck, contracts.ledger, 'RecordVoided')
    expect(told).toMatchObject({
      batch: header.batch,
      index: 0,
      payer: channel.payer,
      feeGwei: BigInt(record.feeUnits + 1) * FEE_UNIT,
      units: voided.header.units,
      root: voided.header.root,
      sumHash: voided.header.sumHash,
    })
    const slots = slotsOfRecord(proof)
    const { block, proof: storage } = await storageOf(contracts.ledger.address, slots)
    const ledger = contracts.ledger.address
    expect(proveRecorded(block, ledger, proveRecord(voided, 0), storage)).toEqual({ stands: false })
    expect(() => proveRecorded(block, ledger, proof, storage)).toThrow('did not record this')
    const asked = { deployment: local.deployment, blockHash: block.hash, batch: header.batch, index: 0 }
    expect(await proveInference(local.connection.reader, asked)).toMatchObject({ stands: false })
    const standing = await storageOf(ledger, slotsOfRecord(proveRecord(batch, 0)))
    expect(proveRecorded(standing.block, ledger, proveRecord(batch, 0), standing.proof)).toEqual({ stands: true })
    expect(standingOf(proveRecord(voided, 0), batchCommitment(voided.header))).toBe('voided')
    batches = [...batches, voided]
  })

  it('settle a book in small pages, and foretell what everybody is paid to the gwei', async () => {
    const { reader, contracts } = local.connection
    const { ledger, settlement } = contracts
    const book = bookId({ model: model.model, operator, number: 1 })
    const until = await reader.readContract({ ...ledger, functionName: 'windowEndOf', args: [book] })
    await local.passSeconds(until - Number((await trusted()).timestamp))
    const state = await reader.readContract({ ...ledger, functionName: 'bookStateOf', args: [book] })
    const terms: ModelPayTerms = {
      ...LOCAL_SHARES,
      royaltiesBps: [300],
      baseBps: 0,
      floorBps: 10_000,
      sketched: true,
      feeUnitGwei: FEE_UNIT,
      dims: K,
    }
    const toPay = { book, batches, givenGwei: state.givenGwei, treasuryBps: state.treasuryBps }
    const settling = settlingBook(terms, registered.units, new Set(), toPay)
    const pages = pagesFrom(settling, BEGINNING, { batches: 3, units: 2 })
    expect(pages.length).toBeGreaterThan(3)
    let reached = BEGINNING
    for (const page of pages) {
      await send(callTo(settlement, 'settle', [page]), local.wallets.curator)
      // Passed over where somebody sends it again.
      await send(callTo(settlement, 'settle', [page]), local.wallets.curator)
      reached = reachedBy(settling, page)
      const [stage, at, progress] = await reader.readContract({
        ...settlement,
        functionName: 'progressOf',
        args: [book],
      })
      expect({ stage, next: at }).toEqual(reached)
      if (stage !== 3) expect(progress).toBe(progressHash(progressAt(settling, reached)))
    }
    const pay = predictPay(terms, registered.units, new Set(), toPay)
    const [settled] = await reader.getContractEvents({
      ...settlement,
      eventName: 'BookSettled',
      args: { book },
      fromBlock: local.connection.fromBlock,
      strict: true,
    })
    expect(settled?.args).toEqual({
      book,
      operatorGwei: pay.operator,
      ownerGwei: pay.owner,
      royaltiesGwei: pay.royalties,
      treasuryGwei: pay.treasury,
      contributorsGwei: pay.units.reduce((sum, gwei) => sum + gwei, 0n),
    })
    for (const [unit, { payee }] of registered.units.entries()) {
      const paid = registered.units.reduce(
        (sum, one, u) => (one.payee === payee ? sum + (pay.units[u] as bigint) : sum),
        0n,
      )
      if (payee === 0) {
        const args = [model.model, unit] as const
        const received = await reader.readContract({ ...contracts.earnings, functionName: 'receivedOf', args })
        expect(received).toBe(pay.units[unit])
        continue
      }
      const earned = earningsIn(await word(contracts.earnings.address, earningsSlot(payee)))
      expect(earned).toEqual({ earnedGwei: paid, claimedGwei: 0n })
    }
  })

  it('say what a batch is before it is recorded', () => {
    const [batch] = batches as readonly [OpenedBatch]
    const { header, records } = batch
    const place = { batch: header.batch, book: header.book, number: header.number, recordedIn: header.recordedIn }
    expect(batchOf(place, channels, records, K).header).toEqual(header)
  })
})
