import { type SankeyLink, type SankeyNode, sankey, sankeyLinkHorizontal } from 'd3-sankey'
import { openParts } from '../format.ts'
import { Amount } from '../parts/amount.tsx'
import { Table } from '../parts/table.tsx'
import { useNarrow } from './useNarrow.ts'

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

interface Size {
  readonly width: number
  readonly height: number
  /** What is kept for the names at both sides. */
  readonly left: number
  readonly right: number
  readonly padding: number
}

const WIDE: Size = { width: 960, height: 360, left: 90, right: 250, padding: 14 }
/** Amounts stand under names. */
const NARROW: Size = { width: 320, height: 460, left: 32, right: 152, padding: 26 }

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
  const size = useNarrow() ? NARROW : WIDE
  const layout = sankey<FlowNode, FlowLink>()
    .nodeWidth(10)
    .nodePadding(size.padding)
    .nodeSort(null)
    .extent([
      [size.left, 14],
      [size.width - size.right, size.height - 14],
    ])
  const drawn = layout({
    nodes: nodes.map((node) => ({ ...node })),
    links: links.map((link) => ({ ...link, value: Math.max(1, Number(link.gwei)) })),
  })
  const path = sankeyLinkHorizontal<FlowNode, FlowLink>()
  const ends = nodes.filter((_, i) => !links.some(({ source }) => source === i))
  return (
    <figure>
      <svg className="chart flow" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>
        {drawn.links.map((link: Link) => (
          <path
            key={`${(link.source as Node).index} ${(link.target as Node).index}`}
            d={path(link) ?? ''}
            className={`flow-${(link.target as Node).category}`}
            strokeWidth={Math.max(1.5, link.width ?? 0)}
          />
        ))}
        {drawn.nodes.map((node: Node) => (
          <NodeOf key={node.index} node={node} isEnd={(node.sourceLinks ?? []).length === 0} size={size} />
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

function NodeOf({ node, isEnd, size }: { node: Node; isEnd: boolean; size: Size }) {
  const { x0 = 0, x1 = 0, y0 = 0, y1 = 0 } = node
  const isStacked = size === NARROW && isEnd
  const middle = (y0 + y1) / 2 + (isStacked ? -3 : 4)
  const isFee = node.category === 0
  // There is no room for roles between the streams; those who play them are named with them.
  const isNamed = isEnd || isFee || size !== NARROW
  return (
    <g>
      <rect className={`node-${node.category}`} x={x0} y={y0} width={x1 - x0} height={Math.max(2, y1 - y0)} rx={2} />
      {isNamed && (
        <text
          x={isFee ? x0 - 6 : x1 + 10}
          y={middle}
          textAnchor={isFee ? 'end' : 'start'}
          className={isEnd ? 'tx' : 'over'}
        >
          {node.name}
        </text>
      )}
      {isEnd && (
        <text
          x={isStacked ? x1 + 10 : size.width - 4}
          y={isStacked ? middle + 14 : middle}
          textAnchor={isStacked ? 'start' : 'end'}
          className="tx"
        >
          {openParts(node.gwei).digits}
        </text>
      )}
    </g>
  )
}
