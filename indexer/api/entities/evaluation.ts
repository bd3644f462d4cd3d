import { sql } from 'kysely'
import { bigInt, bool, bytes, type Entity, nullable, one, oneOf, text, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

export const evaluation: Entity = {
  type: 'Evaluation',
  doc: 'A measurement of a model: the evaluator’s statement, with the hash of its results.',
  list: 'evaluations',
  single: 'evaluation',
  key: ['id'],
  columns: {
    id: bigInt('Counting from 1 over all kinds.'),
    kind: oneOf('EvaluationKind', 'What was measured.'),
    model: uint('The model.'),
    evaluator: uint('The account that says so.'),
    metric: text('What the score counts, such as acc.'),
    datasetHash: bytes('keccak256 of the samples that were asked, in order.'),
    scoreMillionths: bigInt('The score: 963,000 is 96.3 %; may be negative.'),
    lowMillionths: bigInt('Lower end of its 95 % interval.'),
    highMillionths: bigInt('Upper end of its 95 % interval.'),
    sampleCount: uint('How many samples were asked.'),
    resultsHash: bytes('keccak256 of the results file.'),
    resultsUri: text('Where that can be read.'),
    task: nullable(text('Benchmarks: the task in lm-evaluation-harness.')),
    taskVersion: nullable(text('Benchmarks: the version that the task declares.')),
    configHash: nullable(bytes('Benchmarks: keccak256 of the task’s configuration, zero where none was kept.')),
    firstBatch: nullable(bigInt('Production: the first batch that samples were taken from.')),
    lastBatch: nullable(bigInt('Production: the last one.')),
    twinHash: nullable(bytes('Quantisation loss: keccak256 of the full-precision twin’s weights.')),
    twin: nullable(uint('Quantisation loss: the twin, where it is registered.')),
    twinScoreMillionths: nullable(bigInt('Quantisation loss: the twin’s score on the same samples.')),
    twinLowMillionths: nullable(bigInt('Quantisation loss: lower end of the twin’s interval.')),
    twinHighMillionths: nullable(bigInt('Quantisation loss: upper end of the twin’s interval.')),
    gained: nullable(uint('Quantisation loss: samples that only the quantised model got right.')),
    lost: nullable(uint('Quantisation loss: samples that only the twin got right.')),
    meanKlBillionths: nullable(bigInt('Quantisation loss: mean divergence from the twin, in billionths of a nat.')),
    block: uint('The block in which it was recorded.'),
    transactionHash: bytes('The transaction that recorded it.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select e.*, e.evaluation as id, b.timestamp from evaluation_recorded e join block b on b.number = e.block
    where e.block <= ${block}`,
  links: {
    evaluatedModel: one(() => model, { id: 'model' }, 'The model.'),
    evaluatorAccount: one(() => account, { id: 'evaluator' }, 'Who says so.'),
    twinModel: one(() => model, { id: 'twin' }, 'Quantisation loss: the twin, where it is registered.'),
  },
}

export const rating: Entity = {
  type: 'Rating',
  doc: 'What a payer thought of an answer that it paid for.',
  list: 'ratings',
  single: 'rating',
  key: ['batch', 'position'],
  columns: {
    batch: bigInt('The batch of the inference.'),
    position: uint('The inference’s place in the batch.'),
    model: uint('The model that was called.'),
    payer: uint('Who rated.'),
    feeGwei: bigInt('What the call cost, in gwei-OPEN.'),
    stars: uint('1 to 5.'),
    dropped: bool('Whether it was taken out of the model’s ratings, since the record was voided or set aside.'),
    block: uint('The block in which it was given.'),
    transactionHash: bytes('The transaction that gave it.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select r.*, b.timestamp, exists (
      select from rating_dropped d where d.batch = r.batch and d.position = r.position and d.block <= ${block}
    ) as dropped
    from inference_rated r join block b on b.number = r.block where r.block <= ${block}`,
  links: {
    ratedInference: one(() => inference, { batch: 'batch', position: 'position' }, 'The inference.'),
    ratedModel: one(() => model, { id: 'model' }, 'The model that was called.'),
    payerAccount: one(() => account, { id: 'payer' }, 'Who rated.'),
    recordedBatch: one(() => batch, { id: 'batch' }, 'The batch of the inference.'),
  },
}
