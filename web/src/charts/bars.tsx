import { Table } from '../parts/table.tsx'
import { axisOf, tick } from './axis.ts'
import { useNarrow } from './useNarrow.ts'

export interface Bar {
  readonly label: string
  readonly settled: number
  /** Not settled yet: dashed. */
  readonly open: number
}

interface BarsProps {
  readonly bars: readonly Bar[]
  /** What is shown, in one sentence. */
  readonly label: string
  readonly open: string
  readonly unit: string
}

const [LEFT, RIGHT, TOP, FOOT] = [50, 50, 16, 28]

/** Bars over time, with their total so far as a line on the right axis, and the same as a table. */
export function Bars({ bars, label, open, unit }: BarsProps) {
  const isNarrow = useNarrow()
  const [width, height] = isNarrow ? [320, 220] : [720, 305]
  const floor = height - FOOT
  const size = axisOf(Math.max(...bars.map(({ settled, open }) => settled + open)))
  const sums = bars.reduce<number[]>((all, bar) => [...all, (all.at(-1) ?? 0) + bar.settled + bar.open], [])
  const total = axisOf(sums.at(-1) ?? 0)
  const y = (value: number, top: number) => floor - ((floor - TOP) * value) / top
  const pitch = (width - LEFT - RIGHT) / Math.max(1, bars.length)
  const wide = Math.min(48, pitch * 0.66)
  const x = (i: number) => LEFT + pitch * (i + 0.5)
  const every = Math.ceil(bars.length / (isNarrow ? 4 : 7))
  const line = sums.map((sum, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(sum, total.top)}`).join('')
  return (
    <figure>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {size.ticks.map((value) => (
          <g key={value}>
            <path d={`M${LEFT} ${y(value, size.top)}H${width - RIGHT}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(value, size.top) + 4} textAnchor="end">
              {tick(value, size.ticks)}
            </text>
          </g>
        ))}
        {total.ticks.map((value) => (
          <text key={value} x={width - RIGHT + 8} y={y(value, total.top) + 4}>
            {tick(value, total.ticks)}
          </text>
        ))}
        {bars.map((bar, i) => (
          <g key={bar.label}>
            <rect
              x={x(i) - wide / 2}
              y={y(bar.settled, size.top)}
              width={wide}
              height={floor - y(bar.settled, size.top)}
              rx={2}
              fill="var(--help)"
            />
            {bar.open > 0 && (
              <rect
                className="dashed"
                x={x(i) - wide / 2}
                y={y(bar.settled + bar.open, size.top)}
                width={wide}
                height={y(bar.settled, size.top) - y(bar.settled + bar.open, size.top)}
                rx={2}
              />
            )}
            {i % every === 0 && (
              <text x={x(i)} y={height - 8} textAnchor="middle">
                {bar.label}
              </text>
            )}
          </g>
        ))}
        <path d={`M${LEFT} ${floor}H${width - RIGHT}`} stroke="var(--line-strong)" />
        <path d={line} className="total-halo" />
        <path d={line} className="total" />
        {bars.length <= 40 &&
          sums.map((sum, i) => (
            <circle key={bars[i]?.label} className="dot" cx={x(i)} cy={y(sum, total.top)} r={3.5} />
          ))}
      </svg>
      <figcaption className="key">
        <span>
          <i className="kh" />
          Settled
        </span>
        {bars.some((bar) => bar.open > 0) && (
          <span>
            <i className="ko" />
            {open}
          </span>
        )}
        <span>
          <i className="kl" />
          Total so far, right axis
        </span>
      </figcaption>
      <details className="data">
        <summary>Show as a table</summary>
        <Table
          caption={label}
          rows={bars}
          keyOf={(bar) => bar.label}
          columns={[
            { title: 'When', cell: (bar) => bar.label },
            { title: `Settled, ${unit}`, isNumber: true, cell: (bar) => bar.settled.toFixed(9) },
            { title: `${open}, ${unit}`, isNumber: true, cell: (bar) => bar.open.toFixed(9) },
            { title: `Total so far, ${unit}`, isNumber: true, cell: (_, i) => (sums[i] ?? 0).toFixed(9) },
          ]}
        />
      </details>
    </figure>
  )
}
