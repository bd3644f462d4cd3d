import { certificateAdvice } from '../pipeline/publish/certified.ts'
import { type PreparedRun, prepareEqualSplit, prepareRun } from '../pipeline/publish/prepareRun.ts'
import { publishRun } from '../pipeline/publish/publishRun.ts'
import {
  baseAct,
  type FeeShares,
  findBase,
  findFineTune,
  fineTuneAct,
  operatorAct,
} from '../pipeline/publish/register.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import type { Connection } from '../sdk/contracts.ts'
import { act } from '../sdk/transact.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
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
Checks a training run, builds its influence index and registers the model. Refused if a file is missing, damaged or of the
wrong shape, or if a row belongs to a contribution that is not in the frozen dataset versions of the run.
  --rule <rule>              how contributors are paid, for good: attribution (by the rows that move each answer), or
                             equal-split (all items of the run's dataset versions alike, which needs no index)
  --out <folder>             where the publication is written (<run folder>.published)
  --blobs <folder>           where content-addressed files are written (<out>/blobs)
  --blobs-at <url>           where people fetch them (http://127.0.0.1:4000/blobs/)
  --operator <account>       who may record calls of the model; may be repeated
  --contributor-bps <bps>    contributors' pool of every fee (6000)
  --operator-bps <bps>       the serving operator's share (1500)
  --royalty-bps <bps>        what this model asks of fine-tunes below it (0)
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    out: { type: 'string' },
    blobs: { type: 'string' },
    'blobs-at': { type: 'string', default: 'http://127.0.0.1:4000/blobs/' },
    operator: { type: 'string', multiple: true, default: [] },
    'contributor-bps': { type: 'string', default: '6000' },
    'operator-bps': { type: 'string', default: '1500' },
    'royalty-bps': { type: 'string', default: '0' },
    rule: { type: 'string', default: 'attribution' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [folder]) {
    if (folder === undefined) throw new UsageError('Name the run folder.')
    const bps = (name: 'contributor-bps' | 'operator-bps' | 'royalty-bps') => wholeNumber(name, values[name], 0, 9_000)
    const shares: FeeShares = {
      contributorBps: bps('contributor-bps'),
      operatorBps: bps('operator-bps'),
      royaltyBps: bps('royalty-bps'),
    }
    const rule = ruleFrom(values.rule)
    const operators = values.operator.map((text) => wholeNumber('operator', text, 1, 2 ** 32 - 1))
    const run = readRun(folder)
    const connection = await openConnection(values)
    const prepared = await (rule === 'attribution' ? prepareRun : prepareEqualSplit)(connection, run)
    process.stdout.write(`${describe(prepared)}\n`)
    process.stdout.write(`${certificateAdvice(run.manifest).join('\n')}\n`)
    const owner = openWallet(connection)
    const out = values.out ?? `${folder.replace(/\/$/, '')}.published`
    const registration = { shares, blobsAt: values['blobs-at'] }
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

function ruleFrom(text: string): PreparedRun['rule'] {
  if (text === 'attribution' || text === 'equal-split') return text
  throw new UsageError(`--rule takes attribution or equal-split, not "${text}"`)
}

function describe(prepared: PreparedRun): string {
  const rows = `${prepared.run.rows.length} rows`
  if (prepared.rule === 'equal-split') {
    return `${rows}; the ${prepared.itemCount} items of the run's dataset versions share the contributors' part equally`
  }
  const { duplicateOf, flagged, leafCount, indexFile, indexRoot } = prepared
  return (
    `${rows}, of which ${duplicateOf.size} repeat an earlier one and ${flagged.size} fight the rest; index of ` +
    `${leafCount} leaves, ${indexFile.length} bytes, root ${indexRoot}`
  )
}

async function announceAll(
  connection: Connection,
  prepared: PreparedRun,
  from: `0x${string}`,
  operators: readonly number[],
  registration: { readonly shares: FeeShares; readonly blobsAt: string },
): Promise<void> {
  const { reader, contracts } = connection
  const { manifest } = prepared.run
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
  if (account === 0) announce(from, act(contracts.accounts, 'open', [from]))
  const next = (await reader.readContract({ ...contracts.models, functionName: 'modelCount' })) + 1
  const base = await findBase(connection, manifest)
  if (base === undefined) announce(from, baseAct(contracts, manifest, 0))
  const model = await findFineTune(connection, account, prepared)
  if (model === undefined) announce(from, fineTuneAct(contracts, prepared, base ?? next, registration))
  for (const operator of operators) announce(from, operatorAct(contracts, model ?? next + (base ? 0 : 1), operator))
}
