import { sql } from 'kysely'
import { bigInt, blockTime, bool, bytes, type Entity, id, nullable, one, oneOf, text, uint } from '../query/entity.ts'
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
    id: id(bigInt('Counting from 1 over all kinds.')),
    kind: oneOf('EvaluationKind', 'What was measured.'),
    model: id(uint('The model.')),
    evaluator: id(uint('The account that says so.')),
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
    firstBatch: nullable(id(bigInt('Production: the first batch that samples were taken from.'))),
    lastBatch: nullable(id(bigInt('Production: the last one.'))),
    twinHash: nullable(bytes('Quantisation loss: keccak256 of the full-precision twin’s weights.')),
    twin: nullable(id(uint('Quantisation loss: the twin, where it is registered.'))),
    twinScoreMillionths: nullable(bigInt('Quantisation loss: the twin’s score on the same samples.')),
    twinLowMillionths: nullable(bigInt('Quantisation loss: lower end of the twin’s interval.')),
    twinHighMillionths: nullable(bigInt('Quantisation loss: upper end of the twin’s interval.')),
    gained: nullable(uint('Quantisation loss: samples that only the quantised model got right.')),
    lost: nullable(uint('Quantisation loss: samples that only the twin got right.')),
    meanKlBillionths: nullable(bigInt('Quantisation loss: mean divergence from the twin, in billionths of a nat.')),
    block: uint('The block in which it was recorded.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that recorded it.'),
  },
  source: ({ block }) => sql`
    select e.*, e.evaluation as id from evaluation_recorded e where e.block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    firstBatch: one(() => batch, { id: 'firstBatch' }, 'Production: the first batch that samples were taken from.'),
    lastBatch: one(() => batch, { id: 'lastBatch' }, 'Production: the last one.'),
    evaluator: one(() => account, { id: 'evaluator' }, 'Who says so.'),
    twin: one(() => model, { id: 'twin' }, 'Quantisation loss: the twin, where it is registered.'),
  },
}

export const rating: Entity = {
  type: 'Rating',
  doc: 'What a payer thought of an answer that it paid for.',
  list: 'ratings',
  single: 'rating',
  key: ['batch', 'position'],
  columns: {
    batch: id(bigInt('The batch of the inference.')),
    position: uint('The inference’s place in the batch.'),
    model: id(uint('The model that was called.')),
    payer: id(uint('Who rated.')),
    feeGwei: bigInt('What the call cost, in gwei-OPEN.'),
    stars: uint('1 to 5.'),
    dropped: bool('Whether it was taken out of the model’s ratings, since the record was voided or set aside.'),
    block: uint('The block in which it was given.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that gave it.'),
  },
  source: ({ block }) => sql`
    select r.*, exists (
      select from rating_dropped d where d.batch = r.batch and d.position = r.position and d.block <= ${block}
    ) as dropped
    from inference_rated r where r.block <= ${block}`,
  links: {
    inference: one(() => inference, { batch: 'batch', position: 'position' }, 'The inference.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    payer: one(() => account, { id: 'payer' }, 'Who rated.'),
    batch: one(() => batch, { id: 'batch' }, 'The batch of the inference.'),
  },
}
