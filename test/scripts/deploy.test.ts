import { join } from 'node:path'
import {
  type Abi,
  type AbiFunction,
  type Address,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  keccak256,
  parseEther,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
  zeroHash,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployLedger, standsOn } from '../../scripts/deploy/deploy.ts'
import { ADMIN_ROLE, ARBITER_ROLE, GUARDIAN_ROLE, PARAMETERS_ROLE } from '../../scripts/deploy/module.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { type Act, act, transact } from '../../sdk/transact.ts'
import { startBreakingNode } from './breakingNode.ts'
import { type LocalLedger, startLocalLedger } from './localLedger.ts'

describe('a deployment', () => {
  let local: LocalLedger
  beforeAll(async () => {
    local = await startLocalLedger(1)
  })
  afterAll(() => local.stop())

  it('stands on its chain, and opened the treasury’s account first', async () => {
    const { connection, deployment, cast } = local
    const { reader, contracts } = connection
    expect(await standsOn(reader, deployment)).toBe(true)
    const treasury = await reader.readContract({
      ...contracts.accounts,
      functionName: 'accountOf',
      args: [cast.treasury.address],
    })
    expect(treasury).toBe(1)
  })

  it('is resumed from its journal: a second pass sends nothing and knows where it began', async () => {
    const { connection, rpcUrl, cast, folder } = local
    const request = { name: 'kept', rpcUrl, deployer: cast.deployer, ignitionFolder: join(folder, 'ignition') }
    const began = Number(await connection.reader.getBlockNumber()) + 1
    const first = await deployLedger(request)
    const block = await connection.reader.getBlockNumber()
    expect(await deployLedger(request)).toEqual(first)
    expect(await connection.reader.getBlockNumber()).toBe(block)
    expect(first.startBlock).toBe(began)
  })

  it('that broke off anywhere is resumed, and its deployer gives up what it held all the same', async () => {
    const { rpcUrl, cast, folder } = local
    // Among contracts, and between the two last acts.
    for (const taken of [14, 26]) {
      const request = { name: 'broken', deployer: cast.deployer, ignitionFolder: join(folder, `broken-${taken}`) }
      const node = await startBreakingNode(rpcUrl, taken)
      await expect(deployLedger({ ...request, rpcUrl: node.rpcUrl }), `after ${taken}`).rejects.toThrow()
      await node.stop()
      const resumed = await deployLedger({ ...request, rpcUrl })
      const { timelock } = resumed.contracts
      expect(await accessManagerRoles(await connect(rpcUrl, resumed)), `after ${taken}`).toEqual({
        [`${ADMIN_ROLE}`]: [timelock],
        [`${GUARDIAN_ROLE}`]: [timelock],
        [`${PARAMETERS_ROLE}`]: [timelock],
        [`${ARBITER_ROLE}`]: [timelock],
      })
    }
  }, 600_000)

  describe('whose votes are held by somebody else than its deployer', () => {
    const voting = { delaySeconds: 10, periodSeconds: 100, proposalThreshold: parseEther('1'), quorumPercent: 4 }
    const timelockSeconds = 1_000
    let governed: Deployment
    let connection: Connection
    beforeAll(async () => {
      const { rpcUrl, cast } = local
      governed = await deployLedger({
        name: 'governed',
        rpcUrl,
        deployer: cast.deployer,
        guardian: cast.curator.address,
        arbiter: cast.baseOwner.address,
        treasuryPayout: cast.treasury.address,
        tokenHolder: cast.owner.address,
        voting,
        timelockSeconds,
      })
      connection = await connect(rpcUrl, governed)
    })

    it('gives each role to whom it belongs, and keeps none for its deployer', async () => {
      const { timelock, governor } = governed.contracts
      expect(await accessManagerRoles(connection)).toEqual({
        [`${ADMIN_ROLE}`]: [timelock],
        [`${GUARDIAN_ROLE}`]: [local.cast.curator.address],
        [`${PARAMETERS_ROLE}`]: [timelock],
        [`${ARBITER_ROLE}`]: [local.cast.baseOwner.address],
      })
      expect(await timelockRoles(connection)).toEqual({
        [zeroHash]: [timelock],
        [roleHash('PROPOSER_ROLE')]: [governor],
        [roleHash('CANCELLER_ROLE')]: [governor],
        [roleHash('EXECUTOR_ROLE')]: [zeroAddress],
      })
    })

    it('opens each act of governance to one role, and appoints its court for good', async () => {
      const { reader, contracts } = connection
      const { ledger, court } = contracts
      const rolesOf = ({ address, abi }: { readonly address: Address; readonly abi: Abi }, names: readonly string[]) =>
        Promise.all(
          names.map((name) =>
            reader.readContract({
              ...contracts.accessManager,
              functionName: 'getTargetFunctionRole',
              args: [address, toFunctionSelector(getAbiItem({ abi, name }) as AbiFunction)],
            }),
          ),
        )
      const acts = ['pauseRecording', 'resumeRecording', 'setTreasuryShare', 'setBondRule', 'appointCourt']
      expect({ ledger: await rolesOf(ledger, acts), court: await rolesOf(court, ['setTerms', 'rule']) }).toEqual({
        ledger: [GUARDIAN_ROLE, GUARDIAN_ROLE, PARAMETERS_ROLE, PARAMETERS_ROLE, ADMIN_ROLE],
        court: [PARAMETERS_ROLE, ARBITER_ROLE],
      })
      const timelock = contracts.timelock.address
      await expect(
        reader.simulateContract({ ...ledger, functionName: 'appointCourt', args: [timelock], account: timelock }),
      ).rejects.toThrow('Ledger_CourtAlreadyAppointed')
    })

    it('lets its deployer change nothing', async () => {
      const { reader, contracts } = connection
      const deployer = local.walletOf(local.cast.deployer)
      const { address } = local.cast.deployer
      const terms = { demandFeeGwei: 1n, demandSeconds: 1, appealStakeGwei: 1n, rulingSeconds: 1 }
      const rule = { minimumGwei: 1n, ratioBps: 0, bountyBps: 0 }
      const refused: readonly (readonly [Act, string])[] = [
        [act(contracts.ledger, 'setTreasuryShare', [300]), 'AccessManagedUnauthorized'],
        [act(contracts.ledger, 'setBondRule', [rule]), 'AccessManagedUnauthorized'],
        [act(contracts.ledger, 'appointCourt', [address]), 'AccessManagedUnauthorized'],
        [act(contracts.ledger, 'pauseRecording', []), 'AccessManagedUnauthorized'],
        [act(contracts.court, 'rule', [1n, true, [], zeroHash, '']), 'AccessManagedUnauthorized'],
        [act(contracts.court, 'setTerms', [terms]), 'AccessManagedUnauthorized'],
        [act(contracts.ledger, 'setAuthority', [address]), 'AccessManagedUnauthorized'],
        [act(contracts.accessManager, 'grantRole', [ADMIN_ROLE, address, 0]), 'AccessManagerUnauthorizedAccount'],
        [
          act(contracts.accessManager, 'updateAuthority', [contracts.ledger.address, address]),
          'AccessManagerUnauthorizedAccount',
        ],
        [act(contracts.timelock, 'grantRole', [zeroHash, address]), 'AccessControlUnauthorizedAccount'],
        [
          act(contracts.timelock, 'schedule', [address, 0n, '0x', zeroHash, zeroHash, BigInt(timelockSeconds)]),
          'AccessControlUnauthorizedAccount',
        ],
        [act(contracts.governor, 'setVotingDelay', [0]), 'GovernorOnlyExecutor'],
      ]
      for (const [call, errorName] of refused) {
        await expect(transact(reader, deployer, call), call.name).rejects.toMatchObject({ errorName })
      }
    })

    it('lets its guardian pause and resume, and no more', async () => {
      const { reader, contracts } = connection
      const guardian = local.walletOf(local.cast.curator)
      await expect(transact(reader, guardian, act(contracts.ledger, 'setTreasuryShare', [300]))).rejects.toMatchObject({
        errorName: 'AccessManagedUnauthorized',
      })
      const isPaused = () => reader.readContract({ ...contracts.ledger, functionName: 'recordingPaused' })
      await transact(reader, guardian, act(contracts.ledger, 'pauseRecording', []))
      expect(await isPaused()).toBe(true)
      await transact(reader, guardian, act(contracts.ledger, 'resumeRecording', []))
      expect(await isPaused()).toBe(false)
    })

    it('lets its arbiter rule, and no more', async () => {
      const { reader, contracts } = connection
      const arbiter = local.walletOf(local.cast.baseOwner)
      await expect(
        transact(reader, arbiter, act(contracts.court, 'rule', [7n, true, [], zeroHash, ''])),
      ).rejects.toMatchObject({ errorName: 'Court_UnknownAppeal' })
      await expect(transact(reader, arbiter, act(contracts.ledger, 'pauseRecording', []))).rejects.toMatchObject({
        errorName: 'AccessManagedUnauthorized',
      })
    })

    it('changes a parameter when its holders vote for it, after the delay', async () => {
      const { reader, contracts } = connection
      const holder = local.walletOf(local.cast.owner)
      const anyone = local.walletOf(local.cast.operator)
      const change = encodeFunctionData({ ...contracts.ledger, functionName: 'setTreasuryShare', args: [300] })
      const description = 'A larger share for the treasury.'
      const proposal = [[contracts.ledger.address], [0n], [change]] as const
      const decided = [...proposal, keccak256(stringToHex(description))] as const
      const id = await reader.readContract({ ...contracts.governor, functionName: 'hashProposal', args: decided })

      await transact(reader, holder, act(contracts.openToken, 'delegate', [local.cast.owner.address]))
      await local.passSeconds(1)
      await transact(reader, holder, act(contracts.governor, 'propose', [...proposal, description]))
      await local.passSeconds(voting.delaySeconds + 1)
      await transact(reader, holder, act(contracts.governor, 'castVote', [id, 1]))
      await local.passSeconds(voting.periodSeconds)
      await transact(reader, anyone, act(contracts.governor, 'queue', decided))
      const data = encodeFunctionData({ ...contracts.governor, functionName: 'execute', args: decided })
      const execute = {
        contract: 'LedgerGovernor',
        name: 'execute',
        args: decided,
        to: contracts.governor.address,
        data,
      }
      await expect(transact(reader, anyone, execute)).rejects.toMatchObject({
        errorName: 'TimelockUnexpectedOperationState',
      })
      await local.passSeconds(timelockSeconds)
      await transact(reader, anyone, execute)
      expect(await reader.readContract({ ...contracts.ledger, functionName: 'treasuryBps' })).toBe(300)
    })
  })

  it('without a guardian or an arbiter leaves pausing and ruling to a vote', async () => {
    const { rpcUrl, cast } = local
    const unguarded = await deployLedger({ name: 'unguarded', rpcUrl, deployer: cast.deployer })
    const roles = await accessManagerRoles(await connect(rpcUrl, unguarded))
    const { timelock } = unguarded.contracts
    expect([roles[`${GUARDIAN_ROLE}`], roles[`${ARBITER_ROLE}`]]).toEqual([[timelock], [timelock]])
  })
})

const roleHash = (name: string): Hex => keccak256(stringToHex(name))

/** Who holds which role now, by everything that was ever granted and revoked. */
async function accessManagerRoles({ reader, contracts, fromBlock }: Connection): Promise<Record<string, Address[]>> {
  const logs = await reader.getContractEvents({ ...contracts.accessManager, fromBlock, strict: true })
  return held(
    logs.flatMap(({ eventName, args }) =>
      eventName === 'RoleGranted' || eventName === 'RoleRevoked'
        ? [{ role: `${args.roleId}`, account: args.account, isGranted: eventName === 'RoleGranted' }]
        : [],
    ),
  )
}

async function timelockRoles({ reader, contracts, fromBlock }: Connection): Promise<Record<string, Address[]>> {
  const logs = await reader.getContractEvents({ ...contracts.timelock, fromBlock, strict: true })
  return held(
    logs.flatMap(({ eventName, args }) =>
      eventName === 'RoleGranted' || eventName === 'RoleRevoked'
        ? [{ role: args.role, account: args.account, isGranted: eventName === 'RoleGranted' }]
        : [],
    ),
  )
}

interface RoleMove {
  readonly role: string
  readonly account: Address
  readonly isGranted: boolean
}

function held(moves: readonly RoleMove[]): Record<string, Address[]> {
  const holders: Record<string, Address[]> = {}
  for (const { role, account, isGranted } of moves) {
    const others = (holders[role] ?? []).filter((holder) => holder !== account)
    holders[role] = isGranted ? [...others, account] : others
  }
  return holders
}
