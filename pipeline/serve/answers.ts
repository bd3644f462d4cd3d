import type { ServedModel } from '../train/servedModel.ts'
import type { OperatorOptions } from './operation.ts'

/** What the embedded model's answers are as bytes, of which a receipt's answer hash is taken. */
export function answersOf(model: ServedModel): OperatorOptions['answer'] {
  return async (texts) =>
    texts.length === 0
      ? []
      : (await model.answer(texts)).map(({ label, probability, gradient }) => ({
          response: JSON.stringify({ label, probability }),
          gradient,
        }))
}
