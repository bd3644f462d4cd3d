// Test contracts carry the code of every contract that they create. Detached, they ask the runner for it by name instead
// (`vm.getCode`), so that they need not be compiled anew with each change of a contract.
import type { Sources } from './compile.ts'
import { childOf, type Edit, edited, isNode, type SyntaxNode, spansIn, textOf, walk } from './syntax.ts'

const birth = 'test/contracts/harness/Birth.sol'

/** Not in the repository: only detached tests need it. */
const birthSource = `// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

interface CodeStore {
    function getCode(string calldata name) external view returns (bytes memory);
}

library Birth {
    CodeStore private constant STORE = CodeStore(address(uint160(uint256(keccak256("hevm cheat code")))));

    function deploy(string memory name, bytes memory arguments) internal returns (address payable born) {
        bytes memory code = bytes.concat(STORE.getCode(name), arguments);
        assembly ("memory-safe") {
            born := create(0, add(code, 0x20), mload(code))
            if iszero(born) {
                let failure := mload(0x40)
                returndatacopy(failure, 0, returndatasize())
                revert(failure, returndatasize())
            }
        }
    }
}
`

export interface Detached {
  readonly sources: Sources
  /** Test source to the contracts that it creates, as `source:name`. */
  readonly creates: ReadonlyMap<string, readonly string[]>
}

export function detached(sources: Sources, syntax: ReadonlyMap<string, SyntaxNode>): Detached {
  const contractOf = contractNamesIn(syntax)
  const result = new Map(sources)
  const creates = new Map<string, readonly string[]>()
  for (const [name, source] of sources) {
    const tree = syntax.get(name)
    if (!name.startsWith('test/') || tree === undefined) continue
    const { edits, created } = creationsIn(source, tree, contractOf)
    if (edits.length === 0) continue
    const depth = name.split('/').length - 1
    const imported = `\nimport {Birth} from "${'../'.repeat(depth)}${birth}";\n`
    result.set(name, edited(source, edits) + imported)
    creates.set(name, created)
  }
  result.set(birth, birthSource)
  return { sources: result, creates }
}

function creationsIn(source: string, tree: SyntaxNode, contractOf: (declaration: number) => string | undefined) {
  const spanOf = spansIn(source)
  const edits: Edit[] = []
  const created: string[] = []
  walk(tree, (node) => {
    const made = node.nodeType === 'FunctionCall' ? childOf(node, 'expression') : undefined
    const type = made?.nodeType === 'NewExpression' ? childOf(made, 'typeName') : undefined
    const contract = contractOf(Number(type?.referencedDeclaration))
    if (made === undefined || type === undefined || contract === undefined) return true
    if (!contract.startsWith('contracts/')) return true
    const name = textOf(childOf(type, 'pathNode') ?? type, 'name')
    const args = Array.isArray(node.arguments) ? node.arguments.filter(isNode) : []
    const { start } = spanOf(node)
    const callee = spanOf(made)
    edits.push({ start, end: callee.end, text: `${name}(Birth.deploy("${contract}", abi.encode` })
    edits.push({ start: spanOf(node).end, end: spanOf(node).end, text: '))' })
    created.push(contract)
    return args.length > 0
  })
  return { edits, created }
}

/** Names the contract, as `source:name`, that a declaration's number stands for. */
function contractNamesIn(syntax: ReadonlyMap<string, SyntaxNode>): (declaration: number) => string | undefined {
  const names = new Map<number, string>()
  for (const [source, tree] of syntax) {
    const nodes = Array.isArray(tree.nodes) ? tree.nodes.filter(isNode) : []
    for (const node of nodes) {
      if (node.nodeType === 'ContractDefinition' && node.id !== undefined) names.set(node.id, `${source}:${node.name}`)
    }
  }
  return (declaration) => names.get(declaration)
}
