import { GraphQLError } from 'graphql'

/** Errors that callers see, each with a code. All others are masked. */

export type ErrorCode =
  | 'BAD_REQUEST'
  | 'BAD_CURSOR'
  | 'BLOCK_NOT_INDEXED'
  | 'NOT_READY'
  | 'REORGED'
  | 'QUERY_TOO_DEEP'
  | 'QUERY_TOO_COSTLY'
  | 'TOO_MANY_ALIASES'

export class BadRequest extends GraphQLError {
  constructor(message: string, code: ErrorCode = 'BAD_REQUEST') {
    super(message, { extensions: { code } })
  }
}
