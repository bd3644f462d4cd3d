import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { bytesToHex, type Hex } from 'viem'
import { sumBytes } from '../../sdk/batch.ts'
import { COMMIT_BLOCKS, commitAct } from '../../sdk/challenge.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Plan } from '../../sdk/node/transactions/plan.ts'
import { promisedRecord, type Receipt, signedReceipt } from '../../sdk/receipt.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { formatOpen } from '../../sdk/units.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { chainTime, spokenTime } from '../chainTime.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../values.ts'
import { countOf } from '../words.ts'
import { DEMAND, demandOf, type Found, findRecord, readReceipt } from './receipt/find.ts'

export function receiptCommand(): Command {
  return commandOf('receipt', 'check what an operator signed with an answer, claim what it promises, rate the answer')
    .addCommand(verifyCommand())
    .addCommand(claimCommand())
    .addCommand(rateCommand())
}

function verifyCommand(): Command {
  return reading(commandOf('verify', 'check who signed a receipt, and whether its record is on chain as promised'))
    .argument('<file>', 'the receipt, or an answer that holds one')
    .action(
      action<[string], object>(async (context, _, path) => {
        const connection = await context.connection()
        const receipt = await readReceipt(connection, path)
        const [found, { dateOf, now }] = await Promise.all([findRecord(connection, receipt), chainTime(connection)])
        const { model, operator, payer, recordBy } = receipt
        const { recordHash } = signedReceipt(receipt)
        const at = 'batch' in found ? { batch: found.batch.header.batch, index: found.index } : {}
        const isLate = now > recordBy
        context.terminal.result(
          { model, operator, payer, recordHash, recordBy: dateOf(recordBy), record: found.kind, isLate, ...at },
          [
            `Signed by the receipt key of operator ${operator}, for an answer of model ${model} to payer ${payer}.`,
            ...sayFound(found, spokenTime(dateOf(recordBy)), isLate, path),
          ],
        )
      }),
    )
}

function sayFound(found: Found, recordBy: string, isLate: boolean, path: string): readonly string[] {
  switch (found.kind) {
    case 'recorded':
      return [`Recorded as promised: batch ${found.batch.header.batch}, record ${found.index}.`]
    case 'voided':
      return [`Recorded and voided: batch ${found.batch.header.batch}, record ${found.index}. The fee was refunded.`]
    case 'broken':
      return [
        `Not recorded as promised: batch ${found.batch.header.batch}, record ${found.index} differs from it.`,
        `Strike it with \`attribution receipt claim ${path}\`.`,
      ]
    case 'unrecorded':
      return isLate
        ? [
            `Not recorded, although that was promised by ${recordBy}.`,
            `Demand it with \`attribution receipt claim ${path}\`.`,
          ]
        : [`Not recorded yet; that is promised by ${recordBy}.`]
  }
}

function claimCommand(): Command {
  return sendingCommand(
    commandOf(
      'claim',
      'claim what a receipt promises: strike a record that differs, or demand one that is missing, and close the demand when it is due. A challenge is announced first, and sent two blocks later',
    ),
  )
    .argument('<file>', 'the receipt, or an answer that holds one')
    .action(
      action<[string], object>(async (context, _, path) => {
        const connection = await context.connection()
        const receipt = await readReceipt(connection, path)
        const { recordHash } = signedReceipt(receipt)
        const receipts = await carryOut(context, {
          intent: `receipt claim ${recordHash}`,
          plan: async () => await claiming(context, connection, receipt),
        })
        if (receipts === undefined) return
        const { state, dueAt } = await demandOf(connection, recordHash)
        const { dateOf } = await chainTime(connection)
        const due = state === DEMAND.open ? { dueAt: dateOf(dueAt) } : {}
        context.terminal.result({ recordHash, ...due, transactions: minedOf(receipts) }, [
          state === DEMAND.open
            ? `Demanded: the operator has until ${spokenTime(dateOf(dueAt))} to show the record. Run this again then.`
            : 'The operator is struck; the bounty is in your earnings.',
        ])
      }),
    )
}

/** What can be done now; undefined if nothing can, and that was printed. */
async function claiming(
  context: Context,
  connection: Connection,
  receipt: Receipt,
): Promise<Omit<Plan, 'intent'> | undefined> {
  const { court } = connection.contracts
  const { recordHash } = signedReceipt(receipt)
  const [found, demand, terms, { now, dateOf }] = await Promise.all([
    findRecord(connection, receipt),
    demandOf(connection, recordHash),
    connection.reader.readContract({ ...court, functionName: 'terms' }),
    chainTime(connection),
  ])
  const signed = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
  const salt = bytesToHex(randomBytes(32))
  if (found.kind === 'broken') {
    const proof = [proveRecord(found.batch, found.index), sumBytes(found.batch)] as const
    const call = callTo(court, 'proveBrokenReceipt', [salt, ...signed, ...proof])
    return await announced(
      context,
      connection,
      call,
      `Strike record ${found.index} of batch ${found.batch.header.batch}`,
    )
  }
  if (found.kind === 'recorded') return nothing(context, recordHash, 'Its record is there as promised.')
  if (found.kind === 'voided')
    return nothing(context, recordHash, 'Its record was voided, and the payer’s fee refunded.')
  if (demand.state === DEMAND.none) {
    if (now < receipt.recordBy)
      return nothing(
        context,
        recordHash,
        `Its record is promised by ${spokenTime(dateOf(receipt.recordBy))}; run this again then.`,
      )
    const call = callTo(court, 'demandRecord', [salt, receipt.operator, ...signed])
    const stake = formatOpen(terms.demandFeeGwei)
    return await announced(context, connection, call, `Demand the record, with a stake of ${stake} OPEN of your bond`)
  }
  if (demand.state !== DEMAND.open) return nothing(context, recordHash, 'Its demand is over.')
  if (now < demand.dueAt)
    return nothing(
      context,
      recordHash,
      `The operator has until ${spokenTime(dateOf(demand.dueAt))}; run this again then.`,
    )
  const call = callTo(court, 'closeRecordDemand', [recordHash])
  return { spendsWei: 0n, transactions: [{ call, effect: 'Strike the operator, who did not show the record' }] }
}

/** Nobody who sees it pending can take its bounty: it is committed to first. */
async function announced(
  context: Context,
  { contracts }: Connection,
  call: ContractCall,
  effect: string,
): Promise<Omit<Plan, 'intent'>> {
  const announcement = commitAct(contracts, await senderOf(context), call)
  return {
    spendsWei: 0n,
    transactions: [
      { call: announcement, effect: 'Announce a challenge, without saying which' },
      { call, effect, afterBlocks: Number(COMMIT_BLOCKS) },
    ],
  }
}

function nothing({ terminal }: Context, recordHash: Hex, why: string): undefined {
  terminal.result({ recordHash, sent: false }, [`Nothing was sent. ${why}`])
  return undefined
}

function rateCommand(): Command {
  return sendingCommand(commandOf('rate', 'rate an answer that the signer paid for, once'))
    .argument('<file>', 'the receipt, or an answer that holds one')
    .requiredOption('--stars <number>', '1 to 5', wholeNumber(1, 5))
    .action(
      action<[string], { stars: number }>(async (context, { stars }, path) => {
        const connection = await context.connection()
        const { evaluations } = connection.contracts
        const receipt = await readReceipt(connection, path)
        const { recordHash } = signedReceipt(receipt)
        const receipts = await carryOut(context, {
          intent: `receipt rate ${recordHash} ${stars}`,
          plan: async () => {
            const found = await findRecord(connection, receipt)
            if (found.kind !== 'recorded')
              throw new StopError(
                found.kind === 'unrecorded'
                  ? 'This answer is not recorded'
                  : `The record of this answer is ${found.kind}`,
                {},
                'Only a recorded answer can be rated; `attribution receipt verify` shows where its record is.',
              )
            const call = callTo(evaluations, 'rate', [proveRecord(found.batch, found.index), stars])
            const effect = `Rate record ${found.index} of batch ${found.batch.header.batch} with ${stars} of 5 stars`
            return { spendsWei: 0n, transactions: [{ call, effect }] }
          },
        })
        if (receipts === undefined) return
        context.terminal.result({ recordHash, stars, transactions: minedOf(receipts) }, [
          `Rated with ${countOf(stars, 'star')}.`,
        ])
      }),
    )
}
