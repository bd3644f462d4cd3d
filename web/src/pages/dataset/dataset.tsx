import { Link, useParams } from '@tanstack/react-router'
import { useConnection } from 'wagmi'
import { Contribute } from '../../contribute/contribute.tsx'
import { LookAtBundle } from '../../contribute/lookAtBundle.tsx'
import { count, plainName } from '../../format.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Fact, Facts, Stat, Stats } from '../../parts/statement.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Hash, Who } from '../../parts/who.tsx'
import { useBlob } from '../../queries/blob.ts'
import { DATASET, type DatasetData, type Dataset as Told } from '../../queries/dataset.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { Contributions } from './contributions.tsx'
import { Versions } from './versions.tsx'

export function Dataset() {
  const { id } = useParams({ from: '/datasets/$id' })
  const number = Number(id)
  const isNamed = Number.isSafeInteger(number) && number > 0
  const dataset = useIndex<DatasetData>(DATASET, { id: `${number}` }, isNamed)
  const nobody = (
    <Empty
      isPage
      title="There is no such dataset"
      why="Datasets are numbered from 1, in the order of their registration."
    >
      <Link className="btn" to="/datasets">
        All datasets
      </Link>
    </Empty>
  )
  if (!isNamed) return nobody
  return (
    <Loaded of={dataset} lines={8}>
      {(data) => (data.dataset === null ? nobody : <OfDataset of={data.dataset} />)}
    </Loaded>
  )
}

function OfDataset({ of }: { of: Told }) {
  const { address } = useConnection()
  const isCurator = address?.toLowerCase() === of.curator.toLowerCase()
  const card = useBlob(of.metadataHash, (text) => text.slice(0, 4_000))
  const [title] = (card.data ?? '').split('\n')
  const name = plainName(title?.replace(/^#+\s*/, ''), `Dataset ${of.datasetId}`)
  const earned = sumOf(of.datasetDays.items, ({ contributorsGwei }) => contributorsGwei)
  const accepted = of.contributions.items.filter(({ status }) => status === 'Accepted')
  const models = new Map(
    of.versions.items.flatMap(({ models }) => models.items.map((model) => [model.modelId, model] as const)),
  )
  return (
    <>
      <Head
        name={`Dataset ${of.datasetId}`}
        crumb={
          <>
            <Link to="/datasets">Datasets</Link> / {of.datasetId}
          </>
        }
        title={<bdi>{name}</bdi>}
        meta={
          <>
            <span>
              Curator <Who address={of.curator} copy />
            </span>
            <span>
              Licence <bdi>{plainName(of.licence, 'none named')}</bdi>
            </span>
            {isCurator && <Pill tone="info">You can edit</Pill>}
          </>
        }
      />
      <Stats>
        <Stat name="Earned by contributors" note="in settled books">
          <Amount gwei={earned} unit />
        </Stat>
        <Stat name="Contributions" note={`${count(accepted.length)} accepted`}>
          {count(of.contributionCount)}
        </Stat>
        <Stat name="Items" note="of accepted contributions">
          {count(accepted.reduce((sum, { itemCount }) => sum + itemCount, 0))}
        </Stat>
        <Stat
          name="Models that use it"
          note={[...models.values()].slice(0, 2).map(({ modelId, name }) => (
            <Link key={modelId} to="/models/$id" params={{ id: `${modelId}` }}>
              <bdi>{plainName(name, `Model ${modelId}`)}</bdi>{' '}
            </Link>
          ))}
        >
          {count(models.size)}
        </Stat>
      </Stats>
      <div className="grid below">
        <Contributions of={of} isCurator={isCurator} />
        {isCurator ? <LookAtBundle of={of} /> : <Contribute datasetId={of.datasetId} termsHash={of.termsHash} />}
        <Card title="Consent and terms" span={6}>
          <Facts>
            <Fact name="Licence">
              <bdi>{plainName(of.licence, 'none named')}</bdi>
            </Fact>
            <Fact name="Terms">
              <Hash of={of.termsHash} what="hash of the terms" />
            </Fact>
            <Fact name="Card">
              <Hash of={of.metadataHash} what="hash of the card" />
            </Fact>
            <Fact name="Card is at">
              <bdi className="small break">{plainName(of.metadataUri, 'nowhere')}</bdi>
            </Fact>
            <Fact name="Personal data">Only salted hashes on chain</Fact>
            <Fact name="Consent in force">
              {count(accepted.length)} of {count(of.contributions.totalCount)}
            </Fact>
          </Facts>
          {typeof card.data === 'string' && <pre className="door card-text">{card.data.toWellFormed()}</pre>}
        </Card>
        <Versions of={of} isCurator={isCurator} />
      </div>
    </>
  )
}
