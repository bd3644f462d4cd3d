import { bytesToHex, type Hex, keccak256, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { bitsOf } from '../../attribution/querySketch.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { type Receipt, signedReceipt, signReceipt } from '../../sdk/receipt.ts'
import { caseQueue } from '../../watcher/caseQueue.ts'
import { filesFrom } from '../../watcher/files.ts'
import { plan } from '../../watcher/plan.ts'
import { recordFinder } from '../../watcher/recordFinder.ts'
import { emptyWatchState, unitKey, type WatchState } from '../../watcher/watchState.ts'

const RECORD_BY = 10_000
const WINDOW = 172_800

async function receiptOfModel(model: number): Promise<Receipt> {
  const codes = Int8Array.from({ length: 64 }, (_, d) => (d % 15) - 7)
  const hash = (text: string): Hex => keccak256(toHex(text))
  return await signReceipt(privateKeyToAccount(hash('key')), {
    chainId: 31_337,
    court: '0x00000000000000000000000000000000000000c0',
    model,
    operator: 2,
    payer: 3,
    channelSalt: 1,
    requestHash: hash('request'),
    answerHash: hash('answer'),
    salt: hash('salt'),
    querySketch: bytesToHex(packSketch(codes)),
    recordBy: RECORD_BY,
    feeUnits: 5,
    bits: bitsOf(codes),
  })
}

/** What a watcher that holds one receipt of model 7 would file. */
async function planned(state: WatchState, now: number): Promise<readonly string[]> {
  const receipt = await receiptOfModel(7)
  const files = filesFrom({ blobs: undefined, own: new Map(), largestBytes: 1, timeoutMs: 1 })
  const cases = caseQueue({ state, files, retrySeconds: 30, onRead: () => undefined })
  const receipts = new Map([[signedReceipt(receipt).recordHash, receipt]])
  const terms = {
    now,
    account: 9,
    mostDemands: 3,
    unitsDemanded: 3,
    patienceSeconds: 600,
    graceSeconds: 600,
    windowSeconds: WINDOW,
    settles: false,
  }
  const challenges = plan({ state, cases, receipts, finder: recordFinder(state) }, terms)
  return challenges.map(({ kind }) => kind)
}

describe('what to file over a receipt whose record is missing', () => {
  it('is a demand, from its promise and a grace on, until a window is over', async () => {
    const state = emptyWatchState()
    expect(await planned(state, RECORD_BY + 599)).toEqual([])
    expect(await planned(state, RECORD_BY + 600)).toEqual(['DemandRecord'])
    expect(await planned(state, RECORD_BY + WINDOW - 1)).toEqual(['DemandRecord'])
    expect(await planned(state, RECORD_BY + WINDOW)).toEqual([])
  })

  it('is nothing where its model was struck before it was due', async () => {
    const state = emptyWatchState()
    const strike = (struckAt: number) =>
      state.struckUnits.set(unitKey(7, 0), { model: 7, unit: 0, struckAt, block: 1n })
    strike(RECORD_BY)
    expect(await planned(state, RECORD_BY + 600)).toEqual([])
    strike(RECORD_BY + 1)
    expect(await planned(state, RECORD_BY + 600)).toEqual(['DemandRecord'])
  })
})
