import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openEmbedded } from '../../indexer/store/embedded.ts'
import { newFolder } from './support/folder.ts'

describe('the server of an embedded database', () => {
  const root = newFolder('folder-server')
  afterAll(() => rmSync(root, { recursive: true }))

  const serverIn = (folder: string) => Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
  const isThere = (pid: number) => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }

  it('goes with the process that started it, even a killed one, and the next process finds everything', async () => {
    const folder = join(root, 'killed')
    const program = `
      import { openEmbedded } from './indexer/store/embedded.ts'
      import { sql } from 'kysely'
      const { reader } = await openEmbedded('${folder}')
      await sql\`create table kept as select 7 as number\`.execute(reader('public'))
      console.log('stored')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const server = serverIn(folder)
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(isThere(server)).toBe(false), 10_000)

    const doors = await openEmbedded(folder)
    expect((await sql`select number from kept`.execute(doors.reader('public'))).rows).toEqual([{ number: 7 }])
    await doors.close()
  })

  it('is started again when it breaks down', async () => {
    const folder = join(root, 'broken')
    const doors = await openEmbedded(folder)
    process.kill(serverIn(folder), 'SIGKILL')
    const answer = () => sql`select 1 as one`.execute(doors.reader('public'))
    await vi.waitFor(async () => expect((await answer()).rows).toEqual([{ one: 1 }]), 20_000)
    await doors.close()
  })

  it('ends when the database is closed, and its lock with it', async () => {
    const folder = join(root, 'closed')
    const doors = await openEmbedded(folder)
    const server = serverIn(folder)
    await expect(openEmbedded(folder)).rejects.toThrow(/in use by another process/)
    await doors.close()
    expect(isThere(server)).toBe(false)
    await (await openEmbedded(folder)).close()
  })

  it('begins anew where its files were never finished', async () => {
    const folder = join(root, 'unfinished')
    mkdirSync(join(folder, 'data.new'), { recursive: true })
    writeFileSync(join(folder, 'data.new/PG_VERSION'), 'half')
    await (await openEmbedded(folder)).close()
  })

  it('is refused a folder whose path leaves no room for a socket', async () => {
    await expect(openEmbedded(join(root, 'x'.repeat(90)))).rejects.toThrow(/too long for a socket/)
  })
})
