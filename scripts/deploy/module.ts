import { buildModule } from '@nomicfoundation/ignition-core'
import { toFunctionSelector } from 'viem'

/** What is deployed, in what order, and who may do what afterwards. */

/** Roles in AccessManager; 0 is its admin. Governance takes the admin role over when it is deployed. */
export const GUARDIAN_ROLE = 1n
export const PARAMETERS_ROLE = 2n

const guardianActs = ['function pauseRecording()', 'function resumeRecording()'].map((act) => toFunctionSelector(act))
const parameterActs = [toFunctionSelector('function setTreasuryShare(uint16)')]

export const attributionLedger = buildModule('AttributionLedger', (m) => {
  const admin = m.getParameter<string>('admin')
  const guardian = m.getParameter<string>('guardian')
  const treasuryPayout = m.getParameter<string>('treasuryPayout')
  const tokenHolder = m.getParameter<string>('tokenHolder')

  const accessManager = m.contract('AccessManager', [admin])
  const openToken = m.contract('OpenToken', [tokenHolder])
  const accounts = m.contract('Accounts')
  const datasets = m.contract('Datasets', [accounts])
  const models = m.contract('Models', [accounts, datasets])

  const treasuryOpened = m.call(accounts, 'open', [treasuryPayout], { id: 'openTreasury' })
  const treasury = m.readEventArgument(treasuryOpened, 'AccountOpened', 'account')
  const ledger = m.contract('Ledger', [
    openToken,
    accounts,
    models,
    accessManager,
    treasury,
    m.getParameter<number>('epochSeconds'),
    m.getParameter<number>('tabNoticeSeconds'),
    m.getParameter<number>('treasuryBps'),
  ])

  m.call(accessManager, 'labelRole', [GUARDIAN_ROLE, 'GUARDIAN'], { id: 'labelGuardian' })
  m.call(accessManager, 'labelRole', [PARAMETERS_ROLE, 'PARAMETERS'], { id: 'labelParameters' })
  m.call(accessManager, 'grantRole', [GUARDIAN_ROLE, guardian, 0], { id: 'grantGuardian' })
  m.call(accessManager, 'grantRole', [PARAMETERS_ROLE, admin, 0], { id: 'grantParameters' })
  m.call(accessManager, 'setTargetFunctionRole', [ledger, guardianActs, GUARDIAN_ROLE], { id: 'guardLedger' })
  m.call(accessManager, 'setTargetFunctionRole', [ledger, parameterActs, PARAMETERS_ROLE], { id: 'tuneLedger' })

  return { accessManager, openToken, accounts, datasets, models, ledger }
})
