import { StopError } from '../../sdk/errors.ts'

// User and password come before the only "@". Nothing of a URL is ever printed but host, port and
// database, and those only where it is certain that they are not a part of the password.

const SCHEME = /^postgres(ql)?:\/\//i
/** What is meant for a server, and is no folder: a URL of any kind, or a list of key=value. */
const LIKE_A_URL = /:\/\/|^\W*postgres(ql)?:|\b(host|user|password|dbname)=|^[^/]*:[^/]*@/i
const ESCAPES = 'Write @ in a password as %40, / as %2F, # as %23, ? as %3F and % as %25.'
const EXAMPLE = 'Give one like postgres://user:password@host:5432/database.'

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey']

/** Whether it is the URL of a server. Throws on what is meant as one and cannot be. */
export function isDatabaseUrl(where: string): boolean {
  if (!LIKE_A_URL.test(where)) return false
  checkDatabaseUrl(where)
  return true
}

/** Throws on a URL that cannot be read, in words that hold nothing of it. */
export function checkDatabaseUrl(url: string): void {
  if (!SCHEME.test(url)) throw unreadable('it does not begin with postgres://', EXAMPLE)
  const rest = url.replace(SCHEME, '')
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? ''
  const isEscaped = rest.split('@').length <= (authority.includes('@') ? 2 : 1) && !rest.includes('#')
  if (!isEscaped || /%(?![0-9a-f]{2})/i.test(rest)) {
    throw unreadable('a character of its user, its password or its options is not escaped', ESCAPES)
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined) throw unreadable('it has no single host and port', EXAMPLE)
  const hasHost = parsed.hostname !== '' || parsed.searchParams.has('host')
  if (!hasHost) throw unreadable('it names no host', EXAMPLE)
  const mode = parsed.searchParams.get('sslmode')
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw unreadable('it has no known sslmode', `Give one of ${SSL_MODES.slice(0, -1).join(', ')}.`)
  }
  if (mode === 'verify-ca' && !parsed.searchParams.has('sslrootcert')) {
    throw unreadable('sslmode=verify-ca needs an authority', 'Add sslrootcert=<file>, or write sslmode=verify-full.')
  }
}

/** The URL as the driver reads sslmode in the way that PostgreSQL's own programs do. */
export function driverUrl(url: string): string {
  const parsed = new URL(url)
  const options = parsed.searchParams
  if (options.get('sslrootcert') === 'system') options.delete('sslrootcert')
  if (options.get('sslmode') === 'allow') options.set('sslmode', 'prefer')
  const isOurs = options.has('sslmode') && options.get('sslmode') !== 'no-verify' && !options.has('uselibpqcompat')
  if (isOurs) options.set('uselibpqcompat', 'true')
  return parsed.href
}

/** Host, port and database, for people. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}

export function databaseNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres'
}

/** The files that a URL names for TLS, by the option that names each. */
export function sslFilesOf(url: string): readonly (readonly [string, string])[] {
  const { searchParams } = new URL(url)
  return SSL_FILES.flatMap((name) => {
    const file = searchParams.get(name)
    return file === null || file === 'system' ? [] : [[name, file] as const]
  })
}

/**
 * A message of the server without the user's name, which it may repeat in its own language and
 * quotes, and without the password.
 */
export function withoutUser(message: string, url: string): string {
  const { username, password, searchParams } = new URL(url)
  const secrets = [username, password, searchParams.get('user') ?? '', searchParams.get('password') ?? '']
  return secrets
    .flatMap((secret) => [secret, decoded(secret)])
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(alone(secret), '…'), message)
}

/** The text where it is no part of a longer word. */
function alone(text: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_])${RegExp.escape(text)}(?![\\p{L}\\p{N}_])`, 'gu')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unreadable(why: string, remedy: string): StopError {
  return new StopError(`The database's URL cannot be read: ${why}`, {}, remedy)
}
