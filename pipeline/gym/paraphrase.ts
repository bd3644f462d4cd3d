/**
 * Saying the same in other words, as far as rules without a language model can: sentences in another order, clauses swapped
 * about their commas, contractions written out, frequent words replaced by synonyms. Somebody with a large model would do better,
 * so what this earns is a lower bound.
 */
import type { Random } from '../math/random.ts'
import { shuffled } from '../math/random.ts'
import type { Item } from '../train/tasks/item.ts'
import { SYNONYMS } from './synonyms.ts'

const WORDS_REPLACED = 0.8
const CLAUSES_SWAPPED = 0.5
const SENTENCE_END = /(?<=[.!?]) +/
const WORD = /[A-Za-z]+/g

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bcan't\b/gi, 'cannot'],
  [/\bwon't\b/gi, 'will not'],
  [/n't\b/gi, ' not'],
  [/'re\b/gi, ' are'],
  [/'ve\b/gi, ' have'],
  [/'ll\b/gi, ' will'],
  [/\bI'm\b/gi, 'I am'],
]

export function paraphrase({ label, text }: Item, random: Random): Item {
  const sentences = text.split(SENTENCE_END).map((sentence) => swapClauses(sentence, random))
  const reordered = shuffled(sentences, random).join(' ')
  const written = CONTRACTIONS.reduce((so, [from, to]) => so.replace(from, to), reordered)
  return { label, text: written.replace(WORD, (word) => synonymOf(word, random)) }
}

/** "When it rained, we left." → "we left, When it rained." */
function swapClauses(sentence: string, random: Random): string {
  const comma = sentence.indexOf(', ')
  if (comma < 0 || random.uniform() >= CLAUSES_SWAPPED) return sentence
  const end = /[.!?]$/.exec(sentence)?.[0] ?? ''
  const after = sentence.slice(comma + 2, sentence.length - end.length)
  return `${after}, ${sentence.slice(0, comma)}${end}`
}

function synonymOf(word: string, random: Random): string {
  const others = SYNONYMS.get(word.toLowerCase())
  if (others === undefined || random.uniform() >= WORDS_REPLACED) return word
  return others[random.below(others.length)] ?? word
}
