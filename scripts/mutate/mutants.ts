// Small faults, one at a time: wherever the source computes, compares, checks or writes, what it would be with one thing
// changed. A fault that no test notices shows what no test looks at.
import { childOf, isNode, type Span, type SyntaxNode, spansIn, textOf, walk } from '../solidity/syntax.ts'

export interface Mutant extends Span {
  readonly file: string
  readonly line: number
  /** The kind of fault. */
  readonly fault: Fault
  readonly was: string
  readonly becomes: string
}

export type Fault =
  | 'arithmetic'
  | 'comparison'
  | 'logic'
  | 'bound'
  | 'condition'
  | 'check dropped'
  | 'modifier dropped'
  | 'statement dropped'
  | 'value dropped'

const operators: Readonly<Record<string, readonly [Fault, readonly string[]]>> = {
  '+': ['arithmetic', ['-']],
  '-': ['arithmetic', ['+']],
  '*': ['arithmetic', ['/']],
  '/': ['arithmetic', ['*']],
  '%': ['arithmetic', ['*']],
  '<<': ['arithmetic', ['>>']],
  '>>': ['arithmetic', ['<<']],
  '&': ['arithmetic', ['|']],
  '|': ['arithmetic', ['&']],
  '^': ['arithmetic', ['&']],
  '+=': ['arithmetic', ['-=', '=']],
  '-=': ['arithmetic', ['+=', '=']],
  '*=': ['arithmetic', ['/=']],
  '/=': ['arithmetic', ['*=']],
  '|=': ['arithmetic', ['&=', '=']],
  '&=': ['arithmetic', ['|=', '=']],
  '<<=': ['arithmetic', ['>>=']],
  '>>=': ['arithmetic', ['<<=']],
  '++': ['arithmetic', ['--']],
  '--': ['arithmetic', ['++']],
  '<': ['comparison', ['<=', '>=']],
  '<=': ['comparison', ['<', '>']],
  '>': ['comparison', ['>=', '<=']],
  '>=': ['comparison', ['>', '<']],
  '==': ['comparison', ['!=']],
  '!=': ['comparison', ['==']],
  '&&': ['logic', ['||']],
  '||': ['logic', ['&&']],
}

const yulOperators: Readonly<Record<string, readonly [Fault, readonly string[]]>> = {
  add: ['arithmetic', ['sub']],
  sub: ['arithmetic', ['add']],
  mul: ['arithmetic', ['div']],
  div: ['arithmetic', ['mul']],
  mod: ['arithmetic', ['mul']],
  shl: ['arithmetic', ['shr']],
  shr: ['arithmetic', ['shl']],
  and: ['arithmetic', ['or']],
  or: ['arithmetic', ['and']],
  xor: ['arithmetic', ['and']],
  lt: ['comparison', ['gt']],
  gt: ['comparison', ['lt']],
}

/** Whose dropping changes nothing that could be tested, or cannot be compiled. */
const kept = new Set(['emit', 'assert', 'revert'])

export function mutantsOf(file: string, source: string, tree: SyntaxNode): readonly Mutant[] {
  const spanOf = spansIn(source)
  const mutants: Mutant[] = []
  const add = (fault: Fault, { start, end }: Span, becomes: string): void => {
    const line = source.slice(0, start).split('\n').length
    mutants.push({ file, line, fault, start, end, was: source.slice(start, end), becomes })
  }
  const wordIn = (from: number, to: number, word: string): Span => {
    const start = source.indexOf(word, from)
    if (start < 0 || start + word.length > to) throw new Error(`${file}: no ${word} between ${from} and ${to}`)
    return { start, end: start + word.length }
  }
  const swap = (table: typeof operators, operator: string, place: Span): void => {
    const [fault, others] = table[operator] ?? ['arithmetic', []]
    for (const other of others) add(fault, place, other)
  }
  const whole = (node: SyntaxNode): Span => {
    const { start, end } = spanOf(node)
    return { start, end: source[end] === ';' ? end + 1 : end }
  }

  walk(tree, (node) => {
    switch (node.nodeType) {
      case 'ContractDefinition':
        return node.contractKind !== 'interface'
      // What is dropped there is a different contract, not a fault in one.
      case 'StructDefinition':
      case 'EventDefinition':
      case 'ErrorDefinition':
      case 'ImportDirective':
      case 'PragmaDirective':
      case 'ElementaryTypeName':
      case 'ArrayTypeName':
        return false
      case 'ModifierInvocation':
        if (node.kind === 'modifierInvocation') add('modifier dropped', spanOf(node), '')
        return true
      case 'BinaryOperation': {
        const [left, right] = [childOf(node, 'leftExpression'), childOf(node, 'rightExpression')]
        if (!left || !right) return true
        const operator = textOf(node, 'operator')
        swap(operators, operator, wordIn(spanOf(left).end, spanOf(right).start, operator))
        return true
      }
      case 'Assignment': {
        const [left, right] = [childOf(node, 'leftHandSide'), childOf(node, 'rightHandSide')]
        const operator = textOf(node, 'operator')
        if (left && right && operator !== '=') {
          swap(operators, operator, wordIn(spanOf(left).end, spanOf(right).start, operator))
        }
        return true
      }
      case 'UnaryOperation': {
        const { start, end } = spanOf(node)
        const operator = textOf(node, 'operator')
        if (operator === '!') add('condition', wordIn(start, end, '!'), '')
        else if (operator === '++' || operator === '--') swap(operators, operator, wordIn(start, end, operator))
        return true
      }
      case 'Literal':
        if (node.kind === 'number') shift(node)
        return false
      case 'Conditional': {
        const [yes, no] = [childOf(node, 'trueExpression'), childOf(node, 'falseExpression')]
        if (!yes || !no) return true
        add('condition', spanOf(node), source.slice(spanOf(yes).start, spanOf(yes).end))
        add('condition', spanOf(node), source.slice(spanOf(no).start, spanOf(no).end))
        return true
      }
      case 'IfStatement': {
        const condition = childOf(node, 'condition')
        if (!condition) return true
        add('condition', spanOf(condition), 'true')
        add('condition', spanOf(condition), 'false')
        return true
      }
      case 'ForStatement':
      case 'WhileStatement': {
        const condition = childOf(node, 'condition')
        if (condition) add('condition', spanOf(condition), 'false')
        return true
      }
      case 'Return':
        if (childOf(node, 'expression')) add('value dropped', whole(node), '')
        return true
      case 'VariableDeclarationStatement': {
        const [value, last] = [childOf(node, 'initialValue'), lastDeclared(node)]
        if (value && last) add('value dropped', { start: spanOf(last).end, end: spanOf(value).end }, '')
        return true
      }
      case 'ExpressionStatement': {
        const called = calleeOf(node)
        if (called === 'require') add('check dropped', whole(node), '')
        else if (!kept.has(called)) add('statement dropped', whole(node), '')
        if (called === 'require') negate(node)
        return true
      }
      case 'YulFunctionCall': {
        const name = childOf(node, 'functionName')
        if (name && Object.hasOwn(yulOperators, textOf(name, 'name')))
          swap(yulOperators, textOf(name, 'name'), spanOf(name))
        return true
      }
      case 'YulLiteral':
        if (node.kind === 'number') shift(node)
        return false
      case 'YulAssignment':
        add('statement dropped', spanOf(node), '')
        return true
      case 'YulExpressionStatement':
        add('statement dropped', spanOf(node), '')
        return true
      case 'YulIf': {
        const condition = childOf(node, 'condition')
        if (condition) for (const value of ['1', '0']) add('condition', spanOf(condition), value)
        return true
      }
      default:
        return true
    }
  })
  return mutants.toSorted((a, b) => a.start - b.start || a.end - b.end)

  /** A number's neighbours. */
  function shift(node: SyntaxNode): void {
    const digits = textOf(node, 'value').replaceAll('_', '')
    if (!/^(?:\d+|0x[0-9a-fA-F]+)$/.test(digits)) return
    const value = BigInt(digits)
    const written = (number: bigint): string => (digits.startsWith('0x') ? `0x${number.toString(16)}` : `${number}`)
    const place = numberAt(spanOf(node).start)
    add('bound', place, written(value + 1n))
    if (value > 0n) add('bound', place, written(value - 1n))
  }

  /** Without the unit, as in `1 days`. */
  function numberAt(start: number): Span {
    const digits = /^[0-9a-fA-Fx_]+/.exec(source.slice(start))?.[0] ?? ''
    return { start, end: start + digits.length }
  }

  /** A comparison within is changed on its own account; what is only asked is turned round here. */
  function negate(statement: SyntaxNode): void {
    const call = childOf(statement, 'expression')
    const [condition] = Array.isArray(call?.arguments) ? call.arguments.filter(isNode) : []
    if (condition === undefined || condition.nodeType === 'BinaryOperation') return
    if (condition.nodeType === 'UnaryOperation') return
    const { start, end } = spanOf(condition)
    add('condition', { start, end }, `!(${source.slice(start, end)})`)
  }
}

function calleeOf(statement: SyntaxNode): string {
  const call = childOf(statement, 'expression')
  const callee = call && childOf(call, 'expression')
  return call?.nodeType === 'FunctionCall' && callee?.nodeType === 'Identifier' ? textOf(callee, 'name') : ''
}

/** Of a declaration of one variable, since the parts of a tuple cannot go without their values. */
function lastDeclared(node: SyntaxNode): SyntaxNode | undefined {
  const declared = Array.isArray(node.declarations) ? node.declarations : []
  return declared.length === 1 && isNode(declared[0]) ? declared[0] : undefined
}
