import { parseArgs } from 'node:util'
import { readDeployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'
import type { IndexerOptions } from './start.ts'
import type { DatabaseLocation } from './store/database.ts'
import { type Verification, verifications } from './sync/verify/verification.ts'

export const usage = `Follows the ledger's contracts and answers GraphQL over their history.

  npm run indexer -- --deployment <file> --rpc <url> [options]

  --deployment <file>     deployments/<name>.json                       (DEPLOYMENT)
  --rpc <url>             a node of that chain; several, each with --rpc or with commas between, stand in for
                          each other                                    (RPC_URL)
  --verify <how much>     receipts: nothing is stored that the block hashes do not prove; bloom: hidden and
                          invented logs are noticed where the bloom filters show it; off: a node's logs are
                          taken as they come. Journals are checked always (VERIFY; receipts)
  --rpc-timeout-ms <n>    how long to wait for a node's answer          (RPC_TIMEOUT_MS; 20000)
  --database <where>      a folder, or a postgres:// URL                (DATABASE_URL; var/indexer)
  --port <number>         where the API listens, 0 for any free port    (PORT; 4000)
  --host <address>        on which address                              (HOST; 127.0.0.1)
  --blobs <folder>        files for /blobs/<hash>                       (BLOBS)
  --finality-depth <n>    how many blocks back a reorg may reach        (FINALITY_DEPTH; 64)
  --poll-ms <n>           how often to look for new blocks              (POLL_MS; 250)
  --max-range <n>         how many blocks to ask for at once            (MAX_RANGE; 500)
`

const options = {
  deployment: { type: 'string' },
  rpc: { type: 'string', multiple: true },
  verify: { type: 'string' },
  'rpc-timeout-ms': { type: 'string' },
  database: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  blobs: { type: 'string' },
  'finality-depth': { type: 'string' },
  'poll-ms': { type: 'string' },
  'max-range': { type: 'string' },
  help: { type: 'boolean' },
} as const

/** What the command was asked to do, or 'help'. Options come before the environment, and that before defaults. */
export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): IndexerOptions | 'help' {
  const given = parse(args)
  if (given.help === true) return 'help'
  const blobsFolder = given.blobs ?? env.BLOBS
  return {
    deployment: readDeployment(required('--deployment', given.deployment ?? env.DEPLOYMENT)),
    rpcUrls: required('--rpc', given.rpc?.join(',') ?? env.RPC_URL).split(','),
    verify: verification(given.verify ?? env.VERIFY ?? 'receipts'),
    rpcTimeoutMs: count('--rpc-timeout-ms', given['rpc-timeout-ms'] ?? env.RPC_TIMEOUT_MS ?? '20000', 100, 600_000),
    database: locate(given.database ?? env.DATABASE_URL ?? 'var/indexer'),
    host: given.host ?? env.HOST ?? '127.0.0.1',
    port: count('--port', given.port ?? env.PORT ?? '4000', 0, 65_535),
    finalityDepth: count('--finality-depth', given['finality-depth'] ?? env.FINALITY_DEPTH ?? '64', 1, 1_000_000),
    pollMs: count('--poll-ms', given['poll-ms'] ?? env.POLL_MS ?? '250', 10, 3_600_000),
    maxRange: count('--max-range', given['max-range'] ?? env.MAX_RANGE ?? '500', 1, 10_000),
    ...(blobsFolder !== undefined && { blobsFolder }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (cause) {
    const what = cause instanceof Error ? cause.message.split('. ')[0] : String(cause)
    throw new StopError(`The command was not understood: ${what}`, {}, 'Run it with --help to see its options.', cause)
  }
}

function required(option: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  throw new StopError(`The indexer needs ${option}`, {}, 'Run it with --help to see its options.')
}

function verification(text: string): Verification {
  const found = verifications.find((one) => one === text)
  if (found !== undefined) return found
  throw new StopError(`--verify is "${text}"`, {}, `Give one of ${verifications.join(', ')}.`)
}

function count(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new StopError(`${option} is "${text}"`, { least, most }, 'Give a whole number between these.')
}

function locate(where: string): DatabaseLocation {
  return /^postgres(ql)?:\/\//.test(where) ? { kind: 'postgres', url: where } : { kind: 'embedded', folder: where }
}
