import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Address, getAddress, isAddress } from 'viem'
import { connectReader } from '../sdk/chain.ts'
import { StopError } from '../sdk/errors.ts'
import { readDeployment } from '../sdk/node/readDeployment.ts'
import { writeWhole } from '../sdk/node/writeWhole.ts'
import { WEI_PER_GWEI } from '../sdk/units.ts'
import { amountOfOpen, runCommand, UsageError, wholeNumber } from './command.ts'
import { type DeployRequest, deployLedger, standsOn } from './deploy/deploy.ts'
import { describeTerms } from './deploy/describe.ts'
import { completeTerms } from './deploy/terms.ts'
import { signerFromEnvironment } from './keys.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const deployments = fileURLToPath(new URL('../deployments/', import.meta.url))

/** Bounds are those of the contracts' code. */
const options = {
  name: { type: 'string' },
  rpc: { type: 'string', default: process.env.RPC_URL ?? 'http://127.0.0.1:8545' },
  guardian: { type: 'string' },
  arbiter: { type: 'string' },
  treasury: { type: 'string' },
  holder: { type: 'string' },
  epoch: { type: 'string', default: `${DAY}` },
  window: { type: 'string', default: `${2 * DAY}` },
  'min-book': { type: 'string', default: '1' },
  'treasury-bps': { type: 'string', default: '200' },
  activation: { type: 'string', default: `${3 * DAY}` },
  'operator-notice': { type: 'string', default: `${2 * DAY}` },
  'channel-notice': { type: 'string', default: `${2 * DAY}` },
  'bond-minimum': { type: 'string', default: '10' },
  'bond-record': { type: 'string', default: '0.01' },
  'bond-ratio': { type: 'string', default: '10000' },
  bounty: { type: 'string', default: '3000' },
  'bond-notice': { type: 'string' },
  'pool-time': { type: 'string', default: `${14 * DAY}` },
  'demand-fee': { type: 'string', default: '1' },
  'demand-time': { type: 'string' },
  'receipt-fees': { type: 'string', default: '10' },
  'appeal-stake': { type: 'string', default: '10' },
  'ruling-time': { type: 'string', default: `${14 * DAY}` },
  'key-notice': { type: 'string', default: `${2 * DAY}` },
  'voting-delay': { type: 'string', default: `${DAY}` },
  'voting-period': { type: 'string', default: `${5 * DAY}` },
  threshold: { type: 'string', default: '100000' },
  quorum: { type: 'string', default: '4' },
  'late-quorum': { type: 'string', default: `${DAY}` },
  timelock: { type: 'string' },
  send: { type: 'boolean', default: false },
} as const

type Options = { readonly [name in keyof typeof options]?: string | boolean | undefined } & {
  readonly name?: string | undefined
  readonly rpc: string
}

await runCommand({
  usage: `npm run deploy -- --name <name> [options]
Deploys all contracts and writes deployments/<name>.json. A deployment that broke off is resumed.
  --name <name>                letters, digits and dashes, such as sepolia
  --rpc <url>                  the node to talk to (RPC_URL, or http://127.0.0.1:8545)
  --guardian <address>         who may pause, resume, and cancel what a vote decided; only a vote if not given
  --arbiter <address>          who rules appeals; only a vote if not given
  --treasury <address>         where the treasury's account is paid; the signer if not given
  --holder <address>           who receives the whole supply of OPEN, and its votes; the signer if not given
Books
  --epoch <seconds>            length of an epoch, 1 hour to 30 days (86400)
  --window <seconds>           how long after a book closes its records can be voided, 1 to 14 days (172800)
  --min-book <OPEN>            fees from which a book closes with its epoch, at most 1,000 (1)
  --treasury-bps <bps>         the treasury's share of fees, 100 to 1,000 (200)
Models and channels
  --activation <seconds>       how long a fine-tune waits before its first record, 1 to 14 days (259200)
  --operator-notice <seconds>  how long an operator that was removed may record, 1 to 14 days (172800)
  --channel-notice <seconds>   how long a channel's withdrawal waits, 1 to 14 days (172800)
Bonds
  --bond-minimum <OPEN>        the least bond that records, at least 1 (10)
  --bond-record <OPEN>         bond asked for a record that is not settled (0.01)
  --bond-ratio <bps>           bond asked for its fee, 5,000 to 30,000 (10000: the fee itself)
  --bounty <bps>               a challenger's part of what is slashed, at most 5,000 (3000)
  --bond-notice <seconds>      how long a bond's withdrawal waits: a window and an epoch at least (a day more)
  --pool-time <seconds>        how long a settled book asks for its pool in a model's bond, 7 to 60 days (1209600)
Challenges
  --demand-fee <OPEN>          what a demand stakes (1)
  --demand-time <seconds>      how long there is to answer one: a third of a window at most (a quarter)
  --receipt-fees <number>      what a broken or unrecorded receipt costs, in fees, 2 to 100 (10)
  --appeal-stake <OPEN>        what an appeal stakes, 1 to 1,000 (10)
  --ruling-time <seconds>      how long the arbiter has, 7 to 30 days (1209600)
  --key-notice <seconds>       how long a new receipt key waits, 1 hour to 14 days (172800)
Votes
  --voting-delay <seconds>     from a proposal to its vote (86400)
  --voting-period <seconds>    how long is voted (432000)
  --threshold <OPEN>           votes that a proposer needs (100000)
  --quorum <percent>           part of the supply that must vote (4)
  --late-quorum <seconds>      how long is voted once the quorum is reached, at least (86400)
  --timelock <seconds>         how long a decided change waits (a day more than a bond's withdrawal)
  --send                       send it; without this the command only says what it would do
  PRIVATE_KEY                  in the environment: the key to sign with`,
  options,
  async run(values) {
    const deployer = signerFromEnvironment()
    const request = requestFrom(values, deployer)
    const reader = await connectReader(values.rpc)
    const file = `${deployments}${request.name}.json`
    if (existsSync(file) && (await standsOn(reader, readDeployment(file)))) {
      const where = { file: `deployments/${request.name}.json` }
      throw new StopError(`${request.name} is deployed already`, where, 'Choose another name.')
    }
    if (!values.send) {
      const terms = describeTerms(completeTerms(request, deployer.address))
      process.stdout.write(`Would deploy to chain ${reader.chain.id} as ${deployer.address}, which keeps no role in it:
${terms}\nNothing was sent. Add --send to send it.\n`)
      return
    }
    const deployment = await deployLedger(request)
    writeWhole(file, `${JSON.stringify(deployment, null, 2)}\n`)
    process.stdout.write(
      `Deployed ${request.name} on chain ${deployment.chainId}; addresses are in deployments/${request.name}.json.\n`,
    )
  },
})

function requestFrom(values: Options, deployer: DeployRequest['deployer']): DeployRequest {
  const { name } = values
  if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new UsageError('--name takes letters, digits and dashes.')
  }
  const whole = (option: keyof typeof options, min: number, max: number) =>
    wholeNumber(option, `${values[option]}`, min, max)
  const open = (option: keyof typeof options) => amountOfOpen(option, `${values[option]}`)
  const windowSeconds = whole('window', DAY, 14 * DAY)
  const epochSeconds = whole('epoch', HOUR, 30 * DAY)
  const leastNotice = windowSeconds + epochSeconds
  return {
    name,
    rpcUrl: values.rpc,
    deployer,
    ignitionFolder: `${deployments}${name}`,
    ...(values.guardian !== undefined && { guardian: addressFrom('guardian', values.guardian) }),
    ...(values.arbiter !== undefined && { arbiter: addressFrom('arbiter', values.arbiter) }),
    treasuryPayout: addressFrom('treasury', values.treasury ?? deployer.address),
    tokenHolder: addressFrom('holder', values.holder ?? deployer.address),
    ledger: {
      epochSeconds,
      windowSeconds,
      minBookGwei: open('min-book'),
      treasuryBps: whole('treasury-bps', 100, 1_000),
    },
    models: {
      activationSeconds: whole('activation', DAY, 14 * DAY),
      noticeSeconds: whole('operator-notice', DAY, 14 * DAY),
    },
    channelNoticeSeconds: whole('channel-notice', DAY, 14 * DAY),
    bonds: {
      minimumGwei: open('bond-minimum'),
      perRecordGwei: open('bond-record'),
      ratioBps: whole('bond-ratio', 5_000, 30_000),
      bountyBps: whole('bounty', 0, 5_000),
      ...(values['bond-notice'] !== undefined && { noticeSeconds: whole('bond-notice', leastNotice, 60 * DAY) }),
      modelSeconds: whole('pool-time', 7 * DAY, 60 * DAY),
    },
    court: {
      demandFeeGwei: open('demand-fee'),
      ...(values['demand-time'] !== undefined && {
        demandSeconds: whole('demand-time', HOUR, Math.floor(windowSeconds / 3)),
      }),
      receiptFees: whole('receipt-fees', 2, 100),
      appealStakeGwei: open('appeal-stake'),
      rulingSeconds: whole('ruling-time', 7 * DAY, 30 * DAY),
      keyNoticeSeconds: whole('key-notice', HOUR, 14 * DAY),
    },
    voting: {
      delaySeconds: whole('voting-delay', 0, YEAR),
      periodSeconds: whole('voting-period', 1, YEAR),
      proposalThreshold: open('threshold') * WEI_PER_GWEI,
      quorumPercent: whole('quorum', 1, 100),
      lateQuorumSeconds: whole('late-quorum', 0, YEAR),
    },
    ...(values.timelock !== undefined && { timelockSeconds: whole('timelock', 0, YEAR) }),
  }
}

function addressFrom(option: string, value: unknown): Address {
  if (typeof value !== 'string' || !isAddress(value)) {
    throw new UsageError(`--${option} takes an address, not "${value}"`)
  }
  return getAddress(value)
}
