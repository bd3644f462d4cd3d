/** A node of solc's syntax tree: whatever else it has is looked at where it is used. */
export interface SyntaxNode {
  readonly nodeType: string
  readonly id?: number
  /** Byte offset, byte length and file number. */
  readonly src: string
  readonly [property: string]: unknown
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

/** The node and all below it, as written. `enter` answers whether to go further down. */
export function walk(node: SyntaxNode, enter: (node: SyntaxNode) => boolean): void {
  if (!enter(node)) return
  for (const child of childrenOf(node)) walk(child, enter)
}

export function childOf(node: SyntaxNode, property: string): SyntaxNode | undefined {
  const child = node[property]
  return isNode(child) ? child : undefined
}

export function textOf(node: SyntaxNode, property: string): string {
  const value = node[property]
  return typeof value === 'string' ? value : ''
}

/** Half-open, in the units of a JavaScript string; solc counts bytes. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** From a node to its place in the source. */
export function spansIn(source: string): (node: SyntaxNode) => Span {
  const bytes = Buffer.from(source)
  const isAscii = bytes.length === source.length
  const index = (offset: number): number => (isAscii ? offset : bytes.subarray(0, offset).toString().length)
  return (node) => {
    const [start = 0, length = 0] = node.src.split(':').map(Number)
    return { start: index(start), end: index(start + length) }
  }
}

export interface Edit extends Span {
  readonly text: string
}

/** Applies edits that do not overlap; at one place, in the order in which they are given. */
export function edited(source: string, edits: readonly Edit[]): string {
  let result = source
  for (const { start, end, text } of [...edits].reverse().toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + text + result.slice(end)
  }
  return result
}
