import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorOptions, Request } from '../../../pipeline/serve/operation.ts'
import { operate } from '../../../pipeline/serve/operator.ts'
import { settleDue } from '../../../gateway/batcher/settleDue.ts'
import type { ToldBatch } from '../../../sdk/batch.ts'
import { StopError } from '../../../sdk/errors.ts'
import { openBook } from '../../../sdk/openBook.ts'
import { signedReceipt } from '../../../sdk/receipt.ts'
import { close, DAY, FEE_UNITS, K, type LocalOperator, requests, startLocalOperator } from './localOperator.ts'

/** What an operator does, each of which it may be killed before or after. */
const STEPS = ['keepVouchers', 'answer', 'keepCalls', 'write', 'keepSent', 'send', 'keepBatch'] as const
type Step = (typeof STEPS)[number]
type Moment = 'before' | 'after'

class Killed extends Error {}

/** The operator, killed when it comes to a step for the n-th time. */
function killedAt(options: OperatorOptions, step: Step, moment: Moment, turn: number): OperatorOptions {
  let turns = 0
  const lethal =
    <Args extends readonly unknown[], Result>(name: Step, act: (...args: Args) => Result) =>
    (...args: Args): Result => {
      const isLast = name === step && ++turns === turn
      if (isLast && moment === 'before') throw new Killed()
      const result = act(...args)
      if (!isLast) return result
      if (result instanceof Promise) {
        return result.then(() => {
          throw new Killed()
        }) as Result
      }
      throw new Killed()
    }
  const { journal, answers, connection, answer } = options
  const { reader } = connection
  return {
    ...options,
    answer: lethal('answer', answer),
    // Maps of the journal grow as it does, so they are shared.
    journal: {
      ...journal,
      keepVouchers: lethal('keepVouchers', journal.keepVouchers),
      keepCalls: lethal('keepCalls', journal.keepCalls),
      keepSent: lethal('keepSent', journal.keepSent),
      keepBatch: lethal('keepBatch', journal.keepBatch),
    },
    answers: { ...answers, write: lethal('write', answers.write) },
    connection: {
      ...connection,
      reader: { ...reader, sendRawTransaction: lethal('send', reader.sendRawTransaction) },
    },
  }
}

describe('an operator that is killed', () => {
  let its: LocalOperator
  let signedUnits = 0
  beforeAll(async () => {
    its = await startLocalOperator()
  })
  afterAll(() => its?.local.stop())

  /** Four requests in two batches, with a voucher that would cover them ten times over. */
  const ask = async (name: string): Promise<readonly Request[]> => {
    const [channel] = its.channels
    signedUnits += 40 * FEE_UNITS
    const voucher = await its.voucher(channel, signedUnits)
    return requests(channel, `${name}1`, `${name}2`, `${name}3`, `${name}4`).map((request) => ({ ...request, voucher }))
  }
  const recordedLeaves = async () => {
    const { batches } = await openBook(
      its.local.connection,
      { ...its.serving.model, operator: its.operator, number: 1 },
      K,
    )
    return batches.flatMap(({ leaves }) => leaves)
  }
  /** Starts again with the same files until all is done, and looks that nothing is lost and nothing is done twice. */
  const finish = async (name: string, asked: readonly Request[], charged: number) => {
    const again = its.optionsWith(name)
    await operate(again, asked)
    expect(await operate(again, asked)).toEqual({ batches: [], served: 0, refused: 0, uncovered: 0 })
    const kept: readonly ToldBatch[] = [...again.journal.batches.values()]
    close(again)
    expect(await its.chargedOn(its.channels[0])).toBe(charged + asked.length * FEE_UNITS)
    const replies = its.repliesOf(name)
    expect(replies.map(({ id }) => id).toSorted()).toEqual(asked.map(({ id }) => id))
    const leaves = await recordedLeaves()
    for (const { receipt } of replies) {
      if (receipt === undefined) throw new Error('Every request was answered')
      const { recordHash } = signedReceipt(receipt)
      expect(leaves.filter((leaf) => leaf === recordHash)).toHaveLength(1)
    }
    return kept
  }

  for (const step of STEPS) {
    for (const moment of ['before', 'after'] as const) {
      it(`${moment} ${step} loses nothing, and charges nobody twice`, async () => {
        for (const turn of step === 'keepVouchers' ? [1] : [1, 2]) {
          const name = `${step}-${moment}-${turn}-`
          const asked = await ask(name)
          const charged = await its.chargedOn(its.channels[0])
          const options = its.optionsWith(name)
          await expect(operate(killedAt(options, step, moment, turn), asked)).rejects.toThrow(Killed)
          close(options)
          // What it will be settled from.
          expect(await finish(name, asked, charged)).toHaveLength(2)
        }
      })
    }
  }

  it('while its batch waits to be mined sends no other', async () => {
    const { reader } = its.local.connection
    const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() })
    const asked = await ask('pending')
    const charged = await its.chargedOn(its.channels[0])
    await node.setAutomine(false)
    const options = its.optionsWith('pending')
    await expect(operate(killedAt(options, 'send', 'after', 1), asked)).rejects.toThrow(Killed)
    close(options)
    const mined = sleep(1_000).then(async () => {
      await node.mine({ blocks: 1 })
      await node.setAutomine(true)
    })
    await finish('pending', asked, charged)
    await mined
  })

  it('sends again what a reorg took off the chain, and nothing beside it', async () => {
    const { reader } = its.local.connection
    const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() })
    const asked = await ask('reorg')
    const charged = await its.chargedOn(its.channels[0])
    const snapshot = await node.snapshot()
    const options = its.optionsWith('reorg')
    await operate(options, asked)
    close(options)
    await node.revert({ id: snapshot })
    expect(await its.chargedOn(its.channels[0])).toBe(charged)
    await finish('reorg', asked, charged)
  })

  it('once it has sent a settlement passes over it', async () => {
    const { connection, cast, walletOf, passSeconds } = its.local
    const { reader, contracts, fromBlock } = connection
    await passSeconds(4 * DAY)
    const options = its.optionsWith('settling')
    const wallet = walletOf(cast.operator)
    const getTransactionReceipt = () => Promise.reject(new StopError('It is killed', {}, 'Start it again.'))
    const killed = { ...connection, reader: { ...reader, getTransactionReceipt } }
    await expect(settleDue(killed, wallet, its.serving, options.journal)).rejects.toThrow('It is killed')
    expect(await settleDue(connection, wallet, its.serving, options.journal)).toEqual([])
    const settled = await reader.getContractEvents({ ...contracts.settlement, eventName: 'BookSettled', fromBlock })
    expect(settled).toHaveLength(1)
    close(options)
  })
})
