import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  type ValidationContext,
  type ValueNode,
  ValuesOfCorrectTypeRule,
} from 'graphql'

/**
 * GraphQL's own rule for literals, whose errors name the argument: `where.feeGwei_gt` and not only
 * a line and a column.
 */
export function ValuesOfCorrectTypeNamed(context: ValidationContext): ASTVisitor {
  const path: string[] = []
  const named = Object.create(context, {
    reportError: {
      value: (error: GraphQLError) => {
        const argument = path.join('.')
        const { message, nodes } = error
        context.reportError(
          new GraphQLError(argument === '' ? message : `${argument}: ${message}`, {
            ...(nodes !== undefined && { nodes }),
            extensions: { code: 'BAD_REQUEST', ...(argument !== '' && { argument }), ...error.extensions },
          }),
        )
      },
    },
  }) as ValidationContext
  const inner = ValuesOfCorrectTypeRule(named) as Record<string, (node: unknown) => unknown>
  const check = (kind: Kind, node: ValueNode) => {
    if (node.kind !== Kind.STRING || !node.value.includes('\0')) return enter(kind, node)
    named.reportError(new GraphQLError('The text holds a NUL character; no text here does', { nodes: node }))
  }
  const enter = (kind: string, node: unknown) => inner[kind]?.(node)
  return {
    Argument: { enter: ({ name }) => void path.push(name.value), leave: () => void path.pop() },
    ObjectField: {
      enter: (node) => {
        path.push(node.name.value)
        return enter('ObjectField', node) as undefined
      },
      leave: () => void path.pop(),
    },
    VariableDefinition: {
      enter: ({ variable }) => void path.push(`$${variable.name.value}`),
      leave: () => void path.pop(),
    },
    ...Object.fromEntries(PASSED.map((kind) => [kind, (node: ValueNode) => check(kind, node)])),
  }
}

const PASSED = [Kind.LIST, Kind.OBJECT, Kind.NULL, Kind.ENUM, Kind.INT, Kind.FLOAT, Kind.BOOLEAN, Kind.STRING] as const
