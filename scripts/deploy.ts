import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Address, getAddress, isAddress } from 'viem'
import { writeWhole } from '../pipeline/publish/writeWhole.ts'
import { connectReader } from '../sdk/chain.ts'
import { readDeployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { deployLedger, standsOn } from './deploy/deploy.ts'
import { signerFromEnvironment } from './keys.ts'

const deployments = fileURLToPath(new URL('../deployments/', import.meta.url))

await runCommand({
  usage: `npm run deploy -- --name <name> [options]
Deploys all contracts and writes deployments/<name>.json. A deployment that broke off is resumed.
  --name <name>            letters, digits and dashes, such as sepolia
  --rpc <url>              the node to talk to (RPC_URL, or http://127.0.0.1:8545)
  --guardian <address>     who may pause recording; the signer if not given
  --treasury <address>     where the treasury's account is paid; the signer if not given
  --holder <address>       who receives the whole supply of OPEN; the signer if not given
  --epoch <seconds>        length of an epoch (86400); a challenge window is one to two of them
  --notice <seconds>       how long a tab's withdrawal waits (86400)
  --treasury-bps <bps>     the treasury's share of fees (200)
  --send                   send it; without this the command only says what it would do
  PRIVATE_KEY              in the environment: the key to sign with`,
  options: {
    name: { type: 'string' },
    rpc: { type: 'string', default: process.env.RPC_URL ?? 'http://127.0.0.1:8545' },
    guardian: { type: 'string' },
    treasury: { type: 'string' },
    holder: { type: 'string' },
    epoch: { type: 'string', default: '86400' },
    notice: { type: 'string', default: '86400' },
    'treasury-bps': { type: 'string', default: '200' },
    send: { type: 'boolean', default: false },
  },
  async run(values) {
    const { name } = values
    if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name))
      throw new UsageError('--name takes letters, digits and dashes.')
    const deployer = signerFromEnvironment()
    const reader = await connectReader(values.rpc)
    const file = `${deployments}${name}.json`
    if (existsSync(file) && (await standsOn(reader, readDeployment(file)))) {
      throw new StopError(`${name} is deployed already`, { file: `deployments/${name}.json` }, 'Choose another name.')
    }
    const request = {
      name,
      rpcUrl: values.rpc,
      deployer,
      ignitionFolder: `${deployments}${name}`,
      guardian: addressOr(deployer.address, 'guardian', values.guardian),
      treasuryPayout: addressOr(deployer.address, 'treasury', values.treasury),
      tokenHolder: addressOr(deployer.address, 'holder', values.holder),
      epochSeconds: wholeNumber('epoch', values.epoch, 60, 31_536_000),
      tabNoticeSeconds: wholeNumber('notice', values.notice, 0, 31_536_000),
      treasuryBps: wholeNumber('treasury-bps', values['treasury-bps'], 0, 1_000),
    }
    if (!values.send) {
      process.stdout.write(`Would deploy to chain ${reader.chain.id} as ${deployer.address}:
  guardian ${request.guardian}, treasury ${request.treasuryPayout} (${request.treasuryBps} bps), supply to ${request.tokenHolder},
  epochs of ${request.epochSeconds} s, ${request.tabNoticeSeconds} s notice on tabs.
Nothing was sent. Add --send to send it.\n`)
      return
    }
    const deployment = await deployLedger(request)
    writeWhole(file, `${JSON.stringify(deployment, null, 2)}\n`)
    process.stdout.write(
      `Deployed ${name} on chain ${deployment.chainId}; addresses are in deployments/${name}.json.\n`,
    )
  },
})

function addressOr(fallback: Address, option: string, value: string | undefined): Address {
  if (value === undefined) return fallback
  if (!isAddress(value)) throw new UsageError(`--${option} takes an address, not "${value}"`)
  return getAddress(value)
}
