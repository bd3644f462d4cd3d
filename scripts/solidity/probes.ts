// Sources that tell where execution passes: each statement (by EDR's instrumentation, as in `hardhat test --coverage`) and each
// outcome of each condition, which EDR does not tell. Nothing is put on a line of its own, so that lines stay where they are.
import { createHash } from 'node:crypto'
import { addStatementCoverageInstrumentation, latestSupportedSolidityVersion } from '@nomicfoundation/edr'
import { getCoverageLibrary } from '@nomicfoundation/edr/coverage'
import type { Sources } from './compile.ts'
import { childOf, type Edit, edited, isNode, type SyntaxNode, spansIn, textOf, walk } from './syntax.ts'

export interface Probe {
  readonly kind: 'line' | 'branch'
  readonly file: string
  readonly line: number
  readonly what: string
  /** What execution says when it passes, in hexadecimal. */
  readonly tag: string
}

export interface Probed {
  readonly sources: Sources
  readonly probes: readonly Probe[]
}

const branches = 'branches.sol'

function branchesSource(coverage: string): string {
  return `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "${coverage}";

library Branches {
    function took(bool outcome, uint256 tag) internal pure returns (bool) {
        __NomicFoundationCoverage.sendHit(outcome ? tag + 1 : tag);
        return outcome;
    }
}
`
}

/** Puts probes into the sources that `isMeasured` names. */
export function probed(
  sources: Sources,
  syntax: ReadonlyMap<string, SyntaxNode>,
  isMeasured: (file: string) => boolean,
): Probed {
  const library = getCoverageLibrary()
  const all = new Map([...sources, [library.filename, library.content], [branches, branchesSource(library.filename)]])
  const probes: Probe[] = []
  for (const [file, source] of sources) {
    const tree = syntax.get(file)
    if (!isMeasured(file) || tree === undefined) continue
    const conditions = conditionsIn(source, tree)
    probes.push(...conditions.flatMap((condition) => outcomesOf(file, source, condition)))
    const told = conditions.length === 0 ? source : `${withOutcomes(file, source, conditions)}\nimport "${branches}";\n`
    const statements = addStatementCoverageInstrumentation(told, file, latestSupportedSolidityVersion())
    for (const { tag, startUtf16, endUtf16 } of statements.metadata) {
      const start = startUtf16 + blankBefore(told.slice(startUtf16, endUtf16))
      const what = lineAround(source, lineAt(told, start))
      probes.push({ kind: 'line', file, line: lineAt(told, start), what, tag: Buffer.from(tag).toString('hex') })
    }
    all.set(file, statements.source)
  }
  return { sources: all, probes }
}

interface Condition {
  readonly start: number
  readonly end: number
}

/** What `if`, `?:`, loops and `require` ask. */
function conditionsIn(source: string, tree: SyntaxNode): readonly Condition[] {
  const spanOf = spansIn(source)
  const conditions: Condition[] = []
  walk(tree, (node) => {
    const isAsked = ['IfStatement', 'Conditional', 'ForStatement', 'WhileStatement'].includes(node.nodeType)
    const condition = isAsked ? childOf(node, 'condition') : requiredBy(node)
    if (condition !== undefined) conditions.push(spanOf(condition))
    return true
  })
  return conditions
}

function requiredBy(node: SyntaxNode): SyntaxNode | undefined {
  const callee = node.nodeType === 'FunctionCall' ? childOf(node, 'expression') : undefined
  if (callee?.nodeType !== 'Identifier' || textOf(callee, 'name') !== 'require') return undefined
  return Array.isArray(node.arguments) ? node.arguments.filter(isNode)[0] : undefined
}

function withOutcomes(file: string, source: string, conditions: readonly Condition[]): string {
  const edits = conditions.flatMap(({ start, end }): Edit[] => [
    // The condition first, while the stack is shallow.
    { start, end: start, text: 'Branches.took(' },
    { start: end, end, text: `, 0x${tagOf(file, start).toString(16)})` },
  ])
  return edited(source, edits)
}

function outcomesOf(file: string, source: string, { start, end }: Condition): readonly Probe[] {
  const tag = tagOf(file, start)
  return [false, true].map((outcome) => ({
    kind: 'branch',
    file,
    line: lineAt(source, start),
    what: `${source.slice(start, end).replaceAll(/\s+/g, ' ')} is never ${outcome}`,
    tag: (outcome ? tag + 1n : tag).toString(16).padStart(64, '0'),
  }))
}

/** Even, so that the next number is free for the other outcome. */
function tagOf(file: string, start: number): bigint {
  const digest = createHash('sha256').update(`${file}:${start}`).digest('hex')
  return BigInt(`0x${digest}`) & ~1n
}

const lineAt = (source: string, index: number): number => source.slice(0, index).split('\n').length

const lineAround = (source: string, line: number): string => source.split('\n')[line - 1]?.trim() ?? ''

/** EDR counts blanks and comments before a statement as part of it. */
function blankBefore(statement: string): number {
  return /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(statement)?.[0].length ?? 0
}
