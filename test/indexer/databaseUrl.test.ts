import { describe, expect, it } from 'vitest'
import { prune } from '../../indexer/commands/prune.ts'
import { withoutUser } from '../../indexer/store/databaseUrl.ts'
import { runCommand } from '../support/commands.ts'

/** User and password, each with a piece that must not be printed. */
const SECRETS = ['sesame', 'alibaba', 'thieves']

describe('a URL of a database', () => {
  it.each([
    ['a password with @', 'postgres://alibaba:se@sesame@127.0.0.1:1/history'],
    ['a password with /', 'postgres://alibaba:thieves/sesame@127.0.0.1:1/history'],
    ['a password with #', 'postgres://alibaba:thieves#sesame@127.0.0.1:1/history'],
    ['a password with ?', 'postgres://alibaba:thieves?sesame@127.0.0.1:1/history'],
    ['a password with %', 'postgres://alibaba:thieves%sesame@127.0.0.1:1/history'],
    ['a password with all of them', 'postgres://alibaba:thieves@/?#%sesame@127.0.0.1:1/history'],
    ['a user with @', 'postgres://alibaba@thieves:sesame@127.0.0.1:1/history'],
    ['a password with @ and no host', 'postgres://alibaba:thieves@sesame@/history'],
    ['a port that is none', 'postgres://alibaba:sesame@127.0.0.1:thieves/history'],
    ['no host', 'postgres://alibaba:sesame@/history'],
    ['several hosts', 'postgres://alibaba:sesame@127.0.0.1:1,127.0.0.1:2/history'],
    ['another scheme', 'postgresql+asyncpg://alibaba:sesame@127.0.0.1:1/history'],
    ['a scheme of another database', 'mysql://alibaba:sesame@127.0.0.1:1/history'],
    ['one slash', 'postgres:/alibaba:sesame@127.0.0.1:1/history'],
    ['no scheme', 'alibaba:sesame@127.0.0.1:1/history'],
    ['quotes', '"postgres://alibaba:sesame@127.0.0.1:1/history"'],
    ['the form of libpq', 'host=127.0.0.1 user=alibaba password=sesame dbname=history'],
    ['an sslmode that is none', 'postgres://alibaba:sesame@127.0.0.1:1/history?sslmode=thieves'],
    ['verify-ca without an authority', 'postgres://alibaba:sesame@127.0.0.1:1/history?sslmode=verify-ca'],
  ])('with %s is refused in one sentence that holds nothing of it', async (_, url) => {
    const { status, out, errors } = await runCommand(prune, ['--database', url])
    expect([status, out]).toEqual([1, ''])
    expect(errors).toMatch(/^The database's URL cannot be read: [^\n]*\n$/)
    for (const secret of [...SECRETS, '127.0.0.1']) expect(errors).not.toContain(secret)
  })

  it.each([
    ['escaped characters', 'postgres://alibaba:thieves%40%2F%23%3F%25sesame@127.0.0.1:1/history'],
    ['capitals and spaces around it', ' POSTGRES://alibaba:sesame@127.0.0.1:1/history '],
    ['odd but legal characters', 'postgresql://alibaba:sesame!$&()*+,;=:thieves@127.0.0.1:1/history?sslmode=require'],
    ['user and password among its options', 'postgres://127.0.0.1:1/history?user=alibaba&password=sesame'],
  ])('with %s is read, and only its place is printed', async (_, url) => {
    const { status, errors } = await runCommand(prune, ['--database', url])
    expect(status).toBe(1)
    expect(errors).toMatch(/^The database 127\.0\.0\.1:1\/history cannot be opened/)
    for (const secret of SECRETS) expect(errors).not.toContain(secret)
  })

  it('is taken out of what a server says in any language, and no more than it', () => {
    const url = 'postgres://ali:s%40same@db.example/ali_history'
    const said = 'kein pg_hba.conf-Eintrag für Host »::1«, Benutzer »ali«, Datenbank »ali_history«, Kennwort s@same'
    const left = 'kein pg_hba.conf-Eintrag für Host »::1«, Benutzer »…«, Datenbank »ali_history«, Kennwort …'
    expect(withoutUser(said, url)).toBe(left)
  })

  it('names a file that is not there by its option', async () => {
    const url = 'postgres://alibaba:sesame@127.0.0.1:1/history?sslmode=verify-full&sslrootcert=/nowhere.crt'
    const { errors } = await runCommand(prune, ['--database', url])
    expect(errors).toBe('There is no file /nowhere.crt (option sslrootcert). Correct sslrootcert in the URL.\n')
  })
})
