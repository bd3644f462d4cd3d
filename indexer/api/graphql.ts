import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import { createYoga, maskError, type Plugin } from 'graphql-yoga'
import { checkLimits, type Limits } from './limits.ts'
import { BadRequest } from './query/badRequest.ts'
import { type Context, contextOf, type Sources } from './query/context.ts'
import { schema } from './schema/schema.ts'
import { snapshotIsolation } from './snapshotIsolation.ts'

const WELCOME = `# The accounts that earned most, and what for.
{
  _meta { block lag time }
  accounts(orderBy: earnedGwei, orderDirection: desc, limit: 5) {
    items { id payout contributorGwei operatorGwei earnedGwei claimableGwei }
    totalCount
  }
}
`

/** Serves GraphQL at /graphql, each request from one history. */
export function graphqlHandler(sources: () => Promise<Sources>, limits: Limits, report: (error: unknown) => void) {
  return createYoga<object, Context>({
    schema,
    context: async () => contextOf(await sources()),
    plugins: [limited(limits), snapshotIsolation],
    maskedErrors: {
      errorMessage: 'Something went wrong here; it has been logged.',
      maskError: (error, message) => {
        const shown = maskError(error, message, false)
        if (shown !== error) report(error)
        return shown
      },
    },
    // The server sets CORS headers for every path.
    cors: false,
    graphiql: { title: 'Attribution ledger', defaultQuery: WELCOME },
    renderGraphiQL,
    landingPage: false,
    logging: false,
    multipart: false,
    maxRequestBodySize: 100_000,
  })
}

function limited(limits: Limits): Plugin {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      try {
        checkLimits(args.schema, args.document, args.operationName, args.variableValues ?? {}, limits)
      } catch (error) {
        if (!(error instanceof BadRequest)) throw error
        setResultAndStopExecution({ errors: [error] })
      }
    },
  }
}
