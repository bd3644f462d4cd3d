import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Programs that keep books in text, as Debian packages them. */
const programs = {
  beancount: { command: 'bean-check', args: (file: string) => [file], debian: 'beancount' },
  hledger: { command: 'hledger', args: (file: string) => ['-f', file, 'check', '--strict'], debian: 'hledger' },
} as const

export type Accountant = keyof typeof programs

/** What a program finds wrong with a journal: nothing, or its own words. */
export async function faultsFound(accountant: Accountant, file: string): Promise<string> {
  const { command, args, debian } = programs[accountant]
  try {
    await promisify(execFile)(command, args(file), { maxBuffer: 2 ** 28 })
    return ''
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (code === 'ENOENT')
      throw new Error(`${command} is not installed: apt-get install -y --no-install-recommends ${debian}`)
    return `${stdout}${stderr}`
  }
}
