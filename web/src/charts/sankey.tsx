import { type SankeyLink, type SankeyNode, sankey, sankeyLinkHorizontal } from 'd3-sankey'
import { openParts } from '../format.ts'
import { Amount } from '../parts/amount.tsx'
import { Table } from '../parts/table.tsx'

export interface FlowNode {
  readonly name: string
  /** One of the five categories; the fee itself has none. */
  readonly category: 0 | 1 | 2 | 3 | 4 | 5
  readonly gwei: bigint
}

export interface FlowLink {
  readonly source: number
  readonly target: number
  readonly gwei: bigint
}

type Node = SankeyNode<FlowNode, FlowLink>
type Link = SankeyLink<FlowNode, FlowLink>

const [WIDTH, HEIGHT, LEFT, RIGHT] = [960, 360, 90, 250]

/** From a fee over roles to people. Amounts of one answer are its part of the book that was paid as one. */
export function Sankey({
  nodes,
  links,
  label,
}: {
  nodes: readonly FlowNode[]
  links: readonly FlowLink[]
  label: string
}) {
  const layout = sankey<FlowNode, FlowLink>()
    .nodeWidth(10)
    .nodePadding(14)
    .nodeSort(null)
    .extent([
      [LEFT, 8],
      [WIDTH - RIGHT, HEIGHT - 8],
    ])
  const drawn = layout({
    nodes: nodes.map((node) => ({ ...node })),
    links: links.map((link) => ({ ...link, value: Math.max(1, Number(link.gwei)) })),
  })
  const path = sankeyLinkHorizontal<FlowNode, FlowLink>()
  const ends = nodes.filter((_, i) => !links.some(({ source }) => source === i))
  return (
    <figure>
      <svg className="chart flow" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {drawn.links.map((link: Link) => (
          <path
            key={`${(link.source as Node).index} ${(link.target as Node).index}`}
            d={path(link) ?? ''}
            className={`flow-${(link.target as Node).category}`}
            strokeWidth={Math.max(1.5, link.width ?? 0)}
          />
        ))}
        {drawn.nodes.map((node: Node) => (
          <NodeOf key={node.index} node={node} isEnd={(node.sourceLinks ?? []).length === 0} />
        ))}
      </svg>
      <details className="data">
        <summary>Show as a table</summary>
        <Table
          caption={label}
          rows={ends}
          keyOf={({ name }) => name}
          columns={[
            { title: 'Who', cell: ({ name }) => name },
            { title: 'OPEN', isNumber: true, cell: ({ gwei }) => <Amount gwei={gwei} /> },
          ]}
        />
      </details>
    </figure>
  )
}

function NodeOf({ node, isEnd }: { node: Node; isEnd: boolean }) {
  const { x0 = 0, x1 = 0, y0 = 0, y1 = 0 } = node
  const middle = (y0 + y1) / 2 + 4
  const isFee = node.category === 0
  return (
    <g>
      <rect className={`node-${node.category}`} x={x0} y={y0} width={x1 - x0} height={Math.max(2, y1 - y0)} rx={2} />
      <text
        x={isFee ? x0 - 10 : x1 + 10}
        y={middle}
        textAnchor={isFee ? 'end' : 'start'}
        className={isEnd ? 'tx' : 'over'}
      >
        {node.name}
      </text>
      {isEnd && (
        <text x={WIDTH - 4} y={middle} textAnchor="end" className="tx">
          {openParts(node.gwei).digits}
        </text>
      )}
    </g>
  )
}
