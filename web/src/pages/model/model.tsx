import { Link, useParams } from '@tanstack/react-router'
import { bps, count, dateAndTime, plainName } from '../../format.ts'
import { feesByDay } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Head } from '../../parts/head.tsx'
import { ModelPill, Pill } from '../../parts/pill.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Who } from '../../parts/who.tsx'
import { MODEL, type ModelData, type Model as Told } from '../../queries/model.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { FeesByDay } from '../home/fees.tsx'
import { Books } from './books.tsx'
import { Certificate, PaidForHarm } from './certificate.tsx'
import { Lineage } from './lineage.tsx'
import { Quality } from './quality.tsx'
import { Ranked } from './ranked.tsx'
import { Strikes } from './strikes.tsx'
import { Terms } from './terms.tsx'

export function Model() {
  const { id } = useParams({ from: '/models/$id' })
  const number = Number(id)
  const isNamed = Number.isSafeInteger(number) && number > 0
  const model = useIndex<ModelData>(MODEL, { id: `${number}` }, isNamed)
  const nobody = (
    <Empty isPage title="There is no such model" why="Models are numbered from 1, in the order of their registration.">
      <Link className="btn" to="/models">
        All models
      </Link>
    </Empty>
  )
  if (!isNamed) return nobody
  return (
    <Loaded of={model} lines={8}>
      {(data) => (data.model === null ? nobody : <OfModel of={data.model} />)}
    </Loaded>
  )
}

function OfModel({ of }: { of: Told }) {
  const name = plainName(of.name, `Model ${of.modelId}`)
  const isBase = of.kind === 'Base'
  return (
    <>
      <Head
        name={name}
        crumb={
          <>
            <Link to="/models">Models</Link> / {of.modelId}
          </>
        }
        title={<bdi>{name}</bdi>}
        about={isBase ? 'A base model: what others are trained from.' : sentence(of)}
        meta={
          <>
            <span>
              Owner <Who account={of.owner.accountId} address={of.owner.payout} copy />
            </span>
            <ModelPill state={of.state} />
            {of.state === 'Waiting' && of.activeFrom !== null && (
              <span>Takes calls from {dateAndTime(of.activeFrom)} UTC. Check your rows until then.</span>
            )}
            {of.consentWithdrawn && <Pill tone="wait">Some consent withdrawn</Pill>}
            <span>
              {count(of.inferenceCount)} answers, <Amount gwei={of.feesGwei} unit />
            </span>
            <span>{of.strikes.totalCount === 0 ? 'No strikes' : `${of.strikes.totalCount} strikes`}</span>
          </>
        }
      />
      <div className="grid">
        <Lineage of={of} />
        {!isBase && (
          <>
            <Certificate of={of} />
            <div className="col s5">
              <PaidForHarm of={of} />
              <Terms of={of} />
            </div>
            <Ranked of={of} />
            <FeesByDay days={feesByDay(of.modelDays.items, [])} title="Revenue by day" span={8} />
            <Quality of={of} />
            <Books of={of} />
            <Strikes of={of} />
          </>
        )}
      </div>
    </>
  )
}

function sentence({ method, quantisationBits, keptRows, unitCount, contributorBps }: Told): string {
  const bits = quantisationBits === null || quantisationBits === 0 ? '' : ` on ${quantisationBits} bits`
  const data = keptRows === null ? '' : `, trained on ${count(keptRows)} rows of ${count(unitCount ?? 0)} units`
  const share = contributorBps === null ? '' : ` Contributors get ${bps(contributorBps)} of every fee.`
  return `${method ?? 'A fine-tune'}${bits}${data}.${share}`
}
