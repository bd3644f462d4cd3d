import { randomBytes } from 'node:crypto'
import { contributeAct, ensureContribution } from '../pipeline/publish/contribute.ts'
import { ensureCommitment, readItems } from '../pipeline/publish/items.ts'
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
hashes goes on chain. The salts are written to <items.jsonl>.commitment.json: keep that file, and keep it to yourself.
  --dataset <number>   which dataset
${connectionUsage}
${sendUsage}`,
  options: { ...connectionOptions, dataset: { type: 'string' }, send: { type: 'boolean', default: false } },
  async run(values, [path]) {
    if (path === undefined || values.dataset === undefined) throw new UsageError('Name the items and the --dataset.')
    const dataset = wholeNumber('dataset', values.dataset, 1, 2 ** 32 - 1)
    const commitment = ensureCommitment(`${path}.commitment.json`, readItems(path), () => randomBytes(32))
    const connection = await openConnection(values)
    const contributor = openWallet(connection)
    announce(contributor.account.address, contributeAct(connection.contracts, dataset, commitment))
    if (!values.send) return announceDry()
    const { contribution, contributor: account } = await ensureContribution(
      connection,
      contributor,
      dataset,
      commitment,
    )
    process.stdout.write(`Contributed ${contribution} as account ${account}; the curator accepts it next.\n`)
  },
})
