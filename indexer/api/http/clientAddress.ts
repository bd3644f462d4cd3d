import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'

/**
 * Who asks: the address that limits count by. Behind `hops` proxies of one's own, it is the address
 * that the outermost of them saw; what stands before that in the headers, the client itself may
 * have written.
 */
export function clientAddress({ headers, socket }: IncomingMessage, hops: number): string {
  const peer = socket.remoteAddress ?? 'unknown'
  if (hops === 0) return networkOf(peer)
  const chain = [...forwardedFor(headers), peer]
  return networkOf(chain[Math.max(0, chain.length - 1 - hops)] ?? peer)
}

/** `Forwarded` (RFC 7239), or else `X-Forwarded-For`: client first, each proxy appends its peer. */
function forwardedFor(headers: IncomingMessage['headers']): readonly string[] {
  const { forwarded } = headers
  if (typeof forwarded === 'string') {
    return [...forwarded.matchAll(/(?:^|[;,\s])for=("[^"]*"|[^;,\s]*)/gi)].map(([, value]) => plain(value ?? ''))
  }
  const listed = headers['x-forwarded-for']
  const text = Array.isArray(listed) ? listed.join(',') : (listed ?? '')
  return text === '' ? [] : text.split(',').map((value) => plain(value.trim()))
}

/** Without quotes, brackets and port. */
function plain(value: string): string {
  const unquoted = value.replaceAll('"', '')
  const bracketed = /^\[([^\]]*)\]/.exec(unquoted)?.[1]
  if (bracketed !== undefined) return bracketed
  return isIPv6(unquoted) ? unquoted : unquoted.replace(/:\d+$/, '')
}

/** One client holds at least 2^64 addresses of IPv6, and only one of IPv4. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return 'unknown'
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - after.length }, () => '0')
  const first = [...groups, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}
