import { buildModule } from '@nomicfoundation/ignition-core'
import { type Abi, getAbiItem, keccak256, stringToHex, toFunctionSelector, zeroAddress, zeroHash } from 'viem'
import { abis } from '../../sdk/contracts.ts'

/** What is deployed, in what order, and who may do what afterwards (docs/governance.md). */

/** Roles in AccessManager; 0 is its admin, which ends with the timelock. */
export const ADMIN_ROLE = 0n
export const GUARDIAN_ROLE = 1n
export const PARAMETERS_ROLE = 2n
export const ARBITER_ROLE = 3n

const PROPOSER_ROLE = keccak256(stringToHex('PROPOSER_ROLE'))
const CANCELLER_ROLE = keccak256(stringToHex('CANCELLER_ROLE'))
const TIMELOCK_ADMIN_ROLE = zeroHash

/** Which offices a deployment gives to somebody; the others are the timelock's, that is, a vote's. */
export interface Offices {
  readonly guardian: boolean
  readonly arbiter: boolean
}

export function attributionLedger(offices: Offices) {
  return buildModule('AttributionLedger', (m) => {
    const deployer = m.getParameter<string>('deployer')

    const accessManager = m.contract('AccessManager', [deployer])
    const openToken = m.contract('OpenToken', [m.getParameter<string>('tokenHolder')])
    const clock = m.contract('Clock', [openToken, accessManager])
    const accounts = m.contract('Accounts', [openToken])
    const datasets = m.contract('Datasets', [openToken, accounts])
    const models = m.contract('Models', [
      openToken,
      accounts,
      datasets,
      clock,
      accessManager,
      m.getParameter('modelTerms'),
    ])
    const fineTunes = m.contract('FineTunes', [openToken, models])
    const earnings = m.contract('Earnings', [openToken, accounts, models, accessManager])
    const bonds = m.contract('Bonds', [openToken, models, earnings, accessManager, m.getParameter('bondRule')])
    const channels = m.contract('Channels', [earnings, accessManager, m.getParameter('channelNoticeSeconds')])
    const ledger = m.contract('Ledger', [channels, bonds, accessManager, m.getParameter('ledgerTerms')])
    const treasuryOpened = m.call(accounts, 'open', [m.getParameter<string>('treasuryPayout')], { id: 'openTreasury' })
    const treasury = m.readEventArgument(treasuryOpened, 'AccountOpened', 'account')
    const settlement = m.contract('Settlement', [ledger, treasury])
    const court = m.contract('Court', [ledger, accessManager, m.getParameter('courtTerms')])
    const unitCourt = m.contract('UnitCourt', [models, bonds, accessManager, m.getParameter('unitCourtTerms')])
    const evaluations = m.contract('Evaluations', [ledger])

    const timelock = m.contract('TimelockController', [m.getParameter('timelockSeconds'), [], [zeroAddress], deployer])
    const governor = m.contract('LedgerGovernor', [openToken, timelock, m.getParameter('votingTerms')])

    const guardian = offices.guardian ? m.getParameter<string>('guardian') : timelock
    const arbiter = offices.arbiter ? m.getParameter<string>('arbiter') : timelock
    const given = [
      m.call(accessManager, 'labelRole', [GUARDIAN_ROLE, 'GUARDIAN'], { id: 'labelGuardian' }),
      m.call(accessManager, 'labelRole', [PARAMETERS_ROLE, 'PARAMETERS'], { id: 'labelParameters' }),
      m.call(accessManager, 'labelRole', [ARBITER_ROLE, 'ARBITER'], { id: 'labelArbiter' }),
      m.call(accessManager, 'grantRole', [GUARDIAN_ROLE, guardian, 0], { id: 'grantGuardian' }),
      m.call(accessManager, 'grantRole', [PARAMETERS_ROLE, timelock, 0], { id: 'grantParameters' }),
      m.call(accessManager, 'grantRole', [ARBITER_ROLE, arbiter, 0], { id: 'grantArbiter' }),
      ...[
        { id: 'guardClock', contract: clock, acts: selectors(abis.clock, 'pause', 'resume'), role: GUARDIAN_ROLE },
        { id: 'tuneModels', contract: models, acts: selectors(abis.models, 'setTerms'), role: PARAMETERS_ROLE },
        { id: 'tuneBonds', contract: bonds, acts: selectors(abis.bonds, 'setRule'), role: PARAMETERS_ROLE },
        { id: 'tuneChannels', contract: channels, acts: selectors(abis.channels, 'setNotice'), role: PARAMETERS_ROLE },
        { id: 'tuneLedger', contract: ledger, acts: selectors(abis.ledger, 'setTerms'), role: PARAMETERS_ROLE },
        { id: 'tuneCourt', contract: court, acts: selectors(abis.court, 'setTerms'), role: PARAMETERS_ROLE },
        {
          id: 'tuneUnitCourt',
          contract: unitCourt,
          acts: selectors(abis.unitCourt, 'setTerms'),
          role: PARAMETERS_ROLE,
        },
        { id: 'seatArbiter', contract: court, acts: selectors(abis.court, 'rule'), role: ARBITER_ROLE },
      ].map(({ id, contract, acts, role }) =>
        m.call(accessManager, 'setTargetFunctionRole', [contract, acts, role], { id }),
      ),
      // What no role may do, an admin may: still the deployer, once and for good.
      m.call(models, 'appoint', [fineTunes, court, unitCourt], { id: 'appointToModels' }),
      m.call(earnings, 'appoint', [channels, ledger, settlement, bonds], { id: 'appointToEarnings' }),
      m.call(bonds, 'appoint', [ledger, court, unitCourt], { id: 'appointToBonds' }),
      m.call(channels, 'appointLedger', [ledger]),
      m.call(ledger, 'appoint', [court, settlement], { id: 'appointToLedger' }),
      m.call(accessManager, 'grantRole', [ADMIN_ROLE, timelock, 0], { id: 'grantAdmin' }),
      m.call(timelock, 'grantRole', [PROPOSER_ROLE, governor], { id: 'grantProposer' }),
      m.call(timelock, 'grantRole', [CANCELLER_ROLE, governor], { id: 'grantCanceller' }),
      ...(offices.guardian
        ? [m.call(timelock, 'grantRole', [CANCELLER_ROLE, guardian], { id: 'grantGuardianCanceller' })]
        : []),
    ]

    // The deployer gives up what it held, last of all, so that a deployment that breaks off can always be resumed.
    m.call(accessManager, 'renounceRole', [ADMIN_ROLE, deployer], { id: 'renounceAdmin', after: given })
    m.call(timelock, 'renounceRole', [TIMELOCK_ADMIN_ROLE, deployer], { id: 'renounceTimelock', after: given })

    return {
      accessManager,
      openToken,
      clock,
      accounts,
      datasets,
      models,
      fineTunes,
      earnings,
      bonds,
      channels,
      ledger,
      settlement,
      court,
      unitCourt,
      evaluations,
      timelock,
      governor,
    }
  })
}

function selectors(abi: Abi, ...names: readonly string[]): string[] {
  return names.map((name) => {
    const act = getAbiItem({ abi, name })
    if (act?.type !== 'function') throw new Error(`No contract of ours has a function ${name}`)
    return toFunctionSelector(act)
  })
}
