import { Link } from '@tanstack/react-router'
import { count, plainName } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import { DATASETS, type DatasetsData } from '../../queries/dataset.ts'
import { useIndex } from '../../queries/useIndex.ts'

export function Datasets() {
  const datasets = useIndex<DatasetsData>(DATASETS)
  return (
    <>
      <Head
        name="Datasets"
        title="Datasets"
        about="What models are trained on. Only salted hashes of items are on chain."
      />
      <Card title="Registered datasets">
        <Loaded of={datasets} lines={6}>
          {({ datasets: { items } }) =>
            items.length === 0 ? (
              <Empty title="No dataset is registered yet" why="Datasets show here with their registration on chain." />
            ) : (
              <Table
                caption="Registered datasets"
                rows={items}
                keyOf={({ datasetId }) => `${datasetId}`}
                columns={[
                  {
                    title: 'Dataset',
                    cell: ({ datasetId }) => (
                      <Link className="strong" to="/datasets/$id" params={{ id: `${datasetId}` }}>
                        Dataset {datasetId}
                      </Link>
                    ),
                  },
                  { title: 'Curator', from: 'tablet', cell: ({ curator }) => <Who address={curator} /> },
                  { title: 'Licence', cell: ({ licence }) => <bdi>{plainName(licence, 'none named')}</bdi> },
                  {
                    title: 'Contributions',
                    isNumber: true,
                    cell: ({ acceptedCount, contributionCount }) =>
                      `${count(acceptedCount)} of ${count(contributionCount)} accepted`,
                  },
                  {
                    title: 'Versions',
                    isNumber: true,
                    from: 'tablet',
                    cell: ({ versionCount }) => count(versionCount),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
    </>
  )
}
