import { verifications } from '../chain/verify/verification.ts'
import { StopError } from '../sdk/errors.ts'
import { readDeployment } from '../sdk/node/readDeployment.ts'
import { logFormats } from './operate/log.ts'
import { isOn, oneOf, optional, required, type Setting, wholeNumber } from './operate/settings.ts'
import type { DatabaseLocation } from './store/database.ts'
import { isDatabaseUrl } from './store/databaseUrl.ts'

/** All settings of the indexer. Each command takes those that it needs. */
export const settings = {
  deployment: {
    value: '<file>',
    help: 'deployments/<name>.json',
    read: required(readDeployment),
  },
  rpc: {
    value: '<url>',
    isList: true,
    help: 'a node of that chain; several, each with --rpc or with commas between, stand in for each other',
    read: required(list),
  },
  ws: {
    value: '<url>',
    isList: true,
    help: 'where such nodes announce new blocks by WebSocket; without, or while it is cut, they are polled',
    read: optional(list),
  },
  verify: {
    value: '<how much>',
    byDefault: 'receipts',
    help: "receipts: nothing is stored that the block hashes do not prove; bloom: hidden and invented logs are noticed where the bloom filters show it; off: a node's logs are taken as they come. Journals are checked always",
    read: required(oneOf(verifications)),
  },
  finality: {
    value: '<finalized|n>',
    byDefault: 'finalized',
    help: 'how far back a reorg may reach: to the block that the node calls finalized (64 blocks where it calls none so), or n blocks',
    read: required(finality),
  },
  transfers: { help: "follow the OPEN token's transfers as well", read: isOn },
  database: {
    value: '<where>',
    env: 'DATABASE_URL',
    byDefault: 'var/indexer',
    help: 'a folder, or a postgres:// URL',
    read: required(locate),
  },
  schema: {
    value: '<name>',
    help: "the database's schema that readers see; the deployment's name where none is given",
    read: optional(same),
  },
  host: { value: '<address>', byDefault: '127.0.0.1', help: 'on which address the API listens', read: required(same) },
  port: {
    value: '<number>',
    byDefault: '4000',
    help: 'on which port, 0 for any free one',
    read: required(wholeNumber(0, 65_535)),
  },
  blobs: {
    value: '<where>',
    help: 'files by their keccak256, for /blobs/<hash> and for explanations by rows: a folder, or an http address that they lie under',
    read: optional(same),
  },
  readers: {
    value: '<n>',
    byDefault: '2',
    help: 'how many processes answer; 0 answers in the process that writes, for trying things out',
    read: required(wholeNumber(0, 64)),
  },
  rateLimit: {
    value: '<n>',
    byDefault: '100',
    help: 'how many requests a second one client may ask, 0 for any number; costly ones count as several',
    read: required(wholeNumber(0, 1_000_000)),
  },
  trustProxy: {
    value: '<hops>',
    byDefault: '0',
    help: 'how many proxies of yours stand in front: the client is whom the outermost says it is, by Forwarded or X-Forwarded-For',
    read: required(wholeNumber(0, 10)),
  },
  publicRpc: {
    value: '<url>',
    help: 'a node that viewers of the page may ask, never one whose address holds a key; without it they ask their wallet or their own',
    read: optional(httpUrl),
  },
  relay: {
    value: '<url>',
    help: 'a relayer that sends claims which viewers of the page sign',
    read: optional(httpUrl),
  },
  gateway: {
    value: '<url>',
    help: 'a gateway whose models viewers of the page may try for pay; without it the page offers no trial',
    read: optional(httpUrl),
  },
  noGraphiql: { help: 'shows no GraphiQL to browsers', read: isOn },
  pollMs: {
    value: '<n>',
    help: 'how often to look for new blocks, in milliseconds; as often as the chain makes them where none is given',
    read: optional(wholeNumber(10, 3_600_000)),
  },
  maxRange: {
    value: '<n>',
    byDefault: '500',
    help: 'how many blocks to ask for at once',
    read: required(wholeNumber(1, 10_000)),
  },
  rpcRate: {
    value: '<calls/s>',
    help: 'the most calls a second to each node, those of a batch counted; found out where none is given',
    read: optional(wholeNumber(1, 1_000_000)),
  },
  rpcTimeoutMs: {
    value: '<n>',
    byDefault: '20000',
    help: "how long to wait for a node's answer",
    read: required(wholeNumber(100, 600_000)),
  },
  log: {
    value: '<text|json>',
    byDefault: 'text',
    help: 'lines for people, or one JSON object a line',
    read: required(oneOf(logFormats)),
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

function same(text: string): string {
  return text
}

function httpUrl(text: string, name: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text
  throw new StopError(`${name} is "${text}"`, {}, 'Give an http or https address.')
}

function list(text: string): readonly string[] {
  return text.split(',')
}

function locate(where: string): DatabaseLocation {
  const text = where.trim()
  return isDatabaseUrl(text) ? { kind: 'postgres', url: text } : { kind: 'embedded', folder: where }
}

/** A depth in blocks; undefined for the node's tag. */
function finality(text: string, name: string): number | undefined {
  if (text === 'finalized') return undefined
  if (/^\d+$/.test(text)) return wholeNumber(1, 1_000_000)(text, name)
  throw new StopError(`${name} is "${text}"`, {}, 'Give finalized, or a number of blocks.')
}
