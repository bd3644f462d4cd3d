/** A walkthrough as it is run: its blocks of shell, and what each is expected to say. */
export interface Block {
  readonly line: number
  readonly script: string
  /** Keeps running while the others do. */
  readonly isBackground: boolean
  /** Stand in its output, in any order. */
  readonly expected: readonly string[]
}

/** ```sh blocks of a page, each with the `<!-- expect: … -->` comments that follow it. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = page.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```sh( background)?$/.exec(lines[at] ?? '')
    if (fence !== null) {
      const end = lines.indexOf('```', at)
      if (end < 0) throw new Error(`The block of line ${at + 1} does not end`)
      const script = lines.slice(at + 1, end).join('\n')
      blocks.push({ line: at + 1, script, isBackground: fence[1] !== undefined, expected: [] })
      at = end
      continue
    }
    const [, expected] = /^<!-- expect: (.+) -->$/.exec(lines[at] ?? '') ?? []
    const last = blocks.at(-1)
    if (expected === undefined) continue
    if (last === undefined) throw new Error(`Line ${at + 1} expects something of no block`)
    blocks.splice(-1, 1, { ...last, expected: [...last.expected, expected] })
  }
  return blocks
}
