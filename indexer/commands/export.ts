import { settings } from '../commandLine.ts'
import { command } from '../operate/command.ts'
import { blockNumber, oneOf, optional, required, type Settings } from '../operate/settings.ts'
import { terminalTo } from '../operate/terminal.ts'
import { exportFormats } from './export/format.ts'
import { writeExport } from './export/writeExport.ts'
import { deploymentForName, openExisting, schemaChosen, servedHistory } from './openHistory.ts'

const { database, schema, log } = settings

const exportSettings = {
  out: { value: '<folder>', help: 'the folder to make', read: required((text) => text) },
  format: {
    value: '<csv|jsonl>',
    byDefault: 'csv',
    help: "csv: as PostgreSQL's COPY … (format csv, header) reads it; jsonl: one JSON object a line",
    read: required(oneOf(exportFormats)),
  },
  block: {
    value: '<n>',
    help: 'up to and with which block; the newest one where none is given',
    read: optional(blockNumber),
  },
  deployment: deploymentForName,
  schema,
  database,
  log,
} satisfies Settings

/** Exports a history, as of a block, to files. */
export const exportHistory = command({
  about: `Writes every table of a history, as of a block, into a new folder: a file a table, and manifest.json, which says what it is of, how
complete, and how many rows and which hashes each file has. The folder is there when it is whole, and not before.

  attribution index export --deployment <file> --database <where> --out <folder> [options]`,
  settings: exportSettings,
  run: async ({ out: folder, format, block, deployment, schema, database, log }, { env, out, signal }) => {
    const terminal = terminalTo(out, { format: log, verify: '', env, now: Date.now })
    const say = (event: string, message: string, facts: Readonly<Record<string, string | number>>) =>
      terminal.log({ level: 'info', event, message, facts })
    const connections = await openExisting(database)
    try {
      const db = await servedHistory(connections, schemaChosen(schema, deployment))
      const wrote = ({ table, rows, file }: { table: string; rows: number; file: string }) =>
        say('exported', `${file}: ${rows} rows`, { table, file, rows })
      const { block: end, files } = await writeExport(db, { folder, format, block, signal, wrote })
      const rows = files.reduce((sum, file) => sum + file.rows, 0)
      const facts = { folder, block: Number(end.number), hash: end.hash, rows, files: files.length }
      say('done', `Wrote ${rows} rows in ${files.length} files, as of block ${end.number}, into ${folder}`, facts)
      return 0
    } finally {
      await connections.close()
    }
  },
})
