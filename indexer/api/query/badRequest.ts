import { GraphQLError } from 'graphql'

/** Errors that a caller is told about, each with a code to act on. Whatever is none of these is masked. */

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
