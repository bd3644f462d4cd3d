import type { Command } from 'commander'
import { keccak256 } from 'viem'
import { sumBytes } from '../../sdk/batch.ts'
import { callTo, eventsIn } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { PlannedTransaction } from '../../sdk/node/transactions/plan.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { formatOpen } from '../../sdk/units.ts'
import { carryOut, minedOf } from '../carryOut.ts'
import { chainTime, spokenTime } from '../chainTime.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import { requireReachable } from '../reachable.ts'
import { readNamed } from '../readNamed.ts'
import { UsageError } from '../usageError.ts'
import { id, wholeNumber } from '../values.ts'
import { countOf } from '../words.ts'
import { findBatch } from './receipt/find.ts'

interface FileOptions {
  readonly batch?: number
  readonly record?: number
  readonly model?: number
  readonly unit?: number
  readonly groundsUri: string
  readonly local?: boolean
}

export function appealCommand(): Command {
  return commandOf('appeal', 'ask the arbiter about what no chain can decide: a record, or a unit of a model')
    .addCommand(fileCommand())
    .addCommand(showCommand())
}

function fileCommand(): Command {
  return sendingCommand(
    commandOf('file', 'file an appeal; it stakes a part of the signer’s bond, and suspends a record'),
  )
    .argument('<grounds>', 'a file that gives the reasons; its hash goes on chain')
    .requiredOption('--grounds-uri <uri>', 'where everybody can read that file')
    .option('--local', 'allow a --grounds-uri that only this machine reaches')
    .option('--batch <number>', 'against a record of this batch', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--record <number>', 'which record of it, from 0', wholeNumber(0, 1_023))
    .option('--model <number>', 'against a unit of this model', id)
    .option('--unit <number>', 'which unit of it, from 0', wholeNumber(0, 65_535))
    .action(
      action<[string], FileOptions>(async (context, options, path) => {
        requireReachable('--grounds-uri', options.groundsUri, options.local)
        const groundsHash = keccak256(readNamed(path))
        const connection = await context.connection()
        const subject = subjectOf(options)
        const receipts = await carryOut(context, {
          intent: `appeal file against ${subject.name} on ${groundsHash}`,
          plan: async () => ({
            spendsWei: 0n,
            transactions: [await filing(connection, subject, [groundsHash, options.groundsUri])],
          }),
        })
        if (receipts === undefined) return
        const { court } = connection.contracts
        const filed = eventsIn(receipts, court, subject.kind === 'record' ? 'RecordAppealed' : 'UnitAppealed')
        const [{ appeal, stakeGwei, dueAt } = { appeal: 0n, stakeGwei: 0n, dueAt: 0 }] = filed
        const { dateOf } = await chainTime(connection)
        context.terminal.result(
          { appeal, stakeGwei, ruledBy: dateOf(dueAt), groundsHash, transactions: minedOf(receipts) },
          [
            `Appeal ${appeal} against ${subject.name} is filed, with a stake of ${formatOpen(stakeGwei)} OPEN.`,
            `It lapses unless it is ruled by ${spokenTime(dateOf(dueAt))}.`,
          ],
        )
      }),
    )
}

type Subject = { readonly name: string } & (
  | { readonly kind: 'record'; readonly batch: bigint; readonly index: number }
  | { readonly kind: 'unit'; readonly model: number; readonly unit: number }
)

function subjectOf({ batch, record, model, unit }: FileOptions): Subject {
  const isRecord = batch !== undefined && record !== undefined
  const isUnit = model !== undefined && unit !== undefined
  if (isRecord && model === undefined && unit === undefined)
    return { kind: 'record', name: `record ${record} of batch ${batch}`, batch: BigInt(batch), index: record }
  if (isUnit && batch === undefined && record === undefined)
    return { kind: 'unit', name: `unit ${unit} of model ${model}`, model, unit }
  throw new UsageError('Say what the appeal is against: --batch and --record, or --model and --unit.')
}

async function filing(
  connection: Connection,
  subject: Subject,
  grounds: readonly [`0x${string}`, string],
): Promise<PlannedTransaction> {
  const { court } = connection.contracts
  const effect = `Appeal against ${subject.name}`
  if (subject.kind === 'unit')
    return { call: callTo(court, 'appealUnit', [subject.model, subject.unit, ...grounds]), effect }
  const batch = await findBatch(connection, subject.batch)
  const call = callTo(court, 'appealRecord', [proveRecord(batch, subject.index), sumBytes(batch), ...grounds])
  return { call, effect }
}

function showCommand(): Command {
  return reading(commandOf('show', 'show what an appeal is about, and how it was ruled'))
    .argument('<appeal>', 'its number', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(
      action<[number], object>(async (context, _, number) => {
        const connection = await context.connection()
        const { reader, contracts, fromBlock } = connection
        const appeal = BigInt(number)
        const asked = { ...contracts.court, args: { appeal }, fromBlock, strict: true } as const
        const [records, units, ruled, lapsed, { dateOf }] = await Promise.all([
          reader.getContractEvents({ ...asked, eventName: 'RecordAppealed' }),
          reader.getContractEvents({ ...asked, eventName: 'UnitAppealed' }),
          reader.getContractEvents({ ...asked, eventName: 'AppealRuled' }),
          reader.getContractEvents({ ...asked, eventName: 'AppealLapsed' }),
          chainTime(connection),
        ])
        const filed = records[0]?.args ?? units[0]?.args
        if (filed === undefined) {
          const count = await reader.readContract({ ...contracts.court, functionName: 'appealCount' })
          throw new StopError(
            `There is no appeal ${number}`,
            {},
            `${countOf(Number(count), 'appeal was', 'appeals were')} filed so far; they are counted from 1.`,
          )
        }
        const about =
          'batch' in filed
            ? `record ${filed.index} of batch ${filed.batch}`
            : `unit ${filed.unit} of model ${filed.model}`
        const [ruling] = ruled
        const outcome = ruling ? (ruling.args.upheld ? 'upheld' : 'denied') : lapsed.length > 0 ? 'lapsed' : 'open'
        const { appellant, stakeGwei, groundsHash, groundsURI, dueAt } = filed
        const until = dateOf(dueAt)
        context.terminal.result(
          { appeal, about, outcome, appellant, stakeGwei, groundsHash, groundsURI, ruledBy: until, ...ruling?.args },
          [
            `Appeal ${number} against ${about}, by account ${appellant} with ${formatOpen(stakeGwei)} OPEN: ${outcome}.`,
            `Its grounds: ${groundsURI} (${groundsHash})`,
            ...(ruling
              ? [`The ruling: ${ruling.args.reasonsURI}`]
              : outcome === 'open'
                ? [`It lapses unless it is ruled by ${spokenTime(until)}.`]
                : []),
          ],
        )
      }),
    )
}
