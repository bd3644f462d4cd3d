import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { Connections } from '../../indexer/store/connections.ts'
import { leftBehind, openEmbedded } from '../../indexer/store/embedded.ts'
import { startChild } from '../../postgres/childProcess.ts'
import { endOrphanedServer } from '../../postgres/orphanedServer.ts'
import { serverUser } from '../../postgres/serverUser.ts'
import { newFolder } from '../support/folder.ts'

const root = newFolder('folder-server')
afterAll(() => rmSync(root, { recursive: true }))

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('the server of an embedded database', () => {
  // One for all that follows, since filling a new one takes seconds.
  const folder = join(root, 'database')
  const server = () => Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
  const supervisorOf = (pid: number) => Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  const replaced = (pid: number) => vi.waitFor(() => expect(server()).not.toBe(pid), 20_000)
  const answered = async (connections: Connections) => {
    const answer = () => sql`select 1 as one`.execute(connections.reader('public'))
    await vi.waitFor(async () => expect((await answer()).rows).toEqual([{ one: 1 }]), 20_000)
  }
  const isUnlocked = () => !existsSync(join(folder, 'writer.lock'))

  it('starts again where its files were never finished', async () => {
    mkdirSync(join(folder, 'data.new'), { recursive: true })
    writeFileSync(join(folder, 'data.new/PG_VERSION'), 'half')
    await (await openEmbedded(folder)).close()
  })

  it('goes with the process that started it, even a killed one, and the next process finds everything', async () => {
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
    const left = server()
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(isThere(left)).toBe(false), 10_000)

    const connections = await openEmbedded(folder)
    expect((await sql`select number from kept`.execute(connections.reader('public'))).rows).toEqual([{ number: 7 }])
    await connections.close()
  })

  it('is started again when it breaks down, and when it was left alone and stopped', async () => {
    const connections = await openEmbedded(folder)
    const first = server()
    process.kill(first, 'SIGKILL')
    await replaced(first)
    await answered(connections)

    const left = server()
    process.kill(left, 'SIGSTOP')
    process.kill(supervisorOf(left), 'SIGKILL')
    await replaced(left)
    await answered(connections)
    await connections.close()
  })

  it('ends when the database is closed, and its lock with it', async () => {
    const connections = await openEmbedded(folder)
    const open = server()
    await expect(openEmbedded(folder)).rejects.toThrow(/in use by another process/)
    await connections.close()
    expect({ server: isThere(open), isUnlocked: isUnlocked() }).toEqual({ server: false, isUnlocked: true })
  })

  it('ends with its lock even where the connections to it do not close in order', async () => {
    const connections = await openEmbedded(folder)
    const open = server()
    const reader = connections.reader('public')
    await sql`select`.execute(reader)
    await reader.destroy()
    await expect(connections.close()).rejects.toThrow(/more than once/)
    expect({ server: isThere(open), isUnlocked: isUnlocked() }).toEqual({ server: false, isUnlocked: true })
  })

  it('ends when the database is closed while it is being started again', async () => {
    const connections = await openEmbedded(folder)
    const access = join(folder, 'data/pg_hba.conf')
    const before = readFileSync(access)
    const first = server()
    // It starts, but lets nobody in, and so is waited for.
    writeFileSync(access, 'local all all reject')
    process.kill(first, 'SIGKILL')
    await replaced(first)
    const second = server()
    await connections.close()
    expect({ server: isThere(second), isUnlocked: isUnlocked() }).toEqual({ server: false, isUnlocked: true })
    writeFileSync(access, before)
  })

  it('is not left running where the database refuses every login', async () => {
    const connections = await openEmbedded(folder)
    await sql`create function refuse() returns event_trigger language plpgsql as $$
      begin
        if current_setting('application_name') = 'attribution indexer' then raise 'Nobody enters'; end if;
      end $$`.execute(connections.reader('public'))
    await sql`create event trigger door on login execute function refuse()`.execute(connections.reader('public'))
    await connections.close()

    await expect(openEmbedded(folder)).rejects.toThrow(/cannot be opened/)
    expect({ server: existsSync(join(folder, 'data/postmaster.pid')), isUnlocked: isUnlocked() }).toEqual({
      server: false,
      isUnlocked: true,
    })
  })

  it('is refused a folder whose path leaves no room for a socket', async () => {
    await expect(openEmbedded(join(root, 'x'.repeat(90)))).rejects.toThrow(/too long for a socket/)
  })

  it('is refused a folder whose lock cannot be read', async () => {
    const locked = join(root, 'locked')
    mkdirSync(join(locked, 'writer.lock'), { recursive: true })
    await expect(openEmbedded(locked)).rejects.toThrow(/does not open/)
  })
})

describe('a child process', () => {
  it('is asked to end until it ends', async () => {
    const ending = new AbortController()
    const { ended } = startChild(['sh', '-c', 'sleep 0.2; exec env --default-signal=INT sleep 60'], {
      output: process.stderr.fd,
      until: ending.signal,
    })
    ending.abort()
    expect(await Promise.race([ended.then(() => 'ended'), sleep(20_000, 'goes on')])).toBe('ended')
  })
})

describe('a server that was left behind', () => {
  const leftIn = async (data: string, deafTo: string) => {
    mkdirSync(data)
    const program = `trap '' ${deafTo}; echo ready; while :; do sleep 0.02; done`
    const left = spawn('sh', ['-c', program, 'postgres', data], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(left.stdout, 'data')
    writeFileSync(join(data, 'postmaster.pid'), `${left.pid}\n`)
    return left
  }
  const signal = new AbortController().signal

  it('is asked to end, and to drop everything where that does not help', async () => {
    const left = await leftIn(join(root, 'slow'), 'INT')
    const ended = once(left, 'exit')
    await endOrphanedServer(join(root, 'slow'), signal, 500)
    expect(await ended).toEqual([null, 'SIGQUIT'])
  })

  it('is named where it does not end', async () => {
    const left = await leftIn(join(root, 'stubborn'), 'INT QUIT')
    await expect(endOrphanedServer(join(root, 'stubborn'), signal, 50)).rejects.toMatchObject({
      name: 'RetryError',
      facts: { pid: left.pid, folder: root },
    })
    left.kill('SIGKILL')
  })
})

describe('what an earlier version left in the folder', () => {
  it('is found by its files, and nothing else is', () => {
    const folder = join(root, 'earlier')
    mkdirSync(join(folder, 'postgres'), { recursive: true })
    expect(leftBehind(folder)).toBe(undefined)
    writeFileSync(join(folder, 'postgres/PG_VERSION'), '17')
    expect(leftBehind(folder)).toBe(join(folder, 'postgres'))
  })
})

describe('who runs the server', () => {
  // Only root asks.
  it.runIf(process.getuid?.() === 0)('is nobody where a namespace is not made in time', () => {
    const programs = join(root, 'programs')
    mkdirSync(programs)
    writeFileSync(join(programs, 'unshare'), '#!/bin/sh\nexec /bin/sleep 60', { mode: 0o755 })
    vi.stubEnv('PATH', programs)
    expect(serverUser(root, join(root, 'none'), 100)).toEqual({ by: [], as: { uid: 65_534, gid: 65_534 } })
    vi.unstubAllEnvs()
  })
})
