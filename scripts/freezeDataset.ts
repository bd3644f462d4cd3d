import { type Hex, isHex } from 'viem'
import { acceptActs, ensureVersion, freezeAct, unaccepted } from '../pipeline/publish/dataset.ts'
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
  usage: `npm run freeze-dataset -- <contribution …> --dataset <number> [options]
Accepts contributions in the order given (it decides which of two near-copies is kept) and freezes a version of the dataset.
  --dataset <number>   which dataset
${connectionUsage}
${sendUsage}`,
  options: { ...connectionOptions, dataset: { type: 'string' }, send: { type: 'boolean', default: false } },
  async run(values, positionals) {
    if (values.dataset === undefined) throw new UsageError('Name the --dataset.')
    const dataset = wholeNumber('dataset', values.dataset, 1, 2 ** 32 - 1)
    const contributions = positionals.map((text): Hex => {
      if (isHex(text) && text.length === 66) return text
      throw new UsageError(`"${text}" is not a contribution: it takes 0x and 64 hex digits.`)
    })
    if (contributions.length === 0) throw new UsageError('Name the contributions to accept.')
    const connection = await openConnection(values)
    const curator = openWallet(connection)
    const waiting = await unaccepted(connection, contributions)
    for (const call of acceptActs(connection.contracts, waiting)) announce(curator.account.address, call)
    announce(curator.account.address, freezeAct(connection.contracts, dataset))
    if (!values.send) return announceDry()
    const version = await ensureVersion(connection, curator, dataset, contributions)
    process.stdout.write(`Version ${version} holds ${contributions.length} contributions.\n`)
  },
})
