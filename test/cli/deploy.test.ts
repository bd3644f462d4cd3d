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
import { completeTerms } from '../../scripts/deploy/terms.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { startBreakingNode } from '../support/breakingNode.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'

describe('a deployment', () => {
  let local: LocalLedger
  beforeAll(async () => {
    local = await startLocalLedger(1)
  })
  afterAll(() => local.stop())

  it('stands on its chain, and opened the treasury’s account first', async () => {
    const { connection, deployment, wallets } = local
    const { reader, contracts } = connection
    expect(await standsOn(reader, deployment)).toBe(true)
    const treasury = await reader.readContract({
      ...contracts.accounts,
      functionName: 'accountOf',
      args: [wallets.treasury.address],
    })
    expect(treasury).toBe(1)
  })

  it('has no contract of ours to which OPEN is sent by mistake', async () => {
    const { reader, contracts } = local.connection
    const { accessManager, governor, timelock, ...ours } = local.deployment.contracts
    for (const [name, address] of Object.entries(ours)) {
      const refuses = reader.readContract({ ...contracts.openToken, functionName: 'refuses', args: [address] })
      expect(await refuses, name).toBe(true)
    }
  })

  it('is resumed from its journal: a second pass sends nothing and knows where it began', async () => {
    const { connection, rpcUrl, wallets, folder } = local
    const request = { name: 'kept', rpcUrl, deployer: wallets.deployer, ignitionFolder: join(folder, 'ignition') }
    const began = Number(await connection.reader.getBlockNumber()) + 1
    const first = await deployLedger(request)
    const block = await connection.reader.getBlockNumber()
    expect(await deployLedger(request)).toEqual(first)
    expect(await connection.reader.getBlockNumber()).toBe(block)
    expect(first.startBlock).toBe(began)
    // Without a guardian or an arbiter, pausing and ruling are left to a vote.
    const roles = await accessManagerRoles(await connect(rpcUrl, first))
    const { timelock } = first.contracts
    expect([roles[`${GUARDIAN_ROLE}`], roles[`${ARBITER_ROLE}`]]).toEqual([[timelock], [timelock]])
  })

  it('that broke off anywhere is resumed, and its deployer gives up what it held all the same', async () => {
    const { rpcUrl, wallets, folder } = local
    // Among contracts, and between the two last acts.
    for (const taken of [14, 41]) {
      const request = { name: 'broken', deployer: wallets.deployer, ignitionFolder: join(folder, `broken-${taken}`) }
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
    const voting = {
      delaySeconds: 10,
      periodSeconds: 100,
      proposalThreshold: parseEther('1'),
      quorumPercent: 4,
      lateQuorumSeconds: 50,
    }
    const timelockSeconds = 1_000
    let governed: Deployment
    let connection: Connection
    beforeAll(async () => {
      const { rpcUrl, wallets } = local
      governed = await deployLedger({
        name: 'governed',
        rpcUrl,
        deployer: wallets.deployer,
        guardian: wallets.curator.address,
        arbiter: wallets.baseOwner.address,
        treasuryPayout: wallets.treasury.address,
        tokenHolder: wallets.owner.address,
        voting,
        timelockSeconds,
      })
      connection = await connect(rpcUrl, governed)
    })

    it('gives each role to whom it belongs, and keeps none for its deployer', async () => {
      const { timelock, governor } = governed.contracts
      expect(await accessManagerRoles(connection)).toEqual({
        [`${ADMIN_ROLE}`]: [timelock],
        [`${GUARDIAN_ROLE}`]: [local.wallets.curator.address],
        [`${PARAMETERS_ROLE}`]: [timelock],
        [`${ARBITER_ROLE}`]: [local.wallets.baseOwner.address],
      })
      expect(await timelockRoles(connection)).toEqual({
        [zeroHash]: [timelock],
        [roleHash('PROPOSER_ROLE')]: [governor],
        [roleHash('CANCELLER_ROLE')]: [governor, local.wallets.curator.address].toSorted(),
        [roleHash('EXECUTOR_ROLE')]: [zeroAddress],
      })
    })

    it('opens each act of governance to one role, and leaves none to the admin but appointing', async () => {
      const { reader, contracts } = connection
      const roleOf = ({ address, abi }: { readonly address: Address; readonly abi: Abi }, name: string) =>
        reader.readContract({
          ...contracts.accessManager,
          functionName: 'getTargetFunctionRole',
          args: [address, toFunctionSelector(getAbiItem({ abi, name }) as AbiFunction)],
        })
      const { bonds, channels, clock, court, earnings, ledger, models, unitCourt } = contracts
      const acts = [
        [clock, 'pause', GUARDIAN_ROLE],
        [clock, 'resume', GUARDIAN_ROLE],
        [court, 'rule', ARBITER_ROLE],
        [bonds, 'setRule', PARAMETERS_ROLE],
        [channels, 'setNotice', PARAMETERS_ROLE],
        [court, 'setTerms', PARAMETERS_ROLE],
        [ledger, 'setTerms', PARAMETERS_ROLE],
        [models, 'setTerms', PARAMETERS_ROLE],
        [unitCourt, 'setTerms', PARAMETERS_ROLE],
        [bonds, 'appoint', ADMIN_ROLE],
        [channels, 'appointLedger', ADMIN_ROLE],
        [earnings, 'appoint', ADMIN_ROLE],
        [ledger, 'appoint', ADMIN_ROLE],
        [models, 'appoint', ADMIN_ROLE],
      ] as const
      const found = await Promise.all(acts.map(([contract, name]) => roleOf(contract, name)))
      expect(found).toEqual(acts.map(([, , role]) => role))
    })

    it('has its contracts know each other for good', async () => {
      const { reader, contracts } = connection
      const { bonds, channels, court, earnings, fineTunes, ledger, models, settlement, timelock, unitCourt } = contracts
      const account = timelock.address
      const to = account
      const appointed = [
        () => reader.simulateContract({ ...models, functionName: 'appoint', args: [to, to, to], account }),
        () => reader.simulateContract({ ...earnings, functionName: 'appoint', args: [to, to, to, to], account }),
        () => reader.simulateContract({ ...bonds, functionName: 'appoint', args: [to, to, to], account }),
        () => reader.simulateContract({ ...channels, functionName: 'appointLedger', args: [to], account }),
        () => reader.simulateContract({ ...ledger, functionName: 'appoint', args: [to, to], account }),
      ]
      for (const again of appointed) await expect(again()).rejects.toThrow('AlreadyAppointed')
      const read = async (contract: typeof models | typeof earnings | typeof bonds | typeof ledger, name: string) =>
        await reader.readContract({ address: contract.address, abi: contract.abi as Abi, functionName: name })
      expect({
        models: await Promise.all(['fineTunes', 'court', 'unitCourt'].map((name) => read(models, name))),
        earnings: await Promise.all(['channels', 'ledger', 'settlement', 'bonds'].map((name) => read(earnings, name))),
        bonds: await Promise.all(['ledger', 'court', 'unitCourt'].map((name) => read(bonds, name))),
        channels: await reader.readContract({ ...channels, functionName: 'ledger' }),
        ledger: await Promise.all(['court', 'settlement'].map((name) => read(ledger, name))),
      }).toEqual({
        models: [fineTunes.address, court.address, unitCourt.address],
        earnings: [channels.address, ledger.address, settlement.address, bonds.address],
        bonds: [ledger.address, court.address, unitCourt.address],
        channels: ledger.address,
        ledger: [court.address, settlement.address],
      })
    })

    it('lets its deployer change nothing', async () => {
      const { reader, contracts } = connection
      const deployer = local.walletOf(local.wallets.deployer)
      const { address } = local.wallets.deployer
      const { bonds, channels, clock, court, earnings, ledger, models, unitCourt } = contracts
      const { bondRule, courtTerms, ledgerTerms, modelTerms, unitCourtTerms } = completeTerms({}, address)
      const refused: readonly (readonly [ContractCall, string])[] = [
        [callTo(ledger, 'setTerms', [ledgerTerms]), 'AccessManagedUnauthorized'],
        [callTo(bonds, 'setRule', [bondRule]), 'AccessManagedUnauthorized'],
        [callTo(court, 'setTerms', [courtTerms]), 'AccessManagedUnauthorized'],
        [callTo(unitCourt, 'setTerms', [unitCourtTerms]), 'AccessManagedUnauthorized'],
        [callTo(models, 'setTerms', [modelTerms]), 'AccessManagedUnauthorized'],
        [callTo(channels, 'setNotice', [86_400]), 'AccessManagedUnauthorized'],
        [callTo(ledger, 'appoint', [address, address]), 'AccessManagedUnauthorized'],
        [callTo(models, 'appoint', [address, address, address]), 'AccessManagedUnauthorized'],
        [callTo(earnings, 'appoint', [address, address, address, address]), 'AccessManagedUnauthorized'],
        [callTo(bonds, 'appoint', [address, address, address]), 'AccessManagedUnauthorized'],
        [callTo(channels, 'appointLedger', [address]), 'AccessManagedUnauthorized'],
        [callTo(clock, 'pause', []), 'AccessManagedUnauthorized'],
        [callTo(court, 'rule', [1n, true, zeroHash, '']), 'AccessManagedUnauthorized'],
        [callTo(contracts.ledger, 'setAuthority', [address]), 'AccessManagedUnauthorized'],
        [callTo(contracts.accessManager, 'grantRole', [ADMIN_ROLE, address, 0]), 'AccessManagerUnauthorizedAccount'],
        [
          callTo(contracts.accessManager, 'updateAuthority', [contracts.ledger.address, address]),
          'AccessManagerUnauthorizedAccount',
        ],
        [callTo(contracts.timelock, 'grantRole', [zeroHash, address]), 'AccessControlUnauthorizedAccount'],
        [
          callTo(contracts.timelock, 'schedule', [address, 0n, '0x', zeroHash, zeroHash, BigInt(timelockSeconds)]),
          'AccessControlUnauthorizedAccount',
        ],
        [callTo(contracts.governor, 'setVotingDelay', [0]), 'GovernorOnlyExecutor'],
      ]
      for (const [call, errorName] of refused) {
        await expect(transact(reader, deployer, call), call.name).rejects.toMatchObject({ errorName })
      }
    })

    it('lets its guardian pause and resume, and no more', async () => {
      const { reader, contracts } = connection
      const { channels, clock } = contracts
      const guardian = local.walletOf(local.wallets.curator)
      await expect(transact(reader, guardian, callTo(channels, 'setNotice', [86_400]))).rejects.toMatchObject({
        errorName: 'AccessManagedUnauthorized',
      })
      const pausedUntil = () => reader.readContract({ ...clock, functionName: 'pausedUntil' })
      await transact(reader, guardian, callTo(clock, 'pause', []))
      expect(await pausedUntil()).toBeGreaterThan(0)
      await transact(reader, guardian, callTo(clock, 'resume', []))
      expect(await pausedUntil()).toBe(0)
    })

    it('lets its arbiter rule, and no more', async () => {
      const { reader, contracts } = connection
      const arbiter = local.walletOf(local.wallets.baseOwner)
      await expect(
        transact(reader, arbiter, callTo(contracts.court, 'rule', [7n, true, zeroHash, ''])),
      ).rejects.toMatchObject({ errorName: 'Court_UnknownAppeal' })
      await expect(transact(reader, arbiter, callTo(contracts.clock, 'pause', []))).rejects.toMatchObject({
        errorName: 'AccessManagedUnauthorized',
      })
    })

    it('changes a parameter when its holders vote for it, after the delay', async () => {
      const { reader, contracts } = connection
      const holder = local.walletOf(local.wallets.owner)
      const anyone = local.walletOf(local.wallets.operator)
      const terms = await reader.readContract({ ...contracts.ledger, functionName: 'terms' })
      const changed = { ...terms, treasuryBps: 300 }
      const change = encodeFunctionData({ ...contracts.ledger, functionName: 'setTerms', args: [changed] })
      const description = 'A larger share for the treasury.'
      const proposal = [[contracts.ledger.address], [0n], [change]] as const
      const decided = [...proposal, keccak256(stringToHex(description))] as const
      const id = await reader.readContract({ ...contracts.governor, functionName: 'hashProposal', args: decided })

      await transact(reader, holder, callTo(contracts.openToken, 'delegate', [local.wallets.owner.address]))
      await local.passSeconds(1)
      await transact(reader, holder, callTo(contracts.governor, 'propose', [...proposal, description]))
      await local.passSeconds(voting.delaySeconds + 1)
      await transact(reader, holder, callTo(contracts.governor, 'castVote', [id, 1]))
      await local.passSeconds(voting.periodSeconds)
      await transact(reader, anyone, callTo(contracts.governor, 'queue', decided))
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
      expect(await reader.readContract({ ...contracts.ledger, functionName: 'terms' })).toEqual(changed)
    })

    it('lets its guardian cancel what was decided', async () => {
      const { reader, contracts } = connection
      const { channels, governor, openToken, timelock } = contracts
      const holder = local.walletOf(local.wallets.owner)
      const change = encodeFunctionData({ ...channels, functionName: 'setNotice', args: [86_400] })
      const description = 'A short notice.'
      const decided = [[channels.address], [0n], [change], keccak256(stringToHex(description))] as const
      const id = await reader.readContract({ ...governor, functionName: 'hashProposal', args: decided })
      await transact(reader, holder, callTo(openToken, 'delegate', [local.wallets.owner.address]))
      await local.passSeconds(1)
      const proposal = [decided[0], decided[1], decided[2], description] as const
      await transact(reader, holder, callTo(governor, 'propose', proposal))
      await local.passSeconds(voting.delaySeconds + 1)
      await transact(reader, holder, callTo(governor, 'castVote', [id, 1]))
      await local.passSeconds(voting.periodSeconds)
      await transact(reader, holder, callTo(governor, 'queue', decided))
      const scheduled = await reader.getContractEvents({ ...timelock, eventName: 'CallScheduled', strict: true })
      const operation = scheduled.at(-1)?.args.id as Hex
      await expect(
        transact(reader, local.walletOf(local.wallets.deployer), callTo(timelock, 'cancel', [operation])),
      ).rejects.toMatchObject({ errorName: 'AccessControlUnauthorizedAccount' })
      await transact(reader, local.walletOf(local.wallets.curator), callTo(timelock, 'cancel', [operation]))
      // 2 is Canceled in OpenZeppelin's enum of a proposal's states.
      expect(await reader.readContract({ ...governor, functionName: 'state', args: [id] })).toBe(2)
    })
  })

  it('fits every contract of its into the 24,576 bytes that a chain takes', async () => {
    const { connection, deployment } = local
    for (const [name, address] of Object.entries(deployment.contracts)) {
      const code = await connection.reader.getCode({ address })
      expect((code ?? '0x').length / 2 - 1, name).toBeLessThan(24_576)
    }
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
    holders[role] = (isGranted ? [...others, account] : others).toSorted()
  }
  return holders
}
