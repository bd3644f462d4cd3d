import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { writeWhole } from '../../../sdk/node/writeWhole.ts'
import { newFolder } from '../../support/folder.ts'

describe('writeWhole', () => {
  it('replaces a file, and leaves nothing else beside it', () => {
    const folder = newFolder('write-whole')
    const file = join(folder, 'made', 'file')
    writeWhole(file, 'first')
    writeWhole(file, 'second')
    expect(readFileSync(file, 'utf8')).toBe('second')
    expect(readdirSync(join(folder, 'made'))).toEqual(['file'])
  })

  it('writes into a pipe, which stays one', async () => {
    const pipe = join(newFolder('write-whole'), 'pipe')
    execFileSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe])
    writeWhole(pipe, 'through')
    expect(await text(reader.stdout)).toBe('through')
    expect(statSync(pipe).isFIFO()).toBe(true)
  })

  it('refuses a folder by name', () => {
    const folder = newFolder('write-whole')
    writeFileSync(join(folder, 'kept'), 'kept')
    expect(() => writeWhole(folder, 'lost')).toThrow(folder)
    expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept')
  })
})
