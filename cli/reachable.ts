/** Whether others can fetch what an address names: a registration cannot be changed, so an address that only this machine reaches would stay in it. */
import { BlockList, isIP } from 'node:net'
import { StopError } from '../sdk/errors.ts'

/** RFC 6890: this machine, private networks, and what no router passes on. */
const PRIVATE: readonly (readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
]
const privateNetworks = new BlockList()
for (const subnet of PRIVATE) privateNetworks.addSubnet(...subnet)

const NAMES = /^[^.]+$|\.(localhost|local|internal|lan|home|test|invalid|home\.arpa)$/

/** Why nobody elsewhere can fetch from `uri`; undefined where somebody may. */
export function unreachable(uri: string): string | undefined {
  if (!URL.canParse(uri)) return 'it is no address'
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'file:') return 'it is a file of this machine'
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const family = isIP(host)
  if (family === 0) return NAMES.test(host) ? `${host} means something else elsewhere` : undefined
  return privateNetworks.check(host, family === 6 ? 'ipv6' : 'ipv4')
    ? `${host} is reached from this machine or network alone`
    : undefined
}

/** @param name How it was given: an option, or a field of a file. */
export function requireReachable(name: string, uri: string, isLocal: boolean | undefined): void {
  if (isLocal) return
  const why = unreachable(uri)
  if (why === undefined) return
  throw new StopError(
    `${name} would be registered for good as ${uri}, and ${why}`,
    {},
    'Give an address that others reach, or add --local on a chain of your own.',
  )
}
