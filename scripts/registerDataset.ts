import { ensureDataset, findDataset, registerAct } from '../pipeline/publish/dataset.ts'
import { readDatasetTerms } from '../pipeline/publish/datasetTerms.ts'
import { runCommand, UsageError } from './command.ts'
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
  usage: `npm run register-dataset -- <folder> [options]
Registers a dataset; the signer becomes its curator. The folder holds dataset.json ({"licence", "metadataURI"}), TERMS.md
(what contributors agree to) and README.md (the dataset card).
${connectionUsage}
${sendUsage}`,
  options: { ...connectionOptions, send: { type: 'boolean', default: false } },
  async run(values, [folder]) {
    if (folder === undefined) throw new UsageError('Name the folder of the dataset.')
    const terms = readDatasetTerms(folder)
    const connection = await openConnection(values)
    const curator = openWallet(connection)
    const found = await findDataset(connection, curator.account.address, terms)
    if (found !== undefined) {
      process.stdout.write(`This is dataset ${found} already.\n`)
      return
    }
    announce(curator.account.address, registerAct(connection.contracts, terms))
    if (!values.send) return announceDry()
    process.stdout.write(`Registered dataset ${await ensureDataset(connection, curator, terms)}.\n`)
  },
})
