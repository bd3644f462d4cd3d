/**
 * SentencePiece unigram tokenizer (Kudo, 2018) over the base model's vocabulary of 8,002 scored pieces: the split of a text
 * with the highest sum of piece scores, found by dynamic programming (Viterbi), left to right.
 */
import { z } from 'zod'
import { readVocabulary } from './package.ts'

/** The package lost the scores of the seven pieces with a colon (`":"`, `"://"`, `"▁:)"` …). */
const vocabularySchema = z.array(z.tuple([z.string(), z.number().nullable()]))

export type Vocabulary = readonly (readonly [piece: string, score: number])[]

/** The piece that stands for whatever the vocabulary cannot spell. */
const UNKNOWN = 0
/** Pieces below this are controls (`<s>`, `</s>`, spare tokens) and never match text. */
const FIRST_TEXT_PIECE = 6
/** Worse than any real piece (the rarest scores about -13), so that unknown characters are a last resort. */
const UNKNOWN_SCORE = -20
/** SentencePiece writes a space as this mark, and puts one before the text. */
const SPACE = '\u2581'

export interface Tokenizer {
  /** The first `maxTokens` pieces of a text. A text without any piece becomes one unknown piece. */
  readonly tokenize: (text: string, maxTokens: number) => Int32Array
}

export function loadTokenizer(): Tokenizer {
  return createTokenizer(restoreScores(vocabularySchema.parse(JSON.parse(readVocabulary()))))
}

/** Pieces are listed by falling score, so a missing score lies between its neighbours': the one before stands in for it. */
function restoreScores(vocabulary: z.infer<typeof vocabularySchema>): Vocabulary {
  let previous = 0
  return vocabulary.map(([piece, score]) => {
    previous = score ?? previous
    return [piece, previous]
  })
}

export function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const pieces = new Map<string, number>()
  let longest = 0
  for (const [id, [piece]] of vocabulary.entries()) {
    if (id < FIRST_TEXT_PIECE) continue
    pieces.set(piece, id)
    longest = Math.max(longest, [...piece].length)
  }
  const scoreOf = (id: number): number => vocabulary[id]?.[1] ?? Number.NEGATIVE_INFINITY

  return {
    tokenize: (text, maxTokens) => {
      // The first pieces cannot reach further than this, and a text may be as long as its sender likes.
      const characters = [...(SPACE + text.normalize('NFKC').replaceAll(' ', SPACE))].slice(0, maxTokens * longest)
      const end = characters.length
      const best = new Float64Array(end + 1).fill(Number.NEGATIVE_INFINITY)
      const pieceBefore = new Int32Array(end + 1)
      const startOf = new Int32Array(end + 1)
      best[0] = 0
      const offer = (start: number, stop: number, id: number, score: number): void => {
        const total = (best[start] as number) + score
        if (total < (best[stop] as number)) return
        best[stop] = total
        pieceBefore[stop] = id
        startOf[stop] = start
      }
      for (let start = 0; start < end; start++) {
        let candidate = ''
        for (let stop = start + 1; stop <= Math.min(end, start + longest); stop++) {
          candidate += characters[stop - 1]
          const id = pieces.get(candidate)
          if (id !== undefined) offer(start, stop, id, scoreOf(id))
        }
        if (
          best[start + 1] === Number.NEGATIVE_INFINITY ||
          (best[start] as number) + UNKNOWN_SCORE > (best[start + 1] as number)
        )
          offer(start, start + 1, UNKNOWN, UNKNOWN_SCORE)
      }
      return Int32Array.from(mergeUnknown(walkBack(pieceBefore, startOf, end)).slice(0, maxTokens))
    },
  }
}

function walkBack(pieceBefore: Int32Array, startOf: Int32Array, end: number): number[] {
  const ids: number[] = []
  for (let at = end; at > 0; at = startOf[at] as number) ids.push(pieceBefore[at] as number)
  return ids.reverse()
}

/** A run of unknown characters is one unknown piece. */
function mergeUnknown(ids: readonly number[]): readonly number[] {
  return ids.filter((id, i) => id !== UNKNOWN || ids[i - 1] !== UNKNOWN)
}
