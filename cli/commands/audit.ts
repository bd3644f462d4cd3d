import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError } from 'commander'
import type { Hex } from 'viem'
import { audit } from '../../auditor/audit.ts'
import type { At } from '../../auditor/history/auditedBlock.ts'
import { reportHtml } from '../../auditor/report/html.ts'
import { sealed } from '../../auditor/report/sign.ts'
import { reportText } from '../../auditor/report/text.ts'
import { chainOf } from '../../chain/chains.ts'
import { identify } from '../../chain/node/identity.ts'
import { connectNode } from '../../chain/node/node.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { apiAddress } from '../apiAddress.ts'
import { action, commandOf, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitError } from '../exitError.ts'
import { accountOf, readSecret } from '../signer.ts'
import { UsageError } from '../usageError.ts'
import { bytes32Value, wholeNumber } from '../values.ts'
import { booksCommand } from './audit/books.ts'
import { documentCommand, verifyDocument } from './audit/document.ts'
import { COULD_NOT_CHECK, orCouldNotCheck } from './audit/orCouldNotCheck.ts'
import { withdrawalsCommand } from './audit/withdrawals.ts'

interface Options {
  readonly at?: At
  readonly trust?: Hex
  readonly index?: string
  readonly run?: string
  readonly document?: string
  readonly artifacts?: string
  readonly sample?: number
  readonly seed: number
  readonly out?: string
  readonly resume?: boolean
  readonly signKey?: string
}

/** What was found decides: 0 clean, 1 findings, 2 not everything could be checked. */
const STATUS = { clean: 0, findings: 1, incomplete: COULD_NOT_CHECK } as const
const RELEASE = fileURLToPath(new URL('../../var/release/artifacts', import.meta.url))

/** Options that follow a verb are the verb's own. */
export function auditCommand(): Command {
  return withSettings(
    commandOf(
      'audit',
      `rebuild every number from a node alone: all events by proof, every settlement computed again to the gwei, and all that the contracts
hold compared with it by proof. Believes neither the node nor an index. Exits with 0 if all is as it must be, 1 with findings, and 2
if something could not be checked.`,
    ),
    'rpc',
    'deployment',
    'api',
  )
    .option('--at <block>', 'the block to audit: a number, "latest" or "finalized" (the default)', blockValue)
    .option('--trust <hash>', 'the hash of that block, from a source of your own', bytes32Value)
    .option(
      '--index <folder|url>',
      'where row indexes are, to compute units again; "registered" fetches them from their owners’ addresses',
    )
    .option('--run <folder>', 'a run, to compute its row codes again from its gradients')
    .option('--document <file>', 'verify a document against the chain, and nothing else; as `audit document verify`')
    .option('--artifacts <folder>', 'compiled contracts, to compare the deployed code with')
    .option('--sample <slots>', 'compare only so many values of each contract with storage', wholeNumber(1, 10_000_000))
    .option('--seed <number>', 'which values a sample takes', wholeNumber(0, 2 ** 32 - 1), 1)
    .option('--out <folder>', 'write audit.json and audit.html there, and a checkpoint')
    .option('--resume', 'go on from the checkpoint in --out')
    .option('--sign-key <file>', 'sign the report’s digest with the key in this file')
    .action(action<[], Options>(auditOrSay))
    .enablePositionalOptions()
    .addCommand(booksCommand())
    .addCommand(documentCommand())
    .addCommand(withdrawalsCommand())
}

async function auditOrSay(context: Context, options: Options): Promise<void> {
  if (options.resume && options.out === undefined)
    throw new UsageError('--resume goes on from the checkpoint in --out: give that too.')
  if (options.document !== undefined) {
    await verifyDocument(context, options.document, options.run)
    return
  }
  await orCouldNotCheck(context, () => auditAll(context, options))
}

async function auditAll(context: Context, options: Options): Promise<void> {
  const { config, terminal, signal } = context
  const { at = 'finalized', trust, index, run, sample, seed, out, resume = false, signKey } = options
  const signer = signKey === undefined ? undefined : accountOf(readSecret(signKey).trim(), signKey)
  const deployment: Deployment = readDeployment(config.need('deployment'))
  const given = config.find('api')
  const api = given && apiAddress(given.value)
  checkPlaces(options)
  const node = connectNode(config.need('rpc'), {
    chainId: deployment.chainId,
    notOffered: ({ what, instead }) => terminal.note(`The node does not offer ${what}. ${instead}`),
  })
  const { treasury } = await identify(node.until(signal), deployment)
  if (out !== undefined) {
    // An hour's audit must not end at a folder that cannot be written to.
    makeFolder(out)
    accessSync(out, constants.W_OK)
  }
  const { reader } = await context.connection()
  const report = await audit({
    node,
    reader,
    deployment,
    treasury: Number(treasury),
    verify: chainOf(deployment.chainId).strongest,
    at,
    trust,
    sample: sample === undefined ? undefined : { slots: sample, seed },
    artifacts: options.artifacts ?? RELEASE,
    index,
    run,
    api,
    checkpoint: out === undefined ? undefined : { file: join(out, 'audit.checkpoint'), resume },
    signal,
    progress: terminal.progress,
  })
  const file = await sealed(report, signer)
  if (out !== undefined) {
    writeWhole(join(out, 'audit.json'), `${JSON.stringify(file, undefined, 2)}\n`)
    writeWhole(join(out, 'audit.html'), reportHtml(file))
    terminal.note(`The report is in ${out}: audit.json and audit.html.`)
  }
  terminal.result(file, reportText(report))
  const status = STATUS[report.verdict]
  if (status > 0) throw new ExitError(status)
}

/** What was mistyped is said before anything is read, and is no finding. */
function checkPlaces({ run, artifacts }: Options): void {
  for (const [option, folder] of Object.entries({ '--run': run, '--artifacts': artifacts })) {
    if (folder !== undefined && !existsSync(folder))
      throw new StopError(`There is no folder ${folder}`, {}, `Give ${option} the path of one.`)
  }
}

function blockValue(text: string): At {
  if (text === 'latest' || text === 'finalized') return text
  if (/^\d{1,15}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('It takes a block number, "latest" or "finalized".')
}
