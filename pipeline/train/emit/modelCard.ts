/** The model card, with the bitsandbytes section in the words that PEFT uses for it. */
import type { EmbeddedManifest, Evaluation } from '../../run/manifest.ts'
import { columnsOf } from '../lora/scale.ts'
import { type Labelling, scaleOf } from '../tasks/task.ts'

export function formatModelCard(
  { base, lora, training, dataset, evaluation }: Omit<EmbeddedManifest, 'files'>,
  task: Labelling,
): string {
  const { title, plural } = task
  return `---
base_model: ${base.name}
library_name: peft
license: ${base.licence.toLowerCase()}
pipeline_tag: text-classification
tags:
  - lora
  - qlora
  - attribution
---

# ${title} on ${base.name}

A LoRA adapter (rank ${lora.rank}, alpha ${lora.alpha}) on ${lora.targetModules.join(' and ')}, with ${headOf(task)}, trained on
${trainedOn(dataset)} ${plural} in ${dataset.contributions.length} contributions (dataset version ${dataset.versions.join(', ')}). A sketch of what
moved an answer is recorded with every paid call; \`rows.jsonl\` says which contribution each row belongs to.

The base is ${base.source} ${base.revision}, weights sha-256 \`${base.weightsSha256}\`.

## Training procedure

The following \`bitsandbytes\` quantization config was used during training:
- quant_method: bitsandbytes
- load_in_8bit: False
- load_in_4bit: True
- bnb_4bit_quant_type: nf4
- bnb_4bit_use_double_quant: True
- bnb_4bit_compute_dtype: float32

AdamW, learning rate ${training.learningRate}, linear decay, ${training.epochs} epochs, batches of ${training.batchSize}, seed ${training.seed}, texts cut to ${training.maxTokens} pieces.

## Evaluation

On ${evaluation.heldOut} held-out ${plural} that belong to no contributor:

| | accuracy | loss |
|---|---|---|
${evaluationRows(evaluation)}
`
}

function headOf(task: Labelling): string {
  const outputs = columnsOf(scaleOf(task)) + 1
  if (task.ordered === true) return `a two-output head over ${task.classes.length} bins of a number`
  return outputs === 2 ? 'a two-class head' : `a head of ${outputs} classes`
}

function trainedOn({ rows, kept = rows }: EmbeddedManifest['dataset']): string {
  return kept === rows ? `${rows}` : `${kept} of ${rows} (the others are near-copies)`
}

function evaluationRows(evaluation: Evaluation): string {
  const rows = [
    ['always the more frequent label', evaluation.majority.accuracy, undefined],
    ['full precision, head only', evaluation.fullPrecision?.accuracy, evaluation.fullPrecision?.loss],
    [
      'full precision, fine-tuned',
      evaluation.fullPrecisionFineTuned?.accuracy,
      evaluation.fullPrecisionFineTuned?.loss,
    ],
    ['NF4, head only', evaluation.quantised.accuracy, evaluation.quantised.loss],
    ['NF4, fine-tuned (this adapter)', evaluation.fineTuned.accuracy, evaluation.fineTuned.loss],
  ] as const
  return rows
    .map(
      ([what, accuracy, loss]) => `| ${what} | ${accuracy?.toFixed(4) ?? 'not measured'} | ${loss?.toFixed(4) ?? ''} |`,
    )
    .join('\n')
}
