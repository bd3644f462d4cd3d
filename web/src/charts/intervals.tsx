import { Table } from '../parts/table.tsx'

export interface Interval {
  readonly name: string
  readonly estimate: number
  readonly low: number
  readonly high: number
}

const [WIDTH, ROW, LEFT, RIGHT, TOP] = [700, 44, 180, 70, 12]
const [LEAST, MOST] = [-0.5, 1]

/** Estimates with their intervals; the first is ours, and bold. */
export function Intervals({ rows, label }: { rows: readonly Interval[]; label: string }) {
  const height = TOP + rows.length * ROW + 30
  const x = (value: number) =>
    LEFT + ((WIDTH - LEFT - RIGHT) * (Math.min(MOST, Math.max(LEAST, value)) - LEAST)) / (MOST - LEAST)
  return (
    <figure>
      <svg className="chart" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
        {[-0.5, 0, 0.5, 1].map((value) => (
          <g key={value}>
            <path
              d={`M${x(value)} ${TOP}V${height - 26}`}
              stroke={value === 0 ? 'var(--line-strong)' : 'var(--line)'}
            />
            <text x={x(value)} y={height - 8} textAnchor="middle">
              {signed(value, 1)}
            </text>
          </g>
        ))}
        {rows.map(({ name, estimate, low, high }, i) => {
          const y = TOP + ROW * (i + 0.5)
          const look = i === 0 ? 'ours' : 'other'
          return (
            <g key={name} className={look}>
              <text x={LEFT - 14} y={y + 4} textAnchor="end" className={i === 0 ? 'tb' : undefined}>
                {name}
              </text>
              <path d={`M${x(low)} ${y}H${x(high)}M${x(low)} ${y - 5}v10M${x(high)} ${y - 5}v10`} />
              <circle cx={x(estimate)} cy={y} r={5} />
              <text x={WIDTH - 4} y={y + 4} textAnchor="end" className={i === 0 ? 'tb' : 'tx'}>
                {signed(estimate, 2)}
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
            { title: 'Rule', cell: ({ name }) => name },
            { title: 'Estimate', isNumber: true, cell: ({ estimate }) => signed(estimate, 2) },
            {
              title: '95 % interval',
              isNumber: true,
              cell: ({ low, high }) => `${signed(low, 2)} to ${signed(high, 2)}`,
            },
          ]}
        />
      </details>
    </figure>
  )
}

export function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals)
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`
}
