import type { ServedModel } from '../train/servedModel.ts'
import type { OperatorOptions } from './operator.ts'

/** What the embedded model's answers are as bytes, of which a record's response hash is taken. */
export function answersOf(model: ServedModel): OperatorOptions['answer'] {
  return async (texts) =>
    (await model.answer(texts)).map(({ label, probability, gradient }) => ({
      response: JSON.stringify({ label, probability }),
      gradient,
    }))
}
