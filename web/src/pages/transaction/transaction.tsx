import { Link, useParams } from '@tanstack/react-router'
import { count, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Hash, Who } from '../../parts/who.tsx'
import { TRANSACTION, type TransactionData } from '../../queries/transaction.ts'
import { useIndex } from '../../queries/useIndex.ts'

/** What a transaction did on this ledger. */
export function Transaction() {
  const { hash } = useParams({ from: '/transactions/$hash' })
  const isHash = /^0x[0-9a-fA-F]{64}$/.test(hash)
  const found = useIndex<TransactionData>(TRANSACTION, { hash }, isHash)
  return (
    <>
      <Head name="Transaction" title="Transaction" meta={<Hash of={hash} what="hash of the transaction" />} />
      {isHash ? (
        <Loaded of={found}>{(data) => <Acts of={data} />}</Loaded>
      ) : (
        <Empty title="That is no transaction’s hash" why="It has 0x and 64 digits." />
      )}
    </>
  )
}

function Acts({ of }: { of: TransactionData }) {
  const acts = [
    ...of.claims.items.map(({ id, accountId, recipient, amountGwei, block }) => (
      <li key={`claim ${id}`}>
        Account {accountId} claimed <Amount gwei={amountGwei} unit />, paid to <Who address={recipient} />, in block{' '}
        {count(block)}.
      </li>
    )),
    ...of.batches.items.map(({ batchId, modelId, count: records, feesGwei, block }) => (
      <li key={`batch ${batchId}`}>
        <Link to="/answers/$batch/$position" params={{ batch: batchId, position: '0' }}>
          {count(records)} answers
        </Link>{' '}
        of model {modelId} were recorded, for <Amount gwei={feesGwei} unit />, in block {count(block)}.
      </li>
    )),
    ...of.models.items.map(({ modelId, name }) => (
      <li key={`model ${modelId}`}>
        <Link to="/models/$id" params={{ id: `${modelId}` }}>
          <bdi>{plainName(name, `Model ${modelId}`)}</bdi>
        </Link>{' '}
        was registered.
      </li>
    )),
    ...of.contributions.items.map(({ id, datasetId, itemCount }) => (
      <li key={id}>
        {count(itemCount)} items were contributed to{' '}
        <Link to="/datasets/$id" params={{ id: `${datasetId}` }}>
          dataset {datasetId}
        </Link>
        .
      </li>
    )),
    ...of.settlements.items.map(({ id, modelId }) => (
      <li key={`settlement ${id}`}>
        A book of{' '}
        <Link to="/models/$id" params={{ id: `${modelId}` }}>
          model {modelId}
        </Link>{' '}
        was settled.
      </li>
    )),
    ...of.strikes.items.map(({ id, modelId }) => (
      <li key={`strike ${id}`}>
        A court found something false of{' '}
        <Link to="/models/$id" params={{ id: `${modelId}` }}>
          model {modelId}
        </Link>
        .
      </li>
    )),
  ]
  if (acts.length === 0) {
    return (
      <Empty
        title="The index knows nothing of this transaction"
        why="It may be too new, of another contract, or have left the chain."
      />
    )
  }
  return (
    <Card title="What it did">
      <ul className="stack">{acts}</ul>
    </Card>
  )
}
