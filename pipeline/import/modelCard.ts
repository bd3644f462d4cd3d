/**
 * The model card (`README.md`) that trainers write: YAML between two lines of `---`, then prose with lists that are the only
 * place where some facts are kept, such as how bitsandbytes quantised the base.
 *
 * huggingface/peft, src/peft/peft_model.py: create_or_update_model_card ("The following `bitsandbytes` quantization config was
 * used during training:"); huggingface/transformers, src/transformers/modelcard.py: to_model_card ("The following
 * hyperparameters were used during training:", "### Framework versions").
 */
import { parse } from 'yaml'
import { z } from 'zod'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { parseWith } from './sourceFolder.ts'

/** YAML may make a truth value or a date of a word; such words name nothing that is looked for. */
const oneOrMore = z
  .unknown()
  .optional()
  .transform((value) => [value].flat().filter((each) => typeof each === 'string'))
const frontMatterSchema = z.looseObject({
  base_model: oneOrMore,
  tags: oneOrMore,
})

/** `- name: value` lines of a section, values as they are written. */
export type Listed = ReadonlyMap<string, string>

export interface ModelCard {
  readonly baseModel: string | null
  readonly tags: readonly string[]
  /** Empty where the card has no such section. */
  readonly hyperparameters: Listed
  readonly quantisation: Listed
  /** Such as "TRL" → "1.13.0". */
  readonly versions: Listed
  readonly text: string
}

const FILE = RUN_FILES.modelCard

export function parseModelCard(text: string): ModelCard {
  const [, front, body] = /^---\r?\n(.*?)\r?\n?---\r?\n(.*)$/s.exec(text) ?? [undefined, '', text]
  const about = parseFrontMatter(front ?? '')
  const lines = (body ?? '').split(/\r?\n/)
  return {
    baseModel: about.base_model[0] ?? null,
    tags: about.tags,
    hyperparameters: listAfter(lines, /^The following hyperparameters were used during training:/),
    quantisation: listAfter(lines, /quantization config was used during training:\s*$/),
    versions: listAfter(lines, /^#+ Framework versions/),
    text,
  }
}

function parseFrontMatter(yaml: string): z.infer<typeof frontMatterSchema> {
  return parseWith(FILE, parseYaml(FILE, yaml) ?? {}, frontMatterSchema, 'a model card')
}

/**
 * YAML of a file, or of a part of one, as PyYAML reads it: version 1.1, where "yes" is true, and of a key that stands twice the last
 * value counts. Nothing of it is executed: tags that would make objects are none.
 */
export function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text, { version: '1.1', uniqueKeys: false, logLevel: 'error' })
  } catch (cause) {
    const [problem] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new RunError(
      file,
      'its YAML cannot be read',
      { problem: problem ?? '' },
      'Correct it, or fetch it afresh.',
      cause,
    )
  }
}

/**
 * The list that follows a heading, until the next heading or paragraph; a line right below an item goes on with it. Of several lists
 * the last one counts.
 */
function listAfter(lines: readonly string[], heading: RegExp): Listed {
  const at = lines.findLastIndex((line) => heading.test(line))
  const items = new Map<string, string>()
  if (at < 0) return items
  let isInItem = false
  for (const line of lines.slice(at + 1)) {
    const [, name, value] = /^- ([\w .-]+?)(?::\s*| (?=\d))(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) items.set(name, value.trim())
    else if (line.trim() !== '' && (!isInItem || line.startsWith('#'))) break
    isInItem = line.trim() !== ''
  }
  return items
}
