import { Table } from '../parts/table.tsx'
import { useNarrow } from './useNarrow.ts'

export interface Interval {
  readonly name: string
  readonly estimate: number
  readonly low: number
  readonly high: number
}

interface IntervalsProps {
  /** The first is ours, and bold. */
  readonly rows: readonly Interval[]
  readonly label: string
  /** What the rows are, as a table's column says it. */
  readonly what?: string
  readonly ticks?: readonly number[]
  readonly show?: (value: number) => string
  /** What could be reached at best. */
  readonly best?: number | undefined
}

const TOP = 24

/** Estimates with their intervals, as a picture and as a table. */
export function Intervals({ rows, label, what = 'Rule', ticks = HALVES, show = plusMinus, best }: IntervalsProps) {
  const isNarrow = useNarrow()
  const [width, left, right, row] = isNarrow ? [320, 8, 8, 52] : [700, 190, 70, 44]
  const height = TOP + rows.length * row + 30
  const [least = 0, most = 1] = [ticks[0], ticks.at(-1)]
  const x = (value: number) =>
    left + ((width - left - right) * (Math.min(most, Math.max(least, value)) - least)) / (most - least)
  return (
    <figure>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticks.map((value) => (
          <g key={value}>
            <path
              d={`M${x(value)} ${TOP}V${height - 26}`}
              stroke={value === 0 ? 'var(--line-strong)' : 'var(--line)'}
            />
            <text x={x(value)} y={height - 8} textAnchor={anchorOf(value, isNarrow, least, most)}>
              {show(value)}
            </text>
          </g>
        ))}
        {best !== undefined && (
          <g>
            <path d={`M${x(best)} ${TOP}V${height - 26}`} stroke="var(--ink-3)" strokeDasharray="4 3" />
            <text x={x(best)} y={TOP - 8} textAnchor="end">
              best possible {best.toFixed(2)}
            </text>
          </g>
        )}
        {rows.map(({ name, estimate, low, high }, i) => {
          const y = TOP + row * (i + (isNarrow ? 0.72 : 0.5))
          const words = isNarrow ? y - 14 : y + 4
          return (
            <g key={name} className={i === 0 ? 'ours' : 'other'}>
              <text
                x={isNarrow ? left : left - 14}
                y={words}
                textAnchor={isNarrow ? 'start' : 'end'}
                className={i === 0 ? 'tb' : undefined}
              >
                {name}
              </text>
              <path d={`M${x(low)} ${y}H${x(high)}M${x(low)} ${y - 5}v10M${x(high)} ${y - 5}v10`} />
              <circle cx={x(estimate)} cy={y} r={5} />
              <text x={width - 4} y={words} textAnchor="end" className={i === 0 ? 'tb' : 'tx'}>
                {show(estimate)}
              </text>
            </g>
          )
        })}
      </svg>
      <details className="data">
        <summary>Show as a table</summary>
        <Table
          caption={label}
          rows={rows}
          keyOf={({ name }) => name}
          columns={[
            { title: what, cell: ({ name }) => name },
            { title: 'Estimate', isNumber: true, cell: ({ estimate }) => show(estimate) },
            {
              title: '95 % interval',
              isNumber: true,
              cell: ({ low, high }) => `${show(low)} to ${show(high)}`,
            },
          ]}
        />
      </details>
    </figure>
  )
}

const HALVES = [-0.5, 0, 0.5, 1]

function anchorOf(value: number, isNarrow: boolean, least: number, most: number): 'start' | 'middle' | 'end' {
  if (!isNarrow || (value > least && value < most)) return 'middle'
  return value === least ? 'start' : 'end'
}

function plusMinus(value: number): string {
  return signed(value, 2)
}

export function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals)
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`
}
