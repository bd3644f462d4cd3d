import { stringify } from 'yaml'
import { quantisationOf } from './cyclonedx.ts'
import type { ModelRecord } from './modelRecord.ts'
import { decimal, isoTime, itemsIn, type Subject, urnOf, weightsSha256 } from './subject.ts'

// A model card for the Hugging Face Hub: YAML between two lines of dashes, then Markdown
// (https://huggingface.co/docs/hub/model-cards).

export function modelCardOf(subject: Subject): string {
  return `---\n${stringify(frontMatter(subject), { lineWidth: 0 })}---\n\n${body(subject)}`
}

function frontMatter(subject: Subject): object {
  const { record, run } = subject
  const { begun, ancestors, versions } = record
  const [parent] = ancestors
  const results = resultsOf(record)
  const isAdapter = begun.method !== 'Full'
  return {
    ...(parent?.kind === 'base' && {
      base_model: parent.base.name,
      base_model_relation: isAdapter ? 'adapter' : 'finetune',
    }),
    ...(run !== undefined && run.lora !== null && { library_name: 'peft' }),
    datasets: versions.map(({ dataset, version }) => `dataset-${dataset.dataset}-version-${version}`),
    tags: ['attribution-ledger'],
    ...(results.length > 0 && { 'model-index': [{ name: nameOf(record), results }] }),
  }
}

/** Benchmarks alone: the other kinds of evaluation have no data set that a reader could look up. */
function resultsOf({ evaluations }: ModelRecord): readonly object[] {
  return evaluations
    .filter(({ kind }) => kind === 'Benchmark')
    .map(({ task, taskVersion, metric, datasetHash, scoreMillionths, lowMillionths, highMillionths, sampleCount }) => ({
      task: { type: 'other', name: task },
      dataset: {
        type: task,
        name: task,
        revision: datasetHash,
        args: { version: taskVersion, samples: Number(sampleCount) },
      },
      metrics: [
        {
          type: metric,
          value: Number(decimal(scoreMillionths)),
          args: { low95: Number(decimal(lowMillionths)), high95: Number(decimal(highMillionths)) },
        },
      ],
    }))
}

function body(subject: Subject): string {
  const { record } = subject
  const { begun, registered, ancestors, versions } = record
  const sha256 = weightsSha256(subject)
  const rows: readonly (readonly [string, string])[] = [
    ['source', urnOf(subject)],
    ['registered', isoTime(record.registeredAt)],
    ['owner', `account ${record.entered.owner}`],
    ['method', begun.method],
    ['quantisation', quantisationOf(begun)],
    ['adapter, keccak256', begun.adapterHash],
    ...(sha256 === undefined ? [] : [['adapter, sha256', sha256] as const]),
    ['run.json, keccak256', begun.manifestHash],
    ['row index, root', registered.indexRoot],
    ['kept rows', `${registered.keptRows}`],
    ...ancestors.map((one): readonly [string, string] => [
      `model ${one.model}`,
      one.kind === 'base' ? `${one.base.name}, licence ${one.base.licence}` : `a fine-tune, adapter ${one.adapterHash}`,
    ]),
  ]
  const contributions = versions.flatMap(({ version, contributions: held }) =>
    held.map(({ contributor, itemCount, itemsRoot, withdrawnAt }) =>
      row(version, contributor, itemCount, itemsRoot, withdrawnAt === undefined ? '' : isoTime(withdrawnAt)),
    ),
  )
  return [
    `# ${nameOf(record)}`,
    '',
    'Made from the chain by `attribution audit document`; `attribution audit document verify` checks it.',
    '',
    row('what', 'on chain'),
    row('---', '---'),
    ...rows.map(([what, value]) => row(what, value)),
    '',
    '## Training data',
    '',
    ...versions.map(
      ({ version, dataset, contributions: held, ...rest }) =>
        `Version ${version} of dataset ${dataset.dataset}: ${itemsIn({ version, dataset, contributions: held, ...rest })} items, licence ${dataset.licence}.`,
    ),
    '',
    row('version', 'account', 'items', 'Merkle root of the items', 'withdrawn'),
    row('---', '---', '---', '---', '---'),
    ...contributions,
    '',
  ].join('\n')
}

function nameOf({ model, origin }: ModelRecord): string {
  return `model-${model}-of-${origin.deployment}`
}

/** A line of a table; what came from the chain breaks out of no cell, and is no markup. */
export function row(...cells: readonly (string | number | bigint)[]): string {
  return `| ${cells
    .map((cell) =>
      `${cell}`
        .replace(/[\r\n]+/g, ' ')
        .replaceAll('|', '\\|')
        .replaceAll('<', '&lt;'),
    )
    .join(' | ')} |`
}
