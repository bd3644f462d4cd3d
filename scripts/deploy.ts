import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Address, getAddress, isAddress } from 'viem'
import { writeWhole } from '../pipeline/publish/writeWhole.ts'
import { connectReader } from '../sdk/chain.ts'
import { readDeployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'
import { formatOpen, parseOpen, WEI_PER_GWEI } from '../sdk/units.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { deployLedger, standsOn } from './deploy/deploy.ts'
import { signerFromEnvironment } from './keys.ts'

const YEAR_SECONDS = 31_536_000
const deployments = fileURLToPath(new URL('../deployments/', import.meta.url))

await runCommand({
  usage: `npm run deploy -- --name <name> [options]
Deploys all contracts and writes deployments/<name>.json. A deployment that broke off is resumed.
  --name <name>            letters, digits and dashes, such as sepolia
  --rpc <url>              the node to talk to (RPC_URL, or http://127.0.0.1:8545)
  --guardian <address>     who may pause and resume recording; only a vote if not given
  --arbiter <address>      who rules appeals; only a vote if not given
  --treasury <address>     where the treasury's account is paid; the signer if not given
  --holder <address>       who receives the whole supply of OPEN, and its votes; the signer if not given
  --epoch <seconds>        length of an epoch (86400); a challenge window is one to two of them
  --notice <seconds>       how long a tab's withdrawal waits (86400)
  --bond-notice <seconds>  how long a bond's withdrawal waits: two epochs at least (three epochs)
  --bond-minimum <OPEN>    the least bond that records (10)
  --bond-ratio <bps>       bond asked for fees that can still be struck (10000: the fees themselves)
  --bounty <bps>           a challenger's part of what is slashed (5000, the most there is)
  --demand-fee <OPEN>      what asking for a row stakes, and showing it earns (1)
  --demand-time <seconds>  how long there is to show it: an epoch at most (half an epoch)
  --appeal-stake <OPEN>    what an appeal stakes (10)
  --ruling-time <seconds>  how long the arbiter has (1209600)
  --treasury-bps <bps>     the treasury's share of fees (200)
  --voting-delay <seconds> from a proposal to its vote (86400)
  --voting-period <seconds> how long is voted (432000)
  --threshold <OPEN>       votes that a proposer needs (100000)
  --quorum <percent>       part of the supply that must vote (4)
  --timelock <seconds>     how long a decided change waits (345600)
  --send                   send it; without this the command only says what it would do
  PRIVATE_KEY              in the environment: the key to sign with`,
  options: {
    name: { type: 'string' },
    rpc: { type: 'string', default: process.env.RPC_URL ?? 'http://127.0.0.1:8545' },
    guardian: { type: 'string' },
    arbiter: { type: 'string' },
    treasury: { type: 'string' },
    holder: { type: 'string' },
    epoch: { type: 'string', default: '86400' },
    notice: { type: 'string', default: '86400' },
    'bond-notice': { type: 'string' },
    'bond-minimum': { type: 'string', default: '10' },
    'bond-ratio': { type: 'string', default: '10000' },
    bounty: { type: 'string', default: '5000' },
    'demand-fee': { type: 'string', default: '1' },
    'demand-time': { type: 'string' },
    'appeal-stake': { type: 'string', default: '10' },
    'ruling-time': { type: 'string', default: '1209600' },
    'treasury-bps': { type: 'string', default: '200' },
    'voting-delay': { type: 'string', default: '86400' },
    'voting-period': { type: 'string', default: '432000' },
    threshold: { type: 'string', default: '100000' },
    quorum: { type: 'string', default: '4' },
    timelock: { type: 'string', default: '345600' },
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
    const epochSeconds = wholeNumber('epoch', values.epoch, 60, YEAR_SECONDS)
    const request = {
      name,
      rpcUrl: values.rpc,
      deployer,
      ignitionFolder: `${deployments}${name}`,
      ...(values.guardian !== undefined && { guardian: addressFrom('guardian', values.guardian) }),
      ...(values.arbiter !== undefined && { arbiter: addressFrom('arbiter', values.arbiter) }),
      treasuryPayout: addressFrom('treasury', values.treasury ?? deployer.address),
      tokenHolder: addressFrom('holder', values.holder ?? deployer.address),
      epochSeconds,
      tabNoticeSeconds: wholeNumber('notice', values.notice, 0, YEAR_SECONDS),
      bondNoticeSeconds: wholeNumber(
        'bond-notice',
        values['bond-notice'] ?? `${3 * epochSeconds}`,
        2 * epochSeconds,
        4 * YEAR_SECONDS,
      ),
      bondRule: {
        minimumGwei: openFrom('bond-minimum', values['bond-minimum']),
        ratioBps: wholeNumber('bond-ratio', values['bond-ratio'], 0, 1_000_000),
        bountyBps: wholeNumber('bounty', values.bounty, 0, 5_000),
      },
      courtTerms: {
        demandFeeGwei: openFrom('demand-fee', values['demand-fee']),
        demandSeconds: wholeNumber(
          'demand-time',
          values['demand-time'] ?? `${Math.floor(epochSeconds / 2)}`,
          1,
          epochSeconds,
        ),
        appealStakeGwei: openFrom('appeal-stake', values['appeal-stake']),
        rulingSeconds: wholeNumber('ruling-time', values['ruling-time'], 1, YEAR_SECONDS),
      },
      treasuryBps: wholeNumber('treasury-bps', values['treasury-bps'], 0, 1_000),
      voting: {
        delaySeconds: wholeNumber('voting-delay', values['voting-delay'], 0, YEAR_SECONDS),
        periodSeconds: wholeNumber('voting-period', values['voting-period'], 1, YEAR_SECONDS),
        proposalThreshold: openFrom('threshold', values.threshold) * WEI_PER_GWEI,
        quorumPercent: wholeNumber('quorum', values.quorum, 1, 100),
      },
      timelockSeconds: wholeNumber('timelock', values.timelock, 0, YEAR_SECONDS),
    }
    if (!values.send) {
      const { voting, bondRule, courtTerms } = request
      process.stdout.write(`Would deploy to chain ${reader.chain.id} as ${deployer.address}, which keeps no role in it:
  guardian ${request.guardian ?? 'nobody but a vote'}, arbiter ${request.arbiter ?? 'nobody but a vote'}, treasury ${request.treasuryPayout} (${request.treasuryBps} bps), supply and votes to ${request.tokenHolder},
  epochs of ${epochSeconds} s, ${request.tabNoticeSeconds} s notice on tabs, ${request.bondNoticeSeconds} s on bonds,
  bonds of ${formatOpen(bondRule.minimumGwei)} OPEN and ${bondRule.ratioBps} bps of open fees, ${bondRule.bountyBps} bps of a slashed one to the challenger,
  demands for ${formatOpen(courtTerms.demandFeeGwei)} OPEN and ${courtTerms.demandSeconds} s, appeals for ${formatOpen(courtTerms.appealStakeGwei)} OPEN and ${courtTerms.rulingSeconds} s,
  votes after ${voting.delaySeconds} s for ${voting.periodSeconds} s with a quorum of ${voting.quorumPercent} %, changes ${request.timelockSeconds} s later.
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

function addressFrom(option: string, value: string): Address {
  if (!isAddress(value)) throw new UsageError(`--${option} takes an address, not "${value}"`)
  return getAddress(value)
}

function openFrom(option: string, value: string): bigint {
  try {
    return parseOpen(value)
  } catch {
    throw new UsageError(`--${option} takes an amount of OPEN with at most 9 decimals, not "${value}"`)
  }
}
