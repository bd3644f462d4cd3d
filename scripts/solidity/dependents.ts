// Whose bytecode changes with a source file: who inherits from it, calls a library or a free function of it, or carries its
// creation code. Calling a contract at its address is no dependence.
import { childOf, isNode, type SyntaxNode, walk } from './syntax.ts'

export interface Dependents {
  /** Source name to the contracts, as `source:name`, that must be compiled anew with it. */
  readonly of: (source: string) => ReadonlySet<string>
  /** The sources that a contract's bytecode comes from. */
  readonly sourcesOf: (contract: string) => ReadonlySet<string>
}

interface Definition {
  readonly source: string
  /** `source:name` of the contract around it, or of itself; a file's own functions have the source alone. */
  readonly owner: string
  readonly kind: 'contract' | 'library' | 'free'
}

export function dependentsIn(syntax: ReadonlyMap<string, SyntaxNode>): Dependents {
  const definitions = new Map<number, Definition>()
  const uses = new Map<string, Set<number>>()
  const contracts = new Map<string, string>()
  for (const [source, tree] of syntax) {
    for (const top of nodesOf(tree)) {
      const isContract = top.nodeType === 'ContractDefinition'
      const owner = isContract ? `${source}:${top.name}` : source
      const kind = !isContract ? 'free' : top.contractKind === 'library' ? 'library' : 'contract'
      if (isContract) contracts.set(owner, source)
      const used = uses.get(owner) ?? new Set()
      uses.set(owner, used)
      walk(top, (node) => {
        if (node.id !== undefined) definitions.set(node.id, { source, owner, kind })
        collect(node, used)
        return true
      })
      if (isContract) for (const base of numbersOf(top.linearizedBaseContracts)) used.add(-base)
    }
  }
  const next = (owner: string): string[] =>
    [...(uses.get(owner) ?? [])].flatMap((use) => {
      // A base or a created contract is written as its negative number: all of its code is part of this one's.
      const definition = definitions.get(Math.abs(use))
      return definition && (use < 0 || definition.kind !== 'contract') ? [definition.owner] : []
    })
  const reach = new Map([...contracts.keys()].map((contract) => [contract, reachable(contract, next)]))
  const sourceOf = (owner: string): string => contracts.get(owner) ?? owner
  return {
    sourcesOf: (contract) => new Set([...(reach.get(contract) ?? [])].map(sourceOf)),
    of: (source) =>
      new Set([...reach].filter(([, found]) => [...found].some((owner) => sourceOf(owner) === source)).map(([c]) => c)),
  }
}

function collect(node: SyntaxNode, used: Set<number>): void {
  if (node.nodeType === 'NewExpression') {
    const created = childOf(node, 'typeName')?.referencedDeclaration
    if (typeof created === 'number') used.add(-created)
  } else if (node.nodeType === 'InlineAssembly' && Array.isArray(node.externalReferences)) {
    for (const { declaration } of node.externalReferences) if (typeof declaration === 'number') used.add(declaration)
  } else if (node.nodeType === 'UsingForDirective') {
    const library = childOf(node, 'libraryName')?.referencedDeclaration
    if (typeof library === 'number') used.add(library)
  } else if (typeof node.referencedDeclaration === 'number') {
    used.add(node.referencedDeclaration)
  }
}

function reachable(from: string, next: (owner: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set([from])
  for (const owner of found) for (const other of next(owner)) found.add(other)
  return found
}

const nodesOf = (tree: SyntaxNode): readonly SyntaxNode[] =>
  Array.isArray(tree.nodes) ? tree.nodes.filter(isNode) : []

const numbersOf = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'number') : []
