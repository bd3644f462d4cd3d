import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Hex, keccak256 } from 'viem'
import { contributeAct, ensureContribution, termsOf } from '../pipeline/publish/contribute.ts'
import { ensureCommitment, readItems } from '../pipeline/publish/items.ts'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import {
  announce,
  announceDry,
  connectionOptions,
  connectionUsage,
  openConnection,
  openWallet,
  sendUsage,
} from './connection.ts'

await runCommand({
  usage: `npm run contribute -- <items.jsonl> --dataset <number> [options]
Contributes items, one {"label", "text"} a line, to a dataset, from the contributor's own wallet. Only a Merkle root of salted
hashes goes on chain. The salts are written to <items.jsonl>.commitment.json: keep that file, and keep it to yourself. Whoever
contributes agrees to the dataset's terms, whose hash goes along.
  --dataset <number>   which dataset
  --terms <file>       its terms as you read them: refused where the dataset has others
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    dataset: { type: 'string' },
    terms: { type: 'string' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [path]) {
    if (path === undefined || values.dataset === undefined) throw new UsageError('Name the items and the --dataset.')
    const dataset = wholeNumber('dataset', values.dataset, 1, 2 ** 32 - 1)
    const commitment = ensureCommitment(`${path}.commitment.json`, readItems(path), () => randomBytes(32))
    const connection = await openConnection(values)
    const contributor = openWallet(connection)
    const termsHash = await termsOf(connection, dataset)
    if (values.terms !== undefined) requireTerms(values.terms, termsHash)
    announce(contributor.account.address, contributeAct(connection.contracts, dataset, termsHash, commitment))
    if (!values.send) return announceDry()
    const { contribution, contributor: account } = await ensureContribution(
      connection,
      contributor,
      dataset,
      commitment,
      termsHash,
    )
    process.stdout.write(`Contributed ${contribution} as account ${account}; the curator accepts it next.\n`)
  },
})

function requireTerms(path: string, expected: Hex): void {
  let terms: Uint8Array
  try {
    terms = readFileSync(path)
  } catch (cause) {
    throw new StopError(`${path} cannot be read`, {}, 'Name the file of the terms.', cause)
  }
  const found = keccak256(terms)
  if (found === expected) return
  throw new StopError(
    `${path} holds other terms than the dataset’s`,
    { expected, found },
    'Read the terms that the curator published, and contribute only if you agree to them.',
  )
}
