import { usePage } from '../../context.ts'
import { bps, count, span } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Copy } from '../../parts/copy.tsx'
import { Head } from '../../parts/head.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Loaded } from '../../parts/states.tsx'
import { AUDITOR, type AuditorData } from '../../queries/auditor.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { Strikes } from '../model/strikes.tsx'
import { Balance } from './balance.tsx'
import { Journals } from './journals.tsx'
import { Reverted } from './reverted.tsx'
import { Verified } from './verified.tsx'

export function Auditor() {
  const auditor = useIndex<AuditorData>(AUDITOR)
  return (
    <>
      <Head
        crumb="Auditor"
        name="Auditor"
        title="Every number here follows from the chain"
        about="Headers are hashed, receipts rebuilt, journals replayed against proofs. This page shows how far that has come, and what was found."
      />
      <Loaded of={auditor} lines={8}>
        {(data) => (
          <div className="grid">
            <Verified of={data} />
            <Balance of={data} />
            <Journals of={data} />
            <Strikes of={data} span={6} />
            <Reverted of={data} />
            <Parameters of={data} />
            <Yourself />
          </div>
        )}
      </Loaded>
    </>
  )
}

function Parameters({ of: { ledgerTerms, bondRules } }: { of: AuditorData }) {
  const [terms] = ledgerTerms.items
  const [rule] = bondRules.items
  return (
    <Card title="Parameters" span={6} foot={<span>A change never touches what is pending already.</span>}>
      <Facts>
        {terms !== undefined && (
          <>
            <Fact name="Challenge window">{span(terms.windowSeconds)}</Fact>
            <Fact name="Books close with an epoch of">{span(terms.epochSeconds)}</Fact>
            <Fact name="Once their fees reach">
              <Amount gwei={terms.minBookGwei} unit />
            </Fact>
            <Fact name="Treasury">{bps(terms.treasuryBps)}</Fact>
          </>
        )}
        {rule !== undefined && (
          <>
            <Fact name="Bounty">{bps(rule.bountyBps)}</Fact>
            <Fact name="Operator’s bond, at least">
              <Amount gwei={rule.minimumGwei} unit />
            </Fact>
            <Fact name="Bond a record">
              <Amount gwei={rule.perRecordGwei} unit />
            </Fact>
          </>
        )}
      </Facts>
    </Card>
  )
}

function Yourself() {
  const { deployment } = usePage()
  const command = 'attribution index verify --deployment deployment.json --rpc <your node>'
  return (
    <Card title="Do it yourself" span={6}>
      <div className="stack">
        <pre>{command}</pre>
        <div className="row small muted">
          <Copy text={command} what="command" />
          Holds this history against a node of your own, and exits with an error at the first difference.
        </div>
        <Facts>
          <Fact name="Ledger">
            <span className="mono small break">{deployment.contracts.ledger}</span>
          </Fact>
          <Fact name="Its first block">{count(deployment.startBlock)}</Fact>
        </Facts>
      </div>
    </Card>
  )
}
