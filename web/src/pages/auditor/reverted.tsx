import { count, dateAndTime } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Hash } from '../../parts/who.tsx'
import type { AuditorData } from '../../queries/auditor.ts'

/** Blocks that the chain replaced stay visible. */
export function Reverted({ of: { revertedBlocks } }: { of: AuditorData }) {
  return (
    <Card
      title="Reverted history"
      span={6}
      about="Blocks that the chain replaced after they were served stay visible here."
    >
      {revertedBlocks.totalCount === 0 ? (
        <p className="muted">The chain replaced no block that was served.</p>
      ) : (
        <ol className="steps">
          {revertedBlocks.items.map(({ number, hash, revertedAtMs, revertedFacts }) => (
            <li key={hash}>
              <span className="dot wait">
                <Icon name="back" />
              </span>
              <div>
                <h3>Block {count(number)} was replaced</h3>
                <p>
                  {dateAndTime(revertedAtMs / 1000)} UTC. {count(revertedFacts.totalCount)} facts left the history with
                  it.
                </p>
              </div>
              <span className="by">
                <Hash of={hash} what="hash of the block" />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
