import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { withClient } from '../index/databases.ts'

/** The inferences of our history as rows of one table, which is how somebody would keep them who indexed nothing else. */
const ROWS = `
  select i.batch, i.position, i.model, i.operator, i.payer, i.fee_gwei, '0x' || encode(i.commitment, 'hex'), i.block, b.timestamp
  from inference i join block b on b.number = i.block order by i.batch, i.position`

const COLUMNS = 'batch_id, position, model_id, operator_id, payer_id, fee_gwei, commitment, block, timestamp'

export async function makeRows(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`
      create schema rows;
      create table rows.inference (
        batch_id int8 not null, position int4 not null, model_id int4 not null, operator_id int4 not null,
        payer_id int4 not null, fee_gwei int8 not null, commitment text not null, block int8 not null,
        timestamp int8 not null, primary key (batch_id, position));
      create index on rows.inference (payer_id, batch_id, position)`)
  })
}

/** Copies our rows into the table of another database. */
export async function copyRows(source: { url: string; schema: string }, url: string, table: string): Promise<void> {
  await withClient(source.url, async (reader) => {
    await reader.query(`set search_path to ${pg.escapeIdentifier(source.schema)}`)
    await withClient(url, async (writer) => {
      // A tool's triggers are for its own writes.
      await writer.query('set session_replication_role = replica')
      await pipeline(
        reader.query(to(`copy (${ROWS}) to stdout`)),
        writer.query(from(`copy ${table} (${COLUMNS}) from stdin`)),
      )
      await writer.query(`vacuum (analyze) ${table}`)
    })
  })
}
