/** From an address to passages of a few whole sentences, without what would give its date away by itself. */

/** A passage ends with the first sentence that brings it to this length: about as much as the encoder reads. */
const PASSAGE_LENGTH = 300
const LONGEST_TEXT = 900

/** [Laughter], [Applause.]: stenographers wrote them down only in later years. */
const STAGE_DIRECTION = /\[[A-Za-z ,;.]+\]/g
const YEAR = /\b(1[6-9]|20)\d\d\b/g
const SENTENCE_END = /(?<=[.!?]['")]?) (?=["'(A-Z])/

export function passagesOf(address: string): readonly string[] {
  const sentences = address
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(STAGE_DIRECTION, ' ')
    .replace(YEAR, ' year ')
    .replace(/\s+/g, ' ')
    .trim()
    .split(SENTENCE_END)
  const passages: string[] = []
  let open = ''
  for (const sentence of sentences) {
    open = open === '' ? sentence : `${open} ${sentence}`
    if (open.length < PASSAGE_LENGTH) continue
    passages.push(open.slice(0, LONGEST_TEXT))
    open = ''
  }
  return passages
}
