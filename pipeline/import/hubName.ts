/** Whether the name of a model is one that others find on the Hub, or a folder of one machine. */
import { existsSync } from 'node:fs'

/**
 * Models that the Hub has without an owner, from its first years (huggingface/transformers 4.38.2, the pretrained archive maps of
 * src/transformers/models/*).
 */
const WITHOUT_OWNER = new RegExp(
  `^(?:${[
    'gpt2(?:-medium|-large|-xl)?',
    'distilgpt2',
    'openai-gpt',
    'bert-(?:base|large)-(?:un)?cased(?:-whole-word-masking(?:-finetuned-squad)?)?',
    'bert-base-(?:chinese|multilingual-(?:un)?cased|german-cased|german-dbmdz-(?:un)?cased|cased-finetuned-mrpc)',
    'distilbert-base-[a-z0-9-]+',
    '(?:distil)?roberta-(?:base|large)(?:-mnli|-openai-detector)?',
    'xlm-roberta-(?:base|large)(?:-finetuned-[a-z0-9-]+)?',
    'xlm-(?:mlm|clm)-[a-z0-9-]+',
    'albert-(?:base|large|xlarge|xxlarge)-v[12]',
    't5-(?:small|base|large|3b|11b)',
    'xlnet-(?:base|large)-cased',
    'camembert-base',
    'ctrl',
    'transfo-xl-wt103',
  ].join('|')})$`,
)

/** What people call the folders that they keep models in, and what trainers call those that they write. */
const WRITTEN = /^(?:checkpoint-\d+|\.+)$/
const FOLDERS =
  /^(?:[a-z0-9]+[-_](?:models?|weights|checkpoints?|ckpts?|outputs?|runs?)|fine[-_]?tuned?|downloads?|drive|users|usr|raid|nfs|media|storage|artifacts?|logs?|src|models?|base[-_]?models?|pretrained(?:[-_]models?)?|checkpoints?|ckpts?|weights|outputs?|out|runs?|results?|exp(?:eriment)?s?|saves?|saved(?:[-_]models?)?|llms?|data|datasets?|cache|tmp|temp|local|workspace|mnt|home|root|content|opt|srv|var|scratch|lora|adapters?|merged)$/i

/** A path, whether it is on this machine or was on another one. */
export function isHubName(name: string): boolean {
  if (existsSync(name)) return false
  if (WITHOUT_OWNER.test(name)) return true
  const [, owner, model = ''] = /^([\w.-]+)\/([\w.-]+)$/.exec(name) ?? []
  return owner !== undefined && !owner.startsWith('.') && !FOLDERS.test(owner) && !WRITTEN.test(model)
}
