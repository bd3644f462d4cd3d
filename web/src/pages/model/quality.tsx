import { Intervals } from '../../charts/intervals.tsx'
import { count, millionths, plainName } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Empty } from '../../parts/states.tsx'
import type { Evaluation, Model } from '../../queries/model.ts'
import { Drift } from './drift.tsx'

const words = {
  Benchmark: 'Benchmark',
  Production: 'In production',
  QuantisationLoss: 'Lost to few bits, paired',
} as const

/** Benchmark beside production, with intervals; what is told apart and what is not. */
export function Quality({ of }: { of: Model }) {
  const { evaluations, ratingCount, ratedFeesGwei, ratingStarsGwei } = of
  const newest = (kind: Evaluation['kind']) => evaluations.items.find((one) => one.kind === kind)
  const [benchmark, production, loss] = [newest('Benchmark'), newest('Production'), newest('QuantisationLoss')]
  const stars = ratedFeesGwei === '0' ? undefined : Number(ratingStarsGwei) / Number(ratedFeesGwei)
  const verdict = verdictOf(benchmark, production, loss)
  return (
    <Card
      title="How good is it?"
      span={4}
      foot={<span>Statements of evaluators, on chain, with hashes of their files.</span>}
    >
      {evaluations.items.length === 0 && stars === undefined ? (
        <Empty title="Nobody measured it yet" why="Evaluations show here once they are recorded on chain." />
      ) : (
        <div className="stack">
          {benchmark !== undefined && production !== undefined && <SideBySide of={[benchmark, production]} />}
          <Facts>
            {[benchmark, production, loss].flatMap((one) =>
              one === undefined ? [] : [<Score key={one.kind} of={one} />],
            )}
            {stars !== undefined && (
              <Fact name={`Stars, weighted by fees, n ${count(ratingCount)}`}>
                <strong>{stars.toFixed(1)}</strong> of 5
              </Fact>
            )}
          </Facts>
          {verdict !== undefined && <Note>{verdict}</Note>}
        </div>
      )}
      {of.sketched === true && <Drift of={of} />}
    </Card>
  )
}

/** Benchmark and production on one scale, each with its interval. */
function SideBySide({ of }: { of: readonly Evaluation[] }) {
  const least = Math.min(...of.map(({ lowMillionths }) => Number(lowMillionths)))
  const from = Math.min(90, Math.floor(least / 100_000) * 10)
  return (
    <Intervals
      what="Measured"
      label="Benchmark beside production, in percent, with 95 % intervals"
      ticks={[from, (from + 100) / 2, 100]}
      show={(value) => `${value.toFixed(1)} %`}
      rows={of.map((one) => ({
        name: words[one.kind],
        estimate: Number(one.scoreMillionths) / 10_000,
        low: Number(one.lowMillionths) / 10_000,
        high: Number(one.highMillionths) / 10_000,
      }))}
    />
  )
}

function Score({ of }: { of: Evaluation }) {
  const name = of.task === null ? words[of.kind] : `${words[of.kind]}: ${plainName(of.task, 'task')}`
  const loss =
    of.kind === 'QuantisationLoss' && of.twinScoreMillionths !== null
      ? BigInt(of.scoreMillionths) - BigInt(of.twinScoreMillionths)
      : undefined
  return (
    <Fact name={name}>
      {loss === undefined ? (
        <>
          <strong>{millionths(of.scoreMillionths)} %</strong>{' '}
          <span className="small muted">
            {millionths(of.lowMillionths)} to {millionths(of.highMillionths)}, n {count(of.sampleCount)}
          </span>
        </>
      ) : (
        <>
          <strong>{millionths(`${loss}`)} points</strong>{' '}
          <span className="small muted">
            {count(of.lost ?? 0)} lost, {count(of.gained ?? 0)} gained, n {count(of.sampleCount)}
          </span>
        </>
      )}
    </Fact>
  )
}

function verdictOf(benchmark?: Evaluation, production?: Evaluation, loss?: Evaluation): string | undefined {
  const parts: string[] = []
  if (benchmark !== undefined && production !== undefined) {
    const apart =
      Number(benchmark.lowMillionths) > Number(production.highMillionths) ||
      Number(production.lowMillionths) > Number(benchmark.highMillionths)
    parts.push(
      apart
        ? 'Benchmark and production differ: their intervals do not meet.'
        : 'Benchmark and production agree within their intervals.',
    )
  }
  if (loss !== undefined) {
    // McNemar: of the samples that only one of the two got right, a half each is expected where nothing is lost.
    const [lost, gained] = [loss.lost ?? 0, loss.gained ?? 0]
    const isApart = Math.abs(lost - gained) > 1.96 * Math.sqrt(lost + gained)
    parts.push(
      isApart
        ? 'The loss from few bits is told apart from zero.'
        : 'The loss from few bits is not told apart from zero.',
    )
  }
  return parts.length === 0 ? undefined : parts.join(' ')
}
