import { RetryError, StopError } from '../../sdk/errors.ts'
import { databaseNameOf, placeOf, withoutUser } from './databaseUrl.ts'

/** Why a server lets nobody in, and what to do about it. `name` is that of the database. */
interface Refusal {
  /** Matches an SQLSTATE or a code of the system, with the message after it. */
  readonly matches: RegExp
  readonly what: string
  readonly remedy: (name: string) => string
}

/** The first match counts. */
const refusals: readonly Refusal[] = [
  {
    matches: /no pg_hba\.conf entry.*(SSL off|no encryption)|\b(SSL|TLS)\b[^.]*\brequired|requires? (SSL|TLS)/i,
    what: 'takes encrypted connections only',
    remedy: () =>
      'Add ?sslmode=verify-full to the URL, with &sslrootcert=<file> where its authority is a private one; sslmode=require encrypts without checking who answers.',
  },
  {
    matches: /does not support SSL/i,
    what: 'does not encrypt connections',
    remedy: () =>
      'Turn on ssl there; or write ?sslmode=disable in the URL, if nobody else is on the network between them.',
  },
  {
    matches: /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(GET|VERIFY)|CERT_|ERR_TLS_CERT)|certificate/i,
    what: 'shows a certificate that is not trusted',
    remedy: () =>
      "Add &sslrootcert=<file of its authority> to the URL, and use the host's name in the certificate; sslmode=require encrypts without checking who answers.",
  },
  {
    matches: /^3D000 /,
    what: 'does not exist',
    remedy: (name) => `Create it: create database "${name}" encoding 'UTF8' template template0.`,
  },
  {
    matches: /^42501 |permission denied for database/,
    what: 'lets the user of its URL not connect',
    remedy: (name) => `Let its owner run: grant connect, create on database "${name}" to that user.`,
  },
  {
    matches: /SASL.*password must be|no password supplied|empty password/i,
    what: 'wants a password, and its URL has none',
    remedy: () => 'Write it into the URL, postgres://user:password@host/database, or set PGPASSWORD.',
  },
  {
    matches: /^28/,
    what: 'refuses the user and password of its URL',
    remedy: () =>
      'Check both, and that pg_hba.conf lets this machine in: some servers take encrypted connections only (?sslmode=verify-full). In a URL, @ is written %40, and / %2F.',
  },
]

/** Why a database cannot be opened: a refusal that stays, or something that may pass. */
export function openingError(url: string, cause: unknown): RetryError | StopError {
  if (cause instanceof RetryError || cause instanceof StopError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message || code || cause.name : String(cause)
  const reason = withoutUser(message, url)
  const known = refusals.find(({ matches }) => matches.test(`${code} ${message}`))
  if (known !== undefined) {
    return new StopError(
      `The database ${placeOf(url)} ${known.what}`,
      { reason },
      known.remedy(databaseNameOf(url)),
      cause,
    )
  }
  return new RetryError(
    `The database ${placeOf(url)} cannot be opened`,
    { reason },
    'Check that PostgreSQL runs there, and host, port and database name in the URL.',
    cause,
  )
}
