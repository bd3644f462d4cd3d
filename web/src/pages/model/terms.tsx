import { bps, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Hash } from '../../parts/who.tsx'
import type { Model } from '../../queries/model.ts'

/** How a model pays: fixed at its registration, and never changed. */
export function Terms({ of }: { of: Model }) {
  return (
    <Card title="Terms of pay" foot={<span>Fixed at registration. Nobody can change them.</span>}>
      <Facts>
        <Fact name="Contributors">{bps(of.contributorBps ?? 0)}</Fact>
        <Fact name="Operator">{bps(of.operatorBps ?? 0)}</Fact>
        <Fact name="Of the pool by kept rows, first">{bps(of.baseBps ?? 0)}</Fact>
        <Fact name="The rest">{of.sketched ? 'by net influence' : 'by fixed weights'}</Fact>
        <Fact name="Floor">{(of.floorBps ?? 0) / 10_000}</Fact>
        <Fact name="Fees count in">
          <Amount gwei={BigInt(of.feeUnitGwei ?? 0)} unit />
        </Fact>
        {of.manifestHash !== null && (
          <Fact name="Manifest">
            <Hash of={of.manifestHash} what="hash of the manifest" />
          </Fact>
        )}
        {of.indexHash !== null && (
          <Fact name="Row index">
            <Hash of={of.indexHash} what="hash of the row index" />
          </Fact>
        )}
        {of.manifestUri !== null && (
          <Fact name="Manifest is at">
            <bdi className="small break">{plainName(of.manifestUri, 'nowhere')}</bdi>
          </Fact>
        )}
      </Facts>
    </Card>
  )
}
