/** A server of the Model Context Protocol (modelcontextprotocol.io, 2025-11-25): an assistant asks the ledger, and changes nothing. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import * as z from 'zod'
import { explain, isExplained } from '../../sdk/errors.ts'
import { askApi } from '../askApi.ts'
import { type Answer, type Prove, proofs } from './proofs.ts'
import { questions } from './questions.ts'

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }
const INSTRUCTIONS = `The attribution ledger records paid answers of AI models on chain, and pays the people whose data moved them.
Ask what an address earned, who made a model, what moved an answer. Amounts end in Gwei: 10^9 gwei-OPEN are one OPEN. Answers name the
block that they are of. Tools that start with prove_ believe no index: they check a node's proofs against a block hash that the user trusts.`

/** Of a type: its fields and arguments, or the values of an enum. */
const TYPE = `query ($name: String!) { __type(name: $name) { kind name description
  fields { name description type { ...T } args { name description type { ...T } } }
  inputFields { name description type { ...T } } enumValues { name description } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`

export interface McpOptions {
  readonly version: string
  /** The address of an indexer's API. */
  readonly api: string
  /** Undefined where no node is set. */
  readonly prove: Prove | undefined
}

const anything = z.record(z.string(), z.unknown())

export function mcpServer({ version, api, prove }: McpOptions): McpServer {
  const server = new McpServer({ name: 'attribution-ledger', version }, { instructions: INSTRUCTIONS })
  const register = (name: string, title: string, description: string, input: z.ZodRawShape, run: Run): void => {
    server.registerTool(
      name,
      { title, description, inputSchema: input, annotations: { title, ...READ_ONLY } },
      (args) => resultOf(run, args as Record<string, unknown>),
    )
  }
  for (const [name, { title, description, input, query }] of Object.entries(questions))
    register(name, title, description, input, (args) => askApi(api, query, anything, args))
  register(
    'graphql',
    'Ask anything over GraphQL',
    'A read-only GraphQL query to the index, for what no other tool answers. graphql_type describes the types; Query is where to start.',
    { query: z.string().min(1).max(16_000), variables: z.record(z.string(), z.unknown()).optional() },
    (args) => askApi(api, `${args.query}`, anything, args.variables as Answer | undefined),
  )
  register(
    'graphql_type',
    'Describe a type of the GraphQL schema',
    'Fields, arguments and values of one type, such as Query, Inference or BookWhere.',
    { name: z.string().min(1).max(100).default('Query') },
    (args) => askApi(api, TYPE, anything, args),
  )
  if (prove !== undefined)
    for (const [name, { title, description, input, run }] of Object.entries(proofs))
      register(name, title, description, input, (args) => run(prove, args))
  return server
}

type Run = (args: Readonly<Record<string, unknown>>) => Promise<Answer>

/** The assistant gets the error as an answer, so that it can mend its question. */
async function resultOf(run: Run, args: Readonly<Record<string, unknown>>): Promise<CallToolResult> {
  try {
    const text = JSON.stringify(await run(args), (_, value) => (typeof value === 'bigint' ? `${value}` : value))
    return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) }
  } catch (error) {
    const text = isExplained(error) ? explain(error) : error instanceof Error ? error.message : String(error)
    return { isError: true, content: [{ type: 'text', text }] }
  }
}
