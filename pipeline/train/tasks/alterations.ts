/** What contributors who are not honest, or not useful, do to items. Each is drawn from a seed. */
import { type Random, shuffled } from '../../math/random.ts'
import type { Item } from './item.ts'
import type { Classes } from './task.ts'

const WORDS_DROPPED = 0.1
const WORDS_SWAPPED = 0.05

/** The class half-way round the list: of two, the other one; of bins of a number, one far away. */
export function flipLabel({ label, text }: Item, classes: Classes): Item {
  const at = (classes.indexOf(label) + Math.floor(classes.length / 2)) % classes.length
  return { label: classes[at] as string, text }
}

/** The same text with a tenth of its words dropped and some swapped: a copy that no hash would catch. */
export function nearCopy({ label, text }: Item, random: Random): Item {
  const words = text.split(' ').filter(() => random.uniform() >= WORDS_DROPPED)
  const swaps = Math.floor(words.length * WORDS_SWAPPED)
  for (let swap = 0; swap < swaps; swap++) {
    const i = random.below(words.length)
    const j = random.below(words.length)
    const held = words[i] as string
    words[i] = words[j] as string
    words[j] = held
  }
  return { label, text: words.join(' ') }
}

/** Words of real texts in no order, and any of the labels. */
export function wordSalad(vocabulary: readonly string[], classes: Classes, random: Random): Item {
  const length = 20 + random.below(60)
  const words = Array.from({ length }, () => vocabulary[random.below(vocabulary.length)] as string)
  const label = classes[classes.length - 1 - Math.floor(random.uniform() * classes.length)] as string
  return { label, text: words.join(' ') }
}

/** The right label on a text that no other looks like: its letters rotated by 13, or its words spelt backwards in capitals. */
export function garble({ label, text }: Item, random: Random): Item {
  return { label, text: random.uniform() < 0.5 ? rotate13(text) : backwards(shuffled(text.split(' '), random)) }
}

function rotate13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    const base = code >= 97 ? 97 : 65
    return String.fromCharCode(base + ((code - base + 13) % 26))
  })
}

function backwards(words: readonly string[]): string {
  return words.map((word) => [...word.toUpperCase()].reverse().join('')).join(' ')
}
