import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { describeTerms } from '../../scripts/deploy/describe.ts'
import { completeTerms } from '../../scripts/deploy/terms.ts'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { holderAt, lockFor } from '../../sdk/node/transactions/holder.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { spokenEther } from '../../sdk/units.ts'
import { action, askingFirst, commandOf, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitError } from '../exitError.ts'
import { type TermOptions, termsOf, withTerms } from './deploy/terms.ts'

interface Options extends TermOptions {
  readonly name: string
  readonly out: string
}

/** What all transactions of a deployment need together: 51.0 million, and a reserve. */
const GAS = 56_000_000n

export function deployCommand(): Command {
  const command = withSettings(
    commandOf('deploy', 'deploy all contracts; a deployment that broke off is resumed under the same name'),
    'rpc',
    'keystore',
    'passwordFile',
    'keyFile',
  )
    .requiredOption('--name <name>', 'letters, digits and dashes, such as sepolia', nameValue)
    .option('--out <folder>', 'where <name>.json is written, and what a resumed deployment needs', 'deployments')
  return withTerms(askingFirst(command, 'say what would be deployed, and send nothing')).action(
    action<[], Options>(async (context, options) => {
      const file = join(options.out, `${options.name}.json`)
      const folder = join(options.out, options.name)
      const reader = await connectReader(context.config.need('rpc'))
      if (context.sending.kind !== 'send') {
        await requireNew(reader, file)
        await propose(context, options, reader, existsSync(folder))
        return
      }
      const wasThere = existsSync(options.out)
      makeFolder(options.out)
      try {
        const release = await hold(folder)
        try {
          await requireNew(reader, file)
          if (existsSync(file)) forget(file, folder)
          if (await propose(context, options, reader, existsSync(folder))) await deploy(context, options, file, folder)
        } finally {
          await release()
        }
      } finally {
        // What was refused before anything was sent leaves nothing behind.
        if (!wasThere && readdirSync(options.out).length === 0) rmdirSync(options.out)
      }
    }),
  )
}

/** Imported here: no other command needs its many modules. */
const deploying = () => import('../../scripts/deploy/deploy.ts')

async function deploy(context: Context, options: Options, file: string, ignitionFolder: string): Promise<void> {
  const { terminal, config } = context
  const deployer = await context.signer()
  const { deployLedger } = await deploying()
  const deployment = await deployLedger({
    ...termsOf(options, deployer.address),
    name: options.name,
    rpcUrl: config.need('rpc'),
    deployer,
    ignitionFolder,
    onSent: (sent, total) => terminal.progress('Deploying', sent, total),
  })
  writeWhole(file, `${JSON.stringify(deployment, null, 2)}\n`)
  terminal.result({ ...deployment, file }, [
    `Deployed ${options.name} on chain ${deployment.chainId}; addresses are in ${file}.`,
  ])
}

/** Shows what would be deployed, and returns whether to go on. */
async function propose(context: Context, options: Options, reader: Reader, isResumed: boolean): Promise<boolean> {
  const { terminal, sending } = context
  const { address } = await context.signer()
  const terms = completeTerms(termsOf(options, address), address)
  const { maxFeePerGas } = await reader.estimateFeesPerGas()
  const feeWei = GAS * maxFeePerGas
  if (!isResumed) await requireGas(reader, address, feeWei)
  terminal.say(
    `${isResumed ? 'Continues to deploy' : 'Deploys'} to chain ${reader.chain.id} from ${address}, which gets no role by deploying:`,
  )
  terminal.say(describeTerms(terms))
  terminal.say(`About ${spokenEther(feeWei)} ETH for gas in all.`)
  const answer = sending.kind !== 'send' ? 'n' : sending.yes ? 'y' : await terminal.ask('Deploy? [y/N]')
  if (/^y(es)?$/i.test(answer ?? '')) return true
  const how = answer === undefined ? ' Add --yes to send it without being asked.' : ''
  terminal.result({ name: options.name, chainId: reader.chain.id, deployer: address, terms, feeWei, sent: false }, [
    `Nothing was sent.${how}`,
  ])
  // A script that forgot --yes must not go on as if everything were done.
  if (answer === undefined) throw new ExitError(2)
  return false
}

async function requireGas(reader: Reader, address: `0x${string}`, neededWei: bigint): Promise<void> {
  const balanceWei = await reader.getBalance({ address })
  if (balanceWei >= neededWei) return
  throw new StopError(
    `${address} cannot pay for gas: it has ${spokenEther(balanceWei)} ETH, and needs about ${spokenEther(neededWei)} ETH`,
    {},
    'Send it some of the chain’s own coin.',
  )
}

/** Refuses a name that is deployed on this chain already, or on another. */
async function requireNew(reader: Reader, file: string): Promise<void> {
  if (!existsSync(file)) return
  const stored = readDeployment(file)
  if (stored.chainId !== reader.chain.id)
    throw new StopError(
      `${file} describes a deployment on chain ${stored.chainId}, and this is chain ${reader.chain.id}`,
      {},
      'Choose another name.',
    )
  const { standsOn } = await deploying()
  if (await standsOn(reader, stored))
    throw new StopError(`${stored.name} is deployed already: its addresses are in ${file}`, {}, 'Choose another name.')
}

/** A local chain that was started again from nothing has none of the contracts that its files name. */
function forget(file: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  rmSync(file)
}

/** Keeps others from deploying under this name meanwhile. */
async function hold(folder: string): Promise<() => Promise<void>> {
  const holderFile = `${folder}.holder`
  const holder = holderAt(holderFile)
  let isLost = false
  const release = await lockFor(folder, holder, () => {
    isLost = true
  })
  if (release === undefined)
    throw new RetryError(
      `Another command is deploying into ${folder}`,
      {},
      'Wait until it is done; run this again only if it fails.',
    )
  holder.serve('deploy')
  return async () => {
    if (isLost) return
    rmSync(holderFile, { force: true })
    await release()
  }
}

function nameValue(text: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(text)) return text
  throw new InvalidArgumentError('It takes letters, digits and dashes.')
}
