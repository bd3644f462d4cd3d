import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex, type Hex, hexToBytes, keccak256, toHex, zeroHash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeIndex, indexTree } from '../../../attribution/influenceIndex.ts'
import { rootOf } from '../../../attribution/merkle.ts'
import { packSketch, quantise } from '../../../attribution/sketch.ts'
import { ensureAccount } from '../../../pipeline/publish/account.ts'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../../pipeline/publish/items.ts'
import { coverFor, ensureBond } from '../../../pipeline/serve/bond.ts'
import { openCallJournal } from '../../../pipeline/serve/callJournal.ts'
import { type OperatorOptions, operate, type Request } from '../../../pipeline/serve/operator.ts'
import { loadServing, type Serving } from '../../../pipeline/serve/serving.ts'
import { ensureTab } from '../../../pipeline/serve/tab.ts'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { decodeRecords, encodeRecord } from '../../../sdk/record.ts'
import { act, eventIn, transact } from '../../../sdk/transact.ts'
import { type LocalLedger, startLocalLedger } from '../../scripts/localLedger.ts'

const DIMS = 64
const FEE = 1_000_000n
const TOP_K = 4

/** A direction in sketch space, drawn from its name. */
function direction(name: string): Float32Array {
  const bytes = [hexToBytes(keccak256(toHex(name))), hexToBytes(keccak256(toHex(`${name}, continued`)))].flatMap(
    (part) => [...part],
  )
  return Float32Array.from(bytes, (byte) => byte - 127.5)
}

const identity = {
  dims: DIMS,
  width: DIMS,
  map: Float32Array.from({ length: DIMS * DIMS }, (_, i) => (i % (DIMS + 1) === 0 ? 1 : 0)),
}

describe('an operator', () => {
  let local: LocalLedger
  let serving: Serving
  let operator: number
  let payer: number
  let answered = 0

  beforeAll(async () => {
    local = await startLocalLedger(2)
    const { connection, cast, walletOf, folder } = local
    const { reader, contracts } = connection
    const terms = {
      licence: 'CC0-1.0',
      termsHash: keccak256('0x01'),
      metadataHash: keccak256('0x02'),
      metadataURI: 'ipfs://card',
    }
    const dataset = await ensureDataset(connection, walletOf(cast.curator), terms)
    const contributions = await Promise.all(
      cast.contributors.map(async (contributor, i) => {
        const items = Array.from({ length: 3 }, (_, k) => ({ label: 'ham', text: `mail ${i} ${k}` }))
        const commitment = ensureCommitment(join(folder, `${i}.json`), items, () => randomBytes(32))
        return { ...(await ensureContribution(connection, walletOf(contributor), dataset, commitment)), commitment }
      }),
    )
    const version = await ensureVersion(
      connection,
      walletOf(cast.curator),
      dataset,
      contributions.map(({ contribution }) => contribution),
    )
    const entries = contributions.flatMap(({ contribution, commitment }, i) =>
      commitment.items.map(({ itemHash }, k) => ({
        row: 3 * i + k,
        contribution,
        itemHash,
        sketch: packSketch(quantise(direction(`row ${3 * i + k}`))),
      })),
    )
    const index = { dims: DIMS, rowCount: 6, entries }
    const indexFile = encodeIndex(index)
    const owner = walletOf(cast.owner)
    await ensureAccount(connection, owner)
    operator = await ensureAccount(connection, walletOf(cast.operator))
    const base = { name: 'base', licence: 'MIT', weightsHash: keccak256('0x03'), weightsURI: 'npm base', royaltyBps: 0 }
    const parent = eventIn(
      await transact(reader, owner, act(contracts.models, 'registerBase', [base])),
      contracts.models,
      'BaseModelRegistered',
    ).model
    const fineTune = {
      parent,
      versions: [version],
      adapterHash: keccak256('0x04'),
      manifestHash: keccak256('0x05'),
      manifestURI: 'ipfs://run',
      method: 2,
      quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
      influence: {
        root: rootOf(indexTree(index)),
        indexHash: keccak256(indexFile),
        indexURI: 'ipfs://index',
        rowCount: 6,
        dims: DIMS,
        topK: TOP_K,
        source: 0,
      },
      shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
      rule: 0,
    }
    const { model } = eventIn(
      await transact(reader, owner, act(contracts.models, 'registerFineTune', [fineTune])),
      contracts.models,
      'FineTuneRegistered',
    )
    await expect(loadServing(connection, model, operator, indexFile)).rejects.toThrow(
      `Account ${operator} may not record calls of model ${model}`,
    )
    await transact(reader, owner, act(contracts.models, 'setOperator', [model, operator, true]))
    serving = await loadServing(connection, model, operator, indexFile)

    const [payerAccount] = cast.payers
    if (payerAccount === undefined) throw new Error('there are payers')
    payer = await ensureAccount(connection, walletOf(payerAccount))
    await transact(
      reader,
      walletOf(cast.deployer),
      act(contracts.openToken, 'transfer', [payerAccount.address, 10n ** 18n]),
    )
    const covered = await coverFor(connection, 20n * FEE)
    for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
      await ensureBond(connection, walletOf(cast.deployer), bond, covered)
    }
    await ensureTab(connection, walletOf(payerAccount), payer, { operator, amountGwei: 20n * FEE, maxFeeGwei: FEE })
  })
  afterAll(() => local.stop())

  const optionsWith = (journalName: string): OperatorOptions => ({
    connection: local.connection,
    wallet: local.walletOf(local.cast.operator),
    serving,
    sketcher: identity,
    answer: async (texts) => {
      answered += texts.length
      return texts.map((text) => ({ response: `answer to ${text}`, gradient: direction(text) }))
    },
    journal: openCallJournal(join(local.folder, journalName)),
    feeGwei: FEE,
    batchSize: 3,
    random32: () => randomBytes(32),
  })
  const requestsNamed = (...ids: string[]): Request[] => ids.map((id) => ({ id, payer, text: `text of ${id}` }))
  const balance = async () => {
    const { reader, contracts } = local.connection
    return (await reader.readContract({ ...contracts.ledger, functionName: 'tabOf', args: [payer, operator] }))
      .balanceGwei
  }

  it('answers, credits the contributors of the rows that moved each answer, and charges once', async () => {
    const before = await balance()
    const options = optionsWith('a.jsonl')
    const batches = await operate(options, requestsNamed('a1', 'a2', 'a3', 'a4'))
    expect(batches.map(({ count }) => count)).toEqual([3, 1])
    expect(before - (await balance())).toBe(4n * FEE)
    const records = batches.flatMap(({ records: bytes }) => decodeRecords(bytes, serving.terms))
    for (const { rows } of records) {
      expect(rows.length).toBeGreaterThan(0)
      for (const { row, account } of rows) expect(account).toBe(serving.accountOfRow.get(row))
    }
    expect(await operate(options, requestsNamed('a1', 'a2', 'a3', 'a4'))).toEqual([])
    expect(before - (await balance())).toBe(4n * FEE)
  })

  it('keeps requests and answers off the chain and out of its journal', () => {
    const journal = readFileSync(join(local.folder, 'a.jsonl'), 'utf8')
    expect(journal).not.toContain('text of')
    expect(journal).not.toContain('answer to')
  })

  it('charges what it served before it was stopped, without serving it again', async () => {
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const guardian = walletOf(cast.deployer)
    const before = await balance()
    await transact(reader, guardian, act(contracts.ledger, 'pauseRecording', []))
    const first = optionsWith('b.jsonl')
    await expect(operate(first, requestsNamed('b1', 'b2'))).rejects.toThrow(
      'Ledger refuses recordBatch: Ledger_Paused()',
    )
    first.journal.close()
    expect(await balance()).toBe(before)
    await transact(reader, guardian, act(contracts.ledger, 'resumeRecording', []))

    const servedBefore = answered
    appendFileSync(join(local.folder, 'b.jsonl'), '{"id":"b3","payer"')
    const again = optionsWith('b.jsonl')
    const batches = await operate(again, requestsNamed('b1', 'b2', 'b3'))
    expect({ recorded: batches.map(({ count }) => count), served: answered - servedBefore }).toEqual({
      recorded: [3],
      served: 1,
    })
    expect(before - (await balance())).toBe(3n * FEE)
  })

  it('serves nothing that a tab does not cover', async () => {
    const servedBefore = answered
    const many = requestsNamed(...Array.from({ length: 30 }, (_, i) => `c${i}`))
    await expect(operate({ ...optionsWith('c.jsonl'), batchSize: 30 }, many)).rejects.toThrow(
      /The tab of account \d+ holds \d+ gwei-OPEN/,
    )
    expect(answered).toBe(servedBefore)
  })

  it('serves nothing for more than a payer allows', async () => {
    await expect(operate({ ...optionsWith('d.jsonl'), feeGwei: FEE + 1n }, requestsNamed('d1'))).rejects.toThrow(
      `Account ${payer} allows at most ${FEE} gwei-OPEN a call, and this operator asks ${FEE + 1n}`,
    )
  })

  it('serves nothing that a bond does not cover, and goes on once it does', async () => {
    const { connection, cast, walletOf } = local
    const [payerAccount] = cast.payers
    if (payerAccount === undefined) throw new Error('there are payers')
    await ensureTab(connection, walletOf(payerAccount), payer, { operator, amountGwei: 100n * FEE, maxFeeGwei: FEE })
    const servedBefore = answered
    const many = requestsNamed(...Array.from({ length: 30 }, (_, i) => `e${i}`))
    const options = { ...optionsWith('e.jsonl'), batchSize: 30 }
    await expect(operate(options, many)).rejects.toThrow(
      /The bond of (account|model) \d+ holds \d+ gwei-OPEN, and to record these calls it must hold \d+/,
    )
    expect(answered).toBe(servedBefore)

    const covered = await coverFor(connection, 100n * FEE)
    await ensureBond(connection, walletOf(cast.deployer), bondOfAccount(operator), covered)
    await expect(operate(options, many)).rejects.toThrow(`The bond of model ${serving.model} holds`)
    await ensureBond(connection, walletOf(cast.deployer), bondOfModel(serving.model), covered)
    expect((await operate(options, many)).map(({ count }) => count)).toEqual([30])
  })

  it('refuses an index that is not the model’s', async () => {
    const empty = encodeIndex({ dims: DIMS, rowCount: 6, entries: [] })
    await expect(loadServing(local.connection, serving.model, operator, empty)).rejects.toThrow(
      'This is not the influence index of model',
    )
  })

  describe('cannot record', () => {
    const record = {
      commitment: zeroHash,
      payer: 1,
      feeGwei: FEE,
      rows: [
        { row: 0, account: 1, weight: 40_000 },
        { row: 1, account: 1, weight: 25_535 },
      ],
      sketch: new Uint8Array(DIMS / 2),
    }
    const send = async (records: Hex, as = local.cast.operator) => {
      const { connection, walletOf } = local
      const call = act(connection.contracts.ledger, 'recordBatch', [serving.model, records])
      return await transact(connection.reader, walletOf(as), call)
    }
    const encoded = () => encodeRecord({ ...record, payer }, serving.terms)
    const altered = (change: (view: DataView) => void): Hex => {
      const bytes = encoded()
      change(new DataView(bytes.buffer))
      return bytesToHex(bytes)
    }

    it('as someone whom the model’s owner did not allow', async () => {
      await expect(send(bytesToHex(encoded()), local.cast.owner)).rejects.toThrow('Ledger_NotOperator')
    })

    it.each([
      ['an empty batch', () => '0x' as Hex, 'Ledger_EmptyBatch'],
      ['a truncated record', () => bytesToHex(encoded().subarray(0, 60)), 'Ledger_RecordTruncated'],
      [
        'rows by ascending weight',
        () =>
          altered((view) => {
            view.setUint16(53, 25_535)
            view.setUint16(63, 40_000)
          }),
        'Ledger_WeightsUnsorted',
      ],
      ['weights that do not sum', () => altered((view) => view.setUint16(53, 40_001)), 'Ledger_WeightsDoNotSum'],
      ['a row twice', () => altered((view) => view.setUint32(55, 0)), 'Ledger_RowRepeated'],
      ['a row that the model does not have', () => altered((view) => view.setUint32(55, 6)), 'Ledger_RowOutOfRange'],
      ['a code that is none', () => altered((view) => view.setUint8(65, 0x80)), 'Ledger_CodeOutOfRange'],
      ['a fee above the cap', () => altered((view) => view.setBigUint64(36, FEE + 1n)), 'Ledger_FeeAboveCap'],
    ])('%s', async (_, records, errorName) => {
      await expect(send(records())).rejects.toMatchObject({ errorName })
    })
  })
})
