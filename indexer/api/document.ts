import { type DocumentNode, GraphQLError, Kind, Lexer, parse, Source, TokenKind, visit } from 'graphql'
import { limits } from './limits.ts'
import { BadRequest } from './query/badRequest.ts'

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L])
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R])

/** Parses a query within its limits, so that no text exhausts stack, memory or time. */
export function parseDocument(text: string): DocumentNode {
  try {
    checkTokens(text)
    const document = parse(text)
    checkSelections(document)
    return document
  } catch (error) {
    if (error instanceof BadRequest) throw error
    if (!(error instanceof GraphQLError)) throw error
    throw new GraphQLError(error.message, {
      source: error.source,
      positions: error.positions,
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    })
  }
}

/** The parser descends at each bracket, so that they are counted before. */
function checkTokens(text: string): void {
  const lexer = new Lexer(new Source(text))
  let tokens = 0
  let open = 0
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    tokens += 1
    if (OPENING.has(token.kind)) open += 1
    if (CLOSING.has(token.kind)) open -= 1
    if (tokens > limits.tokens.most) {
      throw new BadRequest(
        `The query has more than ${limits.tokens.most} tokens; ask in several requests`,
        'QUERY_TOO_LONG',
      )
    }
    if (open > limits.brackets.most) {
      throw new BadRequest(`The query nests more than ${limits.brackets.most} brackets; nest less`, 'QUERY_TOO_DEEP')
    }
  }
}

/** Validation compares fields of one name with each other. */
function checkSelections(document: DocumentNode): void {
  let selections = 0
  const count = () => {
    selections += 1
    if (selections > limits.selections.most) {
      throw new BadRequest(
        `The query has more than ${limits.selections.most} fields; ask in several requests`,
        'QUERY_TOO_LONG',
      )
    }
  }
  visit(document, { Field: count, FragmentSpread: count, InlineFragment: count })
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operations.length > limits.operations.most) {
    throw new BadRequest(
      `The query has more than ${limits.operations.most} operations; send only the one to run`,
      'QUERY_TOO_LONG',
    )
  }
}
