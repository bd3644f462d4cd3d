import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Actions, Context } from './context.ts'

/** What governance sets, what bonds' holders take out again, and time that passes. */

const HOUR = 3_600
const DAY = 86_400

export function governingActions(context: Context): Actions {
  const { ledger, random, send, govern, accountOf } = context
  const { connection, wallets, passSeconds } = ledger
  const { reader, contracts } = connection
  const { bonds, channels, clock, court, models, unitCourt } = contracts

  const anyBond = async () => {
    if (random.below(2) === 0)
      return { holder: wallets.operator, bond: bondOfAccount(await accountOf(wallets.operator)) }
    const model = 1 + random.below(await reader.readContract({ ...models, functionName: 'modelCount' }))
    return { holder: wallets.owner, bond: bondOfModel(model) }
  }

  return {
    requestBondWithdrawal: async () => {
      const { holder, bond } = await anyBond()
      return await send(holder, callTo(bonds, 'requestWithdrawal', [bond, BigInt(random.below(10 ** 9))]))
    },
    withdrawBond: async () => {
      const { holder, bond } = await anyBond()
      return await send(holder, callTo(bonds, 'withdraw', [bond]))
    },
    burnSlashed: () => send(random.pick(wallets.payers), callTo(bonds, 'burnSlashed', [])),
    setModelTerms: () =>
      govern(
        callTo(models, 'setTerms', [
          { activationSeconds: DAY + random.below(DAY), noticeSeconds: DAY + random.below(DAY) },
        ]),
      ),
    setNotice: () => govern(callTo(channels, 'setNotice', [DAY + random.below(DAY)])),
    setLedgerTerms: () =>
      govern(
        callTo(contracts.ledger, 'setTerms', [
          {
            epochSeconds: HOUR * (1 + random.below(12)),
            windowSeconds: 2 * DAY,
            minBookGwei: BigInt(random.below(10 ** 8)),
            treasuryBps: 100 + random.below(300),
          },
        ]),
      ),
    setBondRule: () =>
      govern(
        callTo(bonds, 'setRule', [
          {
            minimumGwei: BigInt(10 ** 9 + random.below(10 ** 9)),
            perRecordGwei: BigInt(1 + random.below(10 ** 6)),
            ratioBps: 10_000 + random.below(10_000),
            bountyBps: random.below(5_001),
            noticeSeconds: 4 * DAY + random.below(DAY),
            modelSeconds: 7 * DAY + random.below(DAY),
          },
        ]),
      ),
    setCourtTerms: async () => {
      const terms = await reader.readContract({ ...court, functionName: 'terms' })
      const demandFeeGwei = BigInt(1 + random.below(1_000))
      return await govern(callTo(court, 'setTerms', [{ ...terms, demandFeeGwei, receiptFees: 5 + random.below(10) }]))
    },
    setUnitCourtTerms: () => {
      const terms = { demandFeeGwei: BigInt(1 + random.below(1_000)), demandSeconds: HOUR + random.below(DAY) }
      return govern(callTo(unitCourt, 'setTerms', [terms]))
    },
    pause: () => send(wallets.deployer, callTo(clock, 'pause', [])),
    resume: () => send(wallets.deployer, callTo(clock, 'resume', [])),
    letHoursPass: () => passSeconds(HOUR * (1 + random.below(8))),
    letADayPass: () => passSeconds(DAY),
    letTheNoticePass: () => passSeconds(3 * DAY),
  }
}
