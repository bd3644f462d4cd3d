import { Link } from '@tanstack/react-router'
import { bps, count, plainName } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import type { Model } from '../../queries/model.ts'

/** Where a model comes from, and what came of it. */
export function Lineage({ of }: { of: Model }) {
  const { parent, versions, fineTunes } = of
  return (
    <Card title="Lineage">
      <div className="lineage">
        <div className="stack">
          {versions.items.map(({ id, datasetId, number, itemCount, contributionCount }) => (
            <div key={id} className="box">
              <span className="small muted">
                Dataset {datasetId}, version {number}
              </span>
              <Link className="strong" to="/datasets/$id" params={{ id: `${datasetId}` }}>
                Dataset {datasetId}
              </Link>
              <span className="small muted">
                {count(BigInt(itemCount))} items of {count(contributionCount)} contributions
              </span>
            </div>
          ))}
          {parent !== null && (
            <div className="box">
              <span className="small muted">Model {parent.modelId}, parent</span>
              <Link className="strong" to="/models/$id" params={{ id: `${parent.modelId}` }}>
                <bdi>{plainName(parent.name, `Model ${parent.modelId}`)}</bdi>
              </Link>
              <span className="small muted">
                <bdi>{plainName(parent.licence, 'licence unknown')}</bdi>, royalty {bps(parent.royaltyBps)}
              </span>
            </div>
          )}
          {parent === null && <div className="box dashed-box small muted">Nothing here: it is a base model.</div>}
        </div>
        <span className="arrow">{of.method ?? ''} →</span>
        <div className="box own">
          <span className="small muted">Model {of.modelId}, this one</span>
          <strong>
            <bdi>{plainName(of.name, `Model ${of.modelId}`)}</bdi>
          </strong>
          <span className="small muted">{of.keptRows === null ? 'base' : `${count(of.keptRows)} rows kept`}</span>
        </div>
        <span className="arrow">→</span>
        <div className="stack">
          {fineTunes.items.map(({ modelId, name }) => (
            <div key={modelId} className="box">
              <span className="small muted">Model {modelId}</span>
              <Link className="strong" to="/models/$id" params={{ id: `${modelId}` }}>
                <bdi>{plainName(name, `Model ${modelId}`)}</bdi>
              </Link>
            </div>
          ))}
          {fineTunes.totalCount === 0 && (
            <div className="box dashed-box">
              <strong>No descendants yet</strong>
              <span className="small muted">Models trained on this one pay it a royalty.</span>
            </div>
          )}
        </div>
      </div>
    </Card>
  )
}
