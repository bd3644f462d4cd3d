import { Link } from '@tanstack/react-router'
import { count, dateAndTime, dayAndMonth, openParts, percent, plainName } from '../../format.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Hash, Who } from '../../parts/who.tsx'
import type { Account, Credit, Role } from '../../queries/account.ts'

const words: Readonly<Record<Role, string>> = {
  Contributor: 'Data',
  JointMember: 'Joint unit',
  Operator: 'Serving',
  Owner: 'Own model',
  Royalty: 'Royalty',
  Treasury: 'Treasury',
  Refund: 'Refund',
  Bounty: 'Bounty',
}

export function History({ of }: { of: Account }) {
  return (
    <>
      <Card
        title="History"
        about="Everything that was credited, by book. Amounts are exact."
        foot={<span>A part is of the contributors’ pool of its book.</span>}
      >
        {of.credits.items.length === 0 ? (
          <Empty title="Nothing is credited yet" why="The first settled book that your data moved shows here." />
        ) : (
          <Credits of={of} />
        )}
      </Card>
      <Card title="Claims" about="Everything that was paid out, and where to.">
        {of.claims.items.length === 0 ? (
          <Empty title="Nothing is claimed yet" why="A claim shows here as soon as its block is indexed." />
        ) : (
          <Table
            caption="Claims"
            file={`claims-account-${of.accountId}.csv`}
            rows={of.claims.items}
            keyOf={({ id }) => id}
            columns={[
              {
                title: 'When (UTC)',
                cell: ({ timestamp }) => dateAndTime(timestamp),
                csv: ({ timestamp }) => new Date(timestamp * 1000).toISOString(),
              },
              { title: 'To', cell: ({ recipient }) => <Who address={recipient} />, csv: ({ recipient }) => recipient },
              {
                title: 'Transaction',
                from: 'tablet',
                cell: ({ transactionHash }) => <Hash of={transactionHash} what="transaction" />,
                csv: ({ transactionHash }) => transactionHash,
              },
              {
                title: 'OPEN',
                isNumber: true,
                cell: ({ amountGwei }) => <Amount gwei={amountGwei} />,
                csv: ({ amountGwei }) => plainOpen(amountGwei),
              },
            ]}
            total={['Claimed', '', '', <Amount key="sum" gwei={of.claimedGwei} />]}
          />
        )}
      </Card>
    </>
  )
}

function Credits({ of }: { of: Account }) {
  const isWhole = of.credits.totalCount === of.credits.items.length
  return (
    <Table
      caption="Earnings by book"
      file={`earnings-account-${of.accountId}.csv`}
      rows={of.credits.items}
      keyOf={({ id }) => id}
      columns={[
        {
          title: 'Book',
          cell: ({ book, timestamp }) => (
            <>
              <span className="strong">{book === null ? 'Credited' : `Book ${book.number}`}</span>
              <span className="sub">{`${book === null ? '' : 'settled '}${dayAndMonth(timestamp)}`}</span>
            </>
          ),
          csv: ({ book }) => book?.bookId ?? '',
        },
        {
          title: 'Model',
          from: 'tablet',
          cell: ({ model }) =>
            model && (
              <Link to="/models/$id" params={{ id: `${model.modelId}` }}>
                <bdi>{plainName(model.name, `Model ${model.modelId}`)}</bdi>
              </Link>
            ),
          csv: ({ model }) => `${model?.modelId ?? ''}`,
        },
        { title: 'For', cell: ({ role }) => words[role], csv: ({ role }) => words[role] },
        {
          title: 'Answers',
          isNumber: true,
          from: 'desk',
          cell: ({ book }) => book && count(book.inferenceCount),
        },
        { title: 'Part', isNumber: true, from: 'tablet', cell: partOf },
        {
          title: 'Block',
          isNumber: true,
          from: 'desk',
          cell: ({ block }) => count(block),
          csv: ({ block }) => `${block}`,
        },
        {
          title: 'OPEN',
          isNumber: true,
          cell: ({ amountGwei }) => <Amount gwei={amountGwei} />,
          csv: ({ amountGwei }) => plainOpen(amountGwei),
        },
      ]}
      total={[
        isWhole ? 'Earned' : 'Newest 500',
        '',
        '',
        '',
        '',
        '',
        <Amount key="sum" gwei={sumOf(of.credits.items, ({ amountGwei }) => amountGwei)} />,
      ]}
    />
  )
}

function partOf({ role, amountGwei, book }: Credit): string {
  const pool = book?.settlement?.contributorsGwei
  return role === 'Contributor' && pool !== undefined ? percent(BigInt(amountGwei), BigInt(pool)) : ''
}

function plainOpen(gwei: string): string {
  const { digits, zeros } = openParts(BigInt(gwei))
  return `${digits}${zeros}`.replaceAll(',', '')
}
