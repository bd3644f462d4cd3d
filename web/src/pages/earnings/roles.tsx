import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import type { Account } from '../../queries/account.ts'

const roles = [
  ['contributorGwei', 'For your data'],
  ['jointMemberGwei', 'For your part of joint units'],
  ['operatorGwei', 'For serving calls'],
  ['ownerGwei', 'For models that you own'],
  ['royaltyGwei', 'Royalties of models trained on yours'],
  ['treasuryGwei', 'As treasury'],
  ['refundGwei', 'Fees that came back'],
  ['bountyGwei', 'Awarded by courts'],
] as const satisfies readonly (readonly [keyof Account, string])[]

/** What it was earned for. */
export function Roles({ of }: { of: Account }) {
  const earned = roles.filter(([field]) => of[field] !== '0')
  return (
    <Card title="What for" span={5}>
      {earned.length === 0 ? (
        <p className="muted">Nothing is settled yet.</p>
      ) : (
        <>
          <Facts>
            {earned.map(([field, name]) => (
              <Fact key={field} name={name}>
                <Amount gwei={of[field]} />
              </Fact>
            ))}
          </Facts>
          <div className="sum row between">
            <span>Earned, OPEN</span>
            <Amount gwei={of.earnedGwei} />
          </div>
        </>
      )}
    </Card>
  )
}
