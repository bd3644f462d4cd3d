import type { Receipt } from '@attribution-ledger/sdk'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { keptCalls } from '../../ask/keep.ts'
import { Sankey } from '../../charts/sankey.tsx'
import { usePage } from '../../context.ts'
import { count, dateAndTime, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { BookPill, InferencePill } from '../../parts/pill.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Who } from '../../parts/who.tsx'
import { ANSWER, type AnswerData, type Inference } from '../../queries/answer.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { VerifyCard } from '../../verify/verifyCard.tsx'
import { flowOf } from './flow.ts'
import { Moved } from './moved.tsx'
import { ReceiptCard } from './receiptCard.tsx'

export function Answer() {
  const { batch, position } = useParams({ from: '/answers/$batch/$position' })
  const isNamed = /^\d{1,18}$/.test(batch) && /^\d{1,9}$/.test(position)
  const answer = useIndex<AnswerData>(ANSWER, { id: `${BigInt(isNamed ? batch : 0)}-${Number(position)}` }, isNamed)
  const nobody = (
    <Empty isPage title="There is no such answer" why="Answers are named by their batch and their place in it, from 0.">
      <Link className="btn" to="/answers">
        All answers
      </Link>
    </Empty>
  )
  if (!isNamed) return nobody
  return (
    <Loaded of={answer} lines={8}>
      {({ inference, _meta }) =>
        inference === null ? nobody : <OfAnswer key={`${batch}/${position}`} inference={inference} at={_meta} />
      }
    </Loaded>
  )
}

function OfAnswer({ inference, at }: { inference: Inference; at: AnswerData['_meta'] }) {
  const { ledger } = usePage().deployment.contracts
  const [kept] = useState(() => keptCalls(ledger).find(({ recordHash }) => recordHash === inference.recordHash))
  const [receipt, setReceipt] = useState<Receipt | undefined>(kept?.receipt)
  const { book, model, modelId, batchId, position } = inference
  const name = `Answer ${batchId}/${position}`
  const { nodes, links } = flowOf(inference)
  return (
    <>
      <Head
        name={name}
        crumb={
          <>
            <Link to="/models/$id" params={{ id: `${modelId}` }}>
              <bdi>{plainName(model.name, `Model ${modelId}`)}</bdi>
            </Link>{' '}
            / <Link to="/answers">Answers</Link>
          </>
        }
        title={name}
        meta={
          <>
            <span>{dateAndTime(inference.timestamp)} UTC</span>
            <span>
              Fee <Amount gwei={inference.feeGwei} unit />
            </span>
            <span>
              Batch {batchId}, record {position}
            </span>
            <InferencePill status={inference.status} />
            <BookPill status={book.status} />
          </>
        }
      />
      <div className="grid">
        <ReceiptCard
          recordHash={inference.recordHash}
          kept={kept && { question: kept.question, answer: kept.said }}
          receipt={receipt}
          found={setReceipt}
        />
        <InShort of={inference} />
        <Moved of={inference.explanation} />
        <Card
          title={book.pay.pending ? 'Where the fee would go' : 'Where the fee went'}
          about={`A fee joins the book of its day. Contributors are paid by their net influence over all answers of book ${book.number}, not by this answer alone.`}
        >
          <Sankey nodes={nodes} links={links} label={`Where the fee of ${name} goes`} />
        </Card>
        <VerifyCard inference={inference} at={at} receipt={receipt} />
      </div>
    </>
  )
}

function InShort({ of: { payerId, operatorId, book, explanation, block } }: { of: Inference }) {
  const towards = explanation.units.items.filter(({ term }) => BigInt(term) > 0n).length
  const away = explanation.units.items.filter(({ term }) => BigInt(term) < 0n).length
  return (
    <Card title="In short" span={5} foot={<span>Counts are of {count(explanation.units.totalCount)} units.</span>}>
      <Facts>
        <Fact name="Moved it towards its answer">
          <strong>{count(towards)}</strong> units
        </Fact>
        <Fact name="Moved it away">
          <strong>{count(away)}</strong> units
        </Fact>
        <Fact name="To contributors, of its book">
          <Amount gwei={book.pay.contributorsGwei} unit />
        </Fact>
        <Fact name="Paid by">
          <Link to="/earnings/$who" params={{ who: `${payerId}` }}>
            Account {payerId}
          </Link>
        </Fact>
        <Fact name="Served by">
          <Who account={operatorId} address={book.operator.payout} />
        </Fact>
        <Fact name="Recorded in block">{count(block)}</Fact>
      </Facts>
    </Card>
  )
}
