import { StopError } from '../sdk/errors.ts'

/** The address of an index, without what its GraphQL adds to it. */
export function apiAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/(graphql)?\/?$/, '')
  throw new StopError(`"${text}" is no address of an index`, {}, 'Give --api one such as http://127.0.0.1:4000.')
}
