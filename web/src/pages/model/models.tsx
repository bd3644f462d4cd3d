import { Link } from '@tanstack/react-router'
import { count, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { ModelPill } from '../../parts/pill.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import { MODELS, type ModelsData } from '../../queries/model.ts'
import { useIndex } from '../../queries/useIndex.ts'

export function Models() {
  const models = useIndex<ModelsData>(MODELS)
  return (
    <>
      <Head name="Models" title="Models" about="Base models, and what was fine-tuned from them on contributed data." />
      <Card title="Registered models">
        <Loaded of={models} lines={6}>
          {({ models: { items } }) =>
            items.length === 0 ? (
              <Empty title="No model is registered yet" why="Models show here with their registration on chain." />
            ) : (
              <Table
                caption="Registered models"
                rows={items}
                keyOf={({ modelId }) => `${modelId}`}
                columns={[
                  {
                    title: 'Model',
                    cell: ({ modelId, name, parent }) => (
                      <>
                        <Link className="strong cut" to="/models/$id" params={{ id: `${modelId}` }}>
                          <bdi>{plainName(name, `Model ${modelId}`)}</bdi>
                        </Link>
                        <span className="sub">
                          {parent === null ? (
                            'base model'
                          ) : (
                            <>
                              trained from <bdi>{plainName(parent.name, `model ${parent.modelId}`)}</bdi>
                            </>
                          )}
                        </span>
                      </>
                    ),
                  },
                  {
                    title: 'Owner',
                    from: 'tablet',
                    cell: ({ owner }) => <Who account={owner.accountId} address={owner.payout} />,
                  },
                  {
                    title: 'Rows kept',
                    isNumber: true,
                    from: 'desk',
                    cell: ({ keptRows }) => (keptRows === null ? '–' : count(keptRows)),
                  },
                  {
                    title: 'Answers',
                    isNumber: true,
                    from: 'tablet',
                    cell: ({ inferenceCount }) => count(inferenceCount),
                  },
                  {
                    title: 'Fees, OPEN',
                    isNumber: true,
                    from: 'tablet',
                    cell: ({ feesGwei }) => <Amount gwei={feesGwei} />,
                  },
                  { title: 'State', isNumber: true, cell: ({ state }) => <ModelPill state={state} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Card>
    </>
  )
}
