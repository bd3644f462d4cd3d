import hre from 'hardhat'
import { type Address, bytesToHex, type Hex, parseAbi, parseEventLogs, type TransactionReceipt } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Book, payBook } from '../../attribution/bookPay.ts'
import { MAX_BATCH_UNITS } from '../../attribution/querySum.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { abis } from '../../sdk/contracts.ts'
import { type ModelPayTerms, predictPay, settlingBook } from '../../sdk/predictPay.ts'
import { encodeRecords, MAX_FEE_UNITS } from '../../sdk/record.ts'
import { BEGINNING, pagesFrom } from '../../sdk/settlement.ts'
import { bytes, hash, integer } from '../vectors/draw.ts'
import { type DrawnBook, recordBook, strikeSome } from './chain/drawnBook.ts'
import { type DrawnModel, drawModel, type Trained } from './chain/drawnModel.ts'
import { type QuickLedger, register, startQuickLedger } from './chain/ledger.ts'

/** Books settled by a real chain; `npm run test:settlement` asks for thousands. */
const BOOKS = Number(process.env.SETTLED_BOOKS ?? 48)
/** Books of any totals, up to the supply, of which only the pay of units is worked out. */
const TOTALS = Number(process.env.SETTLED_TOTALS ?? 160)
const BOOKS_A_CHAIN = 240
const ROUNDS = 3
const SUPPLY = 10n ** 18n
/** A book counts its batches in 32 bits: with a fee unit of 1 gwei they would hold less than the supply. */
const MOST_UNITS = 2n ** 32n * BigInt(MAX_BATCH_UNITS)
const LONGEST_BOOK = 33 * 86_400
const ACTIVATION = 3 * 86_400
const ROYALTY_BPS = 300
const TREASURY_BPS = 200

const harnessAbi = parseAbi([
  'constructor(address models)',
  'function paysOf(uint32 model, bytes totals, uint64 units, uint64 givenGwei) view returns (uint256[] weights, uint64[] amountsGwei)',
])

function termsOf({ fineTune }: DrawnModel): ModelPayTerms {
  const { shares, pay, index } = fineTune
  return {
    contributorBps: shares.contributorBps,
    operatorBps: shares.operatorBps,
    royaltiesBps: [ROYALTY_BPS],
    baseBps: pay.baseBps,
    floorBps: pay.floorBps,
    sketched: pay.sketched,
    feeUnitGwei: BigInt(pay.feeUnitGwei),
    dims: index.dims,
  }
}

/** What a settlement told, all of its pages together. */
function toldBy(receipts: readonly TransactionReceipt[]) {
  const events = parseEventLogs({ abi: abis.settlement, logs: receipts.flatMap(({ logs }) => logs) })
  const weights: bigint[] = []
  const units: bigint[] = []
  let others: unknown
  for (const event of events) {
    if (event.eventName === 'UnitsWeighed') weights.push(...numbersIn(event.args.weights, 16))
    if (event.eventName === 'UnitsPaid') units.push(...numbersIn(event.args.amounts, 8))
    if (event.eventName === 'BookSettled') {
      const { operatorGwei, ownerGwei, royaltiesGwei, treasuryGwei } = event.args
      others = { operator: operatorGwei, owner: ownerGwei, royalties: royaltiesGwei, treasury: treasuryGwei }
    }
  }
  return { weights, units, others }
}

function numbersIn(packed: Hex, size: number): readonly bigint[] {
  const digits = packed.slice(2)
  return Array.from({ length: digits.length / (2 * size) }, (_, i) =>
    BigInt(`0x${digits.slice(2 * size * i, 2 * size * (i + 1))}`),
  )
}

/** A model that is paid by net influence. */
function drawSketched(next: RandomSource, trained: Trained, dims: number): DrawnModel {
  for (;;) {
    const drawn = drawModel(next, trained, dims)
    if (drawn.k > 0) return drawn
  }
}

/** A book that no test could pay for: fees up to the supply, and what its answers come to. */
function drawTotals(next: RandomSource, { k, units, fineTune }: DrawnModel): Book {
  const affordable = SUPPLY / BigInt(fineTune.pay.feeUnitGwei)
  const most = affordable < MOST_UNITS ? affordable : MOST_UNITS
  const feeUnits = [most, 1n, BigInt(MAX_FEE_UNITS), 1n + (most * BigInt(next())) / 2n ** 32n][
    integer(next, 4)
  ] as bigint
  const kind = integer(next, 5)
  const codes = units[integer(next, units.length)]?.codes
  const query = BigInt64Array.from({ length: k }, (_, d) => {
    const code = codes?.[d] ?? 0
    if (kind === 0) return -feeUnits
    if (kind === 1) return code > 0 ? feeUnits : -feeUnits
    if (kind === 2) return code > 0 ? -feeUnits : feeUnits
    return 2n * ((feeUnits * BigInt(next())) >> 32n) - feeUnits
  })
  return { feeUnits, query, given: integer(next, 3) === 0 ? BigInt(next()) : 0n }
}

/** P: k integers of 64 bits. */
function totalsOf({ feeUnits, query }: Book): Hex {
  const view = new DataView(new ArrayBuffer(8 * query.length))
  query.forEach((q, d) => {
    view.setBigUint64(8 * d, (q + feeUnits) / 2n)
  })
  return bytesToHex(new Uint8Array(view.buffer))
}

async function deployHarness({ local }: QuickLedger): Promise<Address> {
  await hre.tasks.getTask('build').run({ files: ['test/contracts/harness/PayHarness.sol'], quiet: true })
  const { bytecode } = await hre.artifacts.readArtifact('PayHarness')
  const { connection, wallets, walletOf } = local
  const args = [connection.contracts.models.address] as const
  const hash = await walletOf(wallets.deployer).deployContract({ abi: harnessAbi, bytecode: bytecode as Hex, args })
  const { contractAddress } = await connection.reader.waitForTransactionReceipt({ hash })
  return contractAddress as Address
}

describe('a settlement by the chain', () => {
  let quick: QuickLedger
  let harness: Address
  const start = async () => {
    quick = await startQuickLedger()
    harness = await deployHarness(quick)
  }
  beforeAll(start)

  /** Holds the pay of a model's units for so many books of any totals. */
  const holdTotals = async (next: RandomSource, model: number, drawn: DrawnModel, count: number) => {
    const terms = { ...termsOf(drawn), treasuryBps: TREASURY_BPS, feeUnit: termsOf(drawn).feeUnitGwei }
    for (let i = 0; i < count; i++) {
      const book = drawTotals(next, drawn)
      const pay = payBook(terms, drawn.units, book)
      const args = [model, totalsOf(book), book.feeUnits, book.given] as const
      const found = await quick.local.connection.reader.readContract({
        address: harness,
        abi: harnessAbi,
        functionName: 'paysOf',
        args,
      })
      expect(found).toEqual([pay.weights, pay.units])
    }
  }
  afterAll(() => quick?.local.stop())

  /** Settles a book in pages of any size, some of them sent twice. */
  const settle = async (next: RandomSource, drawn: DrawnModel, struck: ReadonlySet<number>, one: DrawnBook) => {
    const terms = termsOf(drawn)
    const units = drawn.units.map((unit) => ({ ...unit, payee: 0 }))
    const toPay = { ...one, treasuryBps: TREASURY_BPS }
    const pay = predictPay(terms, units, struck, toPay)
    const limits = { batches: 1 + integer(next, 3), units: 1 + integer(next, Math.min(units.length + 2, 400)) }
    const receipts: TransactionReceipt[] = []
    for (const page of pagesFrom(settlingBook(terms, units, struck, toPay), BEGINNING, limits)) {
      const call = callTo(quick.local.connection.contracts.settlement, 'settle', [page])
      receipts.push(await quick.send(quick.payer.by, call))
      if (integer(next, 8) === 0) receipts.push(await quick.send(quick.payer.by, call))
    }
    expect(toldBy(receipts)).toEqual({
      weights: drawn.k === 0 ? [] : pay.weights,
      units: pay.units,
      others: { operator: pay.operator, owner: pay.owner, royalties: pay.royalties, treasury: pay.treasury },
    })
  }

  const playChain = async (seed: number, books: number) => {
    const next = randomSource(seed, 31)
    const { local, operators, trained } = quick
    const models: { model: number; drawn: DrawnModel }[] = []
    while (models.length * operators.length * ROUNDS < books) {
      const drawn = drawModel(next, integer(next, 5) === 0 ? trained.one : trained.some)
      models.push({ drawn, model: await register(quick, drawn) })
    }
    await local.passSeconds(ACTIVATION)
    for (let number = 1; number <= ROUNDS; number++) {
      const settled: (() => Promise<void>)[] = []
      for (const each of models) {
        const recorded: DrawnBook[] = []
        for (const operator of operators.keys())
          recorded.push(await recordBook(quick, next, { ...each, operator, number }))
        const isLast = number === ROUNDS && integer(next, 2) === 0
        const struck = isLast ? await strikeSome(quick, next, each.model, each.drawn) : new Set<number>()
        for (const one of recorded) settled.push(() => settle(next, each.drawn, struck, one))
      }
      await local.passSeconds(LONGEST_BOOK)
      for (const one of settled) await one()
    }
  }

  it('pays everybody what attribution/ says, to the gwei, whatever the model and in whatever pages', async () => {
    await playChain(1, Math.min(BOOKS, BOOKS_A_CHAIN))
    for (let seed = 2, left = BOOKS - BOOKS_A_CHAIN; left > 0; seed++, left -= BOOKS_A_CHAIN) {
      await quick.local.stop()
      await start()
      await playChain(seed, Math.min(left, BOOKS_A_CHAIN))
    }
  })

  it.each([
    ['one unit of 64 codes', 'one', 64],
    ['one unit of 1,024 codes', 'one', 1_024],
    ['1,024 units of 64 codes', 'most', 64],
    ['1,024 units of 1,024 codes', 'most', 1_024],
  ] as const)('pays %s what attribution/ says', async (_, name, dims) => {
    const next = randomSource(dims, quick.trained[name].contributions.length)
    const drawn = drawSketched(next, quick.trained[name], dims)
    const model = await register(quick, drawn)
    await quick.local.passSeconds(ACTIVATION)
    const book = await recordBook(quick, next, { model, drawn, operator: 0, number: 1 })
    await quick.local.passSeconds(LONGEST_BOOK)
    await settle(next, drawn, new Set(), book)
    await holdTotals(next, model, drawn, name === 'most' ? 3 : Math.ceil(TOTALS / 4))
  })

  it('pays units what attribution/ says of books up to the supply', async () => {
    const next = randomSource(47)
    for (let left = TOTALS; left > 0; left -= 20) {
      const drawn = drawSketched(next, quick.trained.some, 64 * (1 + integer(next, 16)))
      await holdTotals(next, await register(quick, drawn), drawn, Math.min(left, 20))
    }
  })

  it('refuses fees of no units, and the codec what is above 65,535 or no whole number', async () => {
    const next = randomSource(48)
    const drawn = drawSketched(next, quick.trained.one, 64)
    const model = await register(quick, drawn)
    await quick.local.passSeconds(ACTIVATION)
    const { contracts } = quick.local.connection
    const [{ account, by } = { account: 0, by: quick.payer.by }] = quick.operators
    await quick.send(quick.payer.by, callTo(contracts.channels, 'openChannel', [account, model, 1, quick.payer.by, 0n]))
    const record = { channel: 0, feeUnits: MAX_FEE_UNITS, commitment: hash(next), sketch: bytes(next, 8) }
    const encoded = encodeRecords([record], 64, 1)
    const named = bytesToHex(encodeChannels([{ payer: quick.payer.account, salt: 1 }]))
    const free = bytesToHex(encoded.fill(0, 1, 3))
    await expect(quick.send(by, callTo(contracts.ledger, 'recordBatch', [model, named, '0x', free]))).rejects.toThrow(
      /Ledger refuses recordBatch: \w+Fee\w*\(/,
    )
    for (const feeUnits of [MAX_FEE_UNITS + 1, 0.5])
      expect(() => encodeRecords([{ ...record, feeUnits }], 64, 1)).toThrow(`has a fee of ${feeUnits} units`)
  })
})
