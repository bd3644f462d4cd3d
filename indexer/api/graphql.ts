import {
  type DocumentNode,
  type ExecutionArgs,
  execute as executeFields,
  GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
  specifiedRules,
  ValuesOfCorrectTypeRule,
} from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import { type Cost, costOf } from './cost.ts'
import { parseDocument } from './document.ts'
import type { GraphQLParams } from './http/requestParams.ts'
import { weighted } from './http/weighted.ts'
import { limits } from './limits.ts'
import type { Subscriber } from './live/changes.ts'
import { type ReportFailure, shownError } from './maskErrors.ts'
import { ValuesOfCorrectTypeNamed } from './namedValues.ts'
import type { Head } from './query/asOf.ts'
import { BadRequest } from './query/badRequest.ts'
import { type Context, contextOf, type Sources } from './query/context.ts'
import { schema } from './schema/schema.ts'
import { onOneBranch, snapshotIsolation } from './snapshotIsolation.ts'

export type Operation = GraphQLParams & { readonly query: string }

export interface Result {
  /** Absent if the request was refused before it was executed. */
  readonly data?: unknown
  readonly errors?: readonly GraphQLError[]
}

/** Executes GraphQL, each operation on one history. */
export interface Engine {
  /** Whether a query was prepared lately, so that it need not be parsed and checked again. */
  knows(query: string): boolean
  /** Throws a GraphQL error, or an `AggregateError` of some, if the operation is refused. */
  prepare(operation: Operation): Prepared
}

/** An operation that is valid and within its limits. */
export interface Prepared {
  readonly cost: Cost
  /** Then each execution gives its next message. */
  readonly isSubscription: boolean
  /**
   * @param signal Aborts when nobody waits for the answer any more.
   * @param from The head to answer from, or who gets the message of a subscription.
   */
  execute(
    signal: AbortSignal,
    from?: { readonly head?: Head | undefined; readonly subscriber?: Subscriber },
  ): Promise<Result>
}

/** Characters of the queries kept parsed; each takes some hundred bytes parsed. */
const DOCUMENT_CHARACTERS = 300_000

export function graphqlEngine(sources: (signal: AbortSignal) => Promise<Sources>, report: ReportFailure): Engine {
  const documents = weighted<DocumentNode>({
    most: DOCUMENT_CHARACTERS,
    count: limits.documents.most,
    weigh: (text) => text.length,
  })
  const yoga = createYoga<object, Context>({
    schema,
    context: async (incoming) => {
      const { signal, head } = incoming as unknown as Incoming
      return contextOf({ ...(await sources(signal)), head })
    },
    plugins: [withinLimits, snapshotIsolation],
    maskedErrors: false,
    logging: false,
    parserAndValidationCache: { documentCache: documents, errorCache: weighted({ most: 1, count: 0, weigh: () => 1 }) },
  })
  const shown = ({ data, errors }: Result): Result => ({
    ...(data !== undefined && { data }),
    ...(errors !== undefined && { errors: errors.map((error) => shownError(error, report)) }),
  })
  return {
    knows: (query) => documents.get(query) !== undefined,
    prepare: ({ query, variables = {}, operationName }) => {
      const incoming: Partial<Incoming> = {}
      const { parse, validate, contextFactory, execute } = yoga.getEnveloped(incoming)
      const document = parse(query)
      const errors: readonly GraphQLError[] = validate(schema, document)
      if (errors.length > 0) throw new AggregateError(errors.map(invalid))
      const isSubscription = operationOf(document, operationName).operation === 'subscription'
      // The executor of queries would subscribe; a message is the answer as of a head, like any other.
      const answer = isSubscription ? onOneBranch(executeFields) : execute
      return {
        cost: costOf(schema, document, operationName, variables),
        isSubscription,
        execute: async (signal, { head, subscriber } = {}) => {
          Object.assign(incoming, { signal, head })
          try {
            const contextValue = await contextFactory()
            const args = { schema, document, contextValue, variableValues: variables, operationName, signal }
            return shown(await answer({ ...args, rootValue: subscriber } as ExecutionArgs))
          } catch (error) {
            signal.throwIfAborted()
            return shown({ errors: error instanceof AggregateError ? error.errors : [error as GraphQLError] })
          }
        },
      }
    },
  }
}

/** What the context is made from. */
interface Incoming {
  readonly signal: AbortSignal
  readonly head?: Head | undefined
}

/** Which operation is meant. */
function operationOf(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName)
  if (operation != null) return operation
  const argument = 'operationName'
  throw operationName === undefined
    ? new BadRequest('The query has several operations; name one by operationName', 'BAD_REQUEST', { argument })
    : new BadRequest(`The query has no operation ${operationName.slice(0, 100)}; name one of its own`, 'BAD_REQUEST', {
        argument,
      })
}

function invalid(error: GraphQLError): GraphQLError {
  const { message, nodes, source, positions, extensions } = error
  const code = typeof extensions.code === 'string' ? extensions.code : 'GRAPHQL_VALIDATION_FAILED'
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { ...extensions, code },
  })
}

const rules = specifiedRules.map((rule) => (rule === ValuesOfCorrectTypeRule ? ValuesOfCorrectTypeNamed : rule))

/** Bounds what is parsed, and names what is not valid. */
const withinLimits: Plugin<Context> = {
  onParse: ({ setParseFn }) => setParseFn((source: unknown) => parseDocument(String(source))),
  onValidate: ({ setValidationFn, validateFn }) =>
    setValidationFn((of: typeof schema, document: DocumentNode) => validateFn(of, document, rules)),
}
