import { axisOf, tick } from './axis.ts'
import { useNarrow } from './useNarrow.ts'

const [LEFT, RIGHT, TOP, FOOT] = [54, 58, 12, 28]

/** Shares by rank, and what the first so many have together. `shares` are percentages, largest first. */
export function Ranks({ shares, label }: { shares: readonly number[]; label: string }) {
  const isNarrow = useNarrow()
  const [width, height] = isNarrow ? [320, 240] : [560, 330]
  const floor = height - FOOT
  const { ticks, top } = axisOf(shares[0] ?? 1)
  const y = (value: number, most: number) => floor - ((floor - TOP) * value) / most
  const pitch = (width - LEFT - RIGHT) / Math.max(1, shares.length)
  const x = (i: number) => LEFT + pitch * i
  const sums = shares.reduce<number[]>((all, share) => [...all, (all.at(-1) ?? 0) + share], [])
  const line = sums.map((sum, i) => `${i === 0 ? 'M' : 'L'}${x(i) + pitch / 2} ${y(sum, 100)}`).join('')
  const every = Math.ceil(shares.length / (isNarrow ? 5 : 8))
  const ranks = shares.map((share, i) => ({ rank: i + 1, share, left: x(i) }))
  return (
    <figure>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticks.map((value) => (
          <g key={value}>
            <path d={`M${LEFT} ${y(value, top)}H${width - RIGHT}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(value, top) + 4} textAnchor="end">
              {tick(value, ticks)} %
            </text>
          </g>
        ))}
        {[0, 25, 50, 75, 100].map((value) => (
          <text key={value} x={width - RIGHT + 8} y={y(value, 100) + 4}>
            {value} %
          </text>
        ))}
        {ranks.map(({ rank, share, left }) => (
          <rect
            key={rank}
            x={left + pitch * 0.1}
            y={y(share, top)}
            width={pitch * 0.8}
            height={floor - y(share, top)}
            rx={1.5}
            fill="var(--help)"
          />
        ))}
        {ranks
          .filter(({ rank }) => (rank - 1) % every === 0)
          .map(({ rank, left }) => (
            <text key={rank} x={left + pitch / 2} y={height - 8} textAnchor="middle">
              {rank}
            </text>
          ))}
        <path d={`M${LEFT} ${floor}H${width - RIGHT}`} stroke="var(--line-strong)" />
        <path d={line} className="total-halo" />
        <path d={line} className="total" />
      </svg>
      <figcaption className="key">
        <span>
          <i className="kh" />
          Share of the pool by rank
        </span>
        <span>
          <i className="kl" />
          Together, right axis
        </span>
      </figcaption>
    </figure>
  )
}
