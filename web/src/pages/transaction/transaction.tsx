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
    ...of.claims.items.map(({ account, recipient, amountGwei, block }) => (
      <li key={`claim ${account}`}>
        Account {account} claimed <Amount gwei={amountGwei} unit />, paid to <Who address={recipient} />, in block{' '}
        {count(block)}.
      </li>
    )),
    ...of.batches.items.map(({ id, model, count: records, feesGwei, block }) => (
      <li key={`batch ${id}`}>
        <Link to="/answers/$batch/$position" params={{ batch: id, position: '0' }}>
          {count(records)} answers
        </Link>{' '}
        of model {model} were recorded, for <Amount gwei={feesGwei} unit />, in block {count(block)}.
      </li>
    )),
    ...of.models.items.map(({ id, name }) => (
      <li key={`model ${id}`}>
        <Link to="/models/$id" params={{ id: `${id}` }}>
          <bdi>{plainName(name, `Model ${id}`)}</bdi>
        </Link>{' '}
        was registered.
      </li>
    )),
    ...of.contributions.items.map(({ id, dataset, itemCount }) => (
      <li key={id}>
        {count(itemCount)} items were contributed to{' '}
        <Link to="/datasets/$id" params={{ id: `${dataset}` }}>
          dataset {dataset}
        </Link>
        .
      </li>
    )),
    ...of.settlements.items.map(({ book, model }) => (
      <li key={book}>
        A book of{' '}
        <Link to="/models/$id" params={{ id: `${model}` }}>
          model {model}
        </Link>{' '}
        was settled.
      </li>
    )),
    ...of.strikes.items.map(({ kind, model }) => (
      <li key={`${kind} ${model}`}>
        A court found something false of{' '}
        <Link to="/models/$id" params={{ id: `${model}` }}>
          model {model}
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
