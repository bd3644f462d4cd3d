import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { certificateAdvice } from '../../../pipeline/publish/certified.ts'
import type { Registration } from '../../../pipeline/publish/fineTune.ts'
import { PAY_RULES, type PayRule, payTermsOf } from '../../../pipeline/publish/payTerms.ts'
import { type PreparedRun, prepareEqualSplit, prepareRun } from '../../../pipeline/publish/prepareRun.ts'
import { storeFiles, writePublication } from '../../../pipeline/publish/publication.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { agree } from '../../carryOut.ts'
import { action, commandOf, sendingCommand, withSettings } from '../../command.ts'
import { requireReachable } from '../../reachable.ts'
import { collected, id, openAmount, percentage, tenThousandths, wholeNumber } from '../../values.ts'
import { countOf } from '../../words.ts'
import { planPublication, requireAccounts } from './publicationPlan.ts'
import { register } from './registration.ts'

interface Options {
  readonly rule: PayRule
  readonly base?: number
  readonly floor?: number
  readonly feeUnit: bigint
  readonly contributorBps: number
  readonly operatorBps: number
  readonly royaltyBps: number
  readonly out?: string
  readonly blobsAt: string
  readonly local?: boolean
  readonly operator?: readonly number[]
}

export function publishCommand(): Command {
  const command = sendingCommand(
    commandOf(
      'publish',
      `check a run, form the units that contributors are paid by, and register it. Refused if a file is missing, damaged or of
the wrong shape, if its rows are not the items of the frozen dataset versions, or if it is registered with other terms already: terms
are for good.`,
    ),
  )
  return withSettings(command, 'blobs')
    .argument('<run folder>')
    .addOption(
      new Option(
        '--rule <rule>',
        'how contributors share: by what moved the answers, by the training rows alone, or equally by item',
      )
        .choices([...PAY_RULES])
        .default('net-influence'),
    )
    .option(
      '--base <percent>',
      'the part of their share that is split by kept rows first (default: 0)',
      percentage(100),
    )
    .option(
      '--floor <number>',
      'how much net influence moves all of the rest, 0.5 to 4; the floor of a certificate (default: 1)',
      tenThousandths(5_000, 40_000),
    )
    .option(
      '--fee-unit <OPEN>',
      'the unit of fees, at most 1; a call costs 1 to 65,535 of them (default: 0.001)',
      openAmount,
    )
    .option(
      '--contributor-bps <bps>',
      'the contributors’ share of every fee, in hundredths of a percent',
      wholeNumber(0, 9_000),
      6_000,
    )
    .option('--operator-bps <bps>', 'the share of the operator that serves the call', wholeNumber(0, 9_000), 1_500)
    .option('--royalty-bps <bps>', 'the share that fine-tunes of this model will owe', wholeNumber(0, 2_000), 0)
    .option('--out <folder>', 'where the publication is written (default: <run folder>.published)')
    .requiredOption(
      '--blobs-at <url>',
      'where people fetch the files that --blobs holds: written into the registration',
    )
    .option('--local', 'allow a --blobs-at that only this machine reaches')
    .option('--operator <account>', 'an account that may serve the model; repeat for several', collected(id))
    .action(
      action<[string], Options>(async (context, options, folder) => {
        requireReachable('--blobs-at', options.blobsAt, options.local)
        const registration = registrationOf(options)
        const operators = options.operator ?? []
        const run = readRun(folder)
        const connection = await context.connection()
        await requireAccounts(connection, operators)
        const prepared = await (options.rule === 'equal-split' ? prepareEqualSplit : prepareRun)(connection, run)
        for (const line of [describe(prepared), ...certificateAdvice(run.manifest)]) context.terminal.say(line)
        const signer = await context.signer()
        const {
          plan,
          later,
          model: known,
        } = await planPublication(connection, prepared, signer.address, operators, registration)
        const isDone = plan.transactions.length + later.length === 0 && context.sending.kind === 'send'
        if (!isDone && !(await agree(context, plan, later))) return
        const out = options.out ?? `${folder.replace(/\/$/, '')}.published`
        storeFiles(out, context.config.find('blobs')?.value ?? join(out, 'blobs'), prepared)
        const ids = await register(context, prepared, registration, operators)
        writePublication(out, prepared, registration, ids)
        const { model } = ids
        context.terminal.result({ model, publication: out }, [
          `This run is model ${model}${known === undefined ? '' : ' already'}; ${join(out, 'publication.json')} says so.`,
        ])
      }),
    )
}

function registrationOf(options: Options): Registration {
  const {
    rule,
    base = 0,
    floor = 10_000,
    feeUnit = 1_000_000n,
    contributorBps,
    operatorBps,
    royaltyBps,
    blobsAt,
  } = options
  return {
    shares: { contributorBps, operatorBps, royaltyBps },
    pay: payTermsOf({ rule, baseBps: base, floorBps: floor, feeUnitGwei: feeUnit }),
    // A file's address is this and its hash.
    blobsAt: /[/=]$/.test(blobsAt) ? blobsAt : `${blobsAt}/`,
  }
}

function describe(prepared: PreparedRun): string {
  const { contributions, run } = prepared
  const trained = `${countOf(run.rows.length, 'row')} of ${countOf(contributions.length, 'contribution')}`
  if (prepared.kind === 'equal-split') {
    const items = contributions.reduce((sum, one) => sum + one.items, 0)
    return `${trained}; the ${items} items of the run’s dataset versions share the contributors’ share equally.`
  }
  const { given, copies, file, root } = prepared.units
  return (
    `${trained}, of which ${copies.size} repeat an earlier one; ${countOf(given.length, 'unit')}, ` +
    `row index of ${file.length} bytes, root ${root}.`
  )
}
