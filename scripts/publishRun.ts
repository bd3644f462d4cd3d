import { certificateAdvice } from '../pipeline/publish/certified.ts'
import { findFineTune, fineTuneOf, type Registration } from '../pipeline/publish/fineTune.ts'
import { PAY_RULES, type PayRule, payTermsOf } from '../pipeline/publish/payTerms.ts'
import { type PreparedRun, prepareEqualSplit, prepareRun } from '../pipeline/publish/prepareRun.ts'
import { publishRun } from '../pipeline/publish/publishRun.ts'
import { baseAct, beginAct, findBase, operatorAct, type Page, registrationPages } from '../pipeline/publish/register.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import type { Connection } from '../sdk/contracts.ts'
import { callTo } from '../sdk/node/contractCall.ts'
import { amountOfOpen, runCommand, UsageError, wholeNumber } from './command.ts'
import {
  announce,
  announceDry,
  connectionOptions,
  connectionUsage,
  openConnection,
  openWallet,
  sendUsage,
} from './connection.ts'

await runCommand({
  usage: `npm run publish-run -- <run folder> [options]
Checks a training run, forms the units that its contributors are paid by, and registers the model. Refused if a file is missing,
damaged or of the wrong shape, if its rows are not the items of the frozen dataset versions, or if it is registered with other
terms already: terms are for good.
  --rule <rule>              how contributors share: net-influence (by what moved the answers, harm netted against help),
                             fixed-weights (by the training rows alone), or equal-split (all items alike)
  --base <bps>               the part of their share that goes by kept rows first (0)
  --floor <bps>              how much net influence it takes to move all of the rest, 5000 to 40000 (10000)
  --fee-unit <OPEN>          what fees are counted in, at most 1; a call costs 1 to 65,535 of them (0.001)
  --contributor-bps <bps>    contributors' share of every fee (6000)
  --operator-bps <bps>       the serving operator's share (1500)
  --royalty-bps <bps>        what this model asks of fine-tunes below it (0)
  --out <folder>             where the publication is written (<run folder>.published)
  --blobs <folder>           where content-addressed files are written (<out>/blobs)
  --blobs-at <url>           where people fetch them (http://127.0.0.1:4000/blobs/)
  --operator <account>       who may record calls of the model; may be repeated
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    rule: { type: 'string', default: 'net-influence' },
    base: { type: 'string', default: '0' },
    floor: { type: 'string', default: '10000' },
    'fee-unit': { type: 'string', default: '0.001' },
    'contributor-bps': { type: 'string', default: '6000' },
    'operator-bps': { type: 'string', default: '1500' },
    'royalty-bps': { type: 'string', default: '0' },
    out: { type: 'string' },
    blobs: { type: 'string' },
    'blobs-at': { type: 'string', default: 'http://127.0.0.1:4000/blobs/' },
    operator: { type: 'string', multiple: true, default: [] },
    send: { type: 'boolean', default: false },
  },
  async run(values, [folder]) {
    if (folder === undefined) throw new UsageError('Name the run folder.')
    const bps = (name: 'contributor-bps' | 'operator-bps') => wholeNumber(name, values[name], 0, 9_000)
    const rule = ruleFrom(values.rule)
    const registration: Registration = {
      shares: {
        contributorBps: bps('contributor-bps'),
        operatorBps: bps('operator-bps'),
        royaltyBps: wholeNumber('royalty-bps', values['royalty-bps'], 0, 2_000),
      },
      pay: payTermsOf({
        rule,
        baseBps: wholeNumber('base', values.base, 0, 10_000),
        floorBps: wholeNumber('floor', values.floor, 5_000, 40_000),
        feeUnitGwei: amountOfOpen('fee-unit', values['fee-unit']),
      }),
      blobsAt: values['blobs-at'],
    }
    const operators = values.operator.map((text) => wholeNumber('operator', text, 1, 2 ** 32 - 1))
    const run = readRun(folder)
    const connection = await openConnection(values)
    const prepared = await (rule === 'equal-split' ? prepareEqualSplit : prepareRun)(connection, run)
    process.stdout.write(`${describe(prepared)}\n`)
    process.stdout.write(`${certificateAdvice(run.manifest).join('\n')}\n`)
    const owner = openWallet(connection)
    const out = values.out ?? `${folder.replace(/\/$/, '')}.published`
    await announceAll(connection, prepared, owner.account.address, operators, registration)
    if (!values.send) return announceDry()
    const { model } = await publishRun(prepared, {
      ...registration,
      connection,
      owner,
      baseOwner: owner,
      baseRoyaltyBps: 0,
      operators,
      folder: out,
      blobs: values.blobs ?? `${out}/blobs`,
    })
    process.stdout.write(`This run is model ${model}; ${out}/publication.json says so.\n`)
  },
})

function ruleFrom(text: string): PayRule {
  const rule = PAY_RULES.find((name) => name === text)
  if (rule !== undefined) return rule
  throw new UsageError(`--rule takes net-influence, fixed-weights or equal-split, not "${text}"`)
}

function describe(prepared: PreparedRun): string {
  const { contributions, run } = prepared
  const trained = `${run.rows.length} rows of ${contributions.length} contributions`
  if (prepared.kind === 'equal-split') {
    const items = contributions.reduce((sum, one) => sum + one.items, 0)
    return `${trained}; the ${items} items of the run's dataset versions share the contributors' part equally`
  }
  const { given, copies, file, root } = prepared.units
  return (
    `${trained}, of which ${copies.size} repeat an earlier one; ${given.length} units, ` +
    `row index of ${file.length} bytes, root ${root}`
  )
}

async function announceAll(
  connection: Connection,
  prepared: PreparedRun,
  from: `0x${string}`,
  operators: readonly number[],
  registration: Registration,
): Promise<void> {
  const { reader, contracts } = connection
  const { manifest } = prepared.run
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
  if (account === 0) announce(from, callTo(contracts.accounts, 'open', [from]))
  const next = (await reader.readContract({ ...contracts.models, functionName: 'modelCount' })) + 1
  const base = await findBase(connection, manifest)
  if (base === undefined) announce(from, baseAct(contracts, manifest, 0))
  const fineTune = fineTuneOf(prepared, base ?? next, registration)
  const known = account === 0 ? undefined : await findFineTune(connection, account, fineTune)
  if (known === undefined) {
    const pages = registrationPages(prepared)
    announce(from, beginAct(contracts, fineTune, pages[0] as Page))
    if (pages.length > 1) process.stdout.write(`and ${pages.length - 1} more transactions for the rest of its units\n`)
  } else if (!known.isRegistered) process.stdout.write(`Goes on with the registration of model ${known.model}.\n`)
  const model = known?.model ?? next + (base === undefined ? 1 : 0)
  for (const operator of operators) announce(from, operatorAct(contracts, model, operator))
}
