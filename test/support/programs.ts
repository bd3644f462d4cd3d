import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's; set CHROMIUM for one elsewhere. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** What npm does not bring: the file or command, what cannot be tested without it, and the Debian package that has it. */
const programs = {
  chromium: { command: CHROMIUM, tested: 'the page and what runs in browsers', debian: 'chromium' },
  hledger: { command: 'hledger', tested: 'books in hledger', debian: 'hledger' },
  beancount: { command: 'bean-check', tested: 'books in Beancount', debian: 'beancount' },
} as const

type Program = keyof typeof programs

export function isInstalled(program: Program): boolean {
  const { command } = programs[program]
  const places = command.includes('/')
    ? [command]
    : (process.env.PATH ?? '').split(delimiter).map((at) => join(at, command))
  return places.some(isExecutable)
}

/** Says in a line what is passed over. Where every test must run (EVERY_TEST=1), that is an error. */
export function tellOfMissingPrograms(): void {
  const missing = (Object.keys(programs) as Program[])
    .filter((program) => !isInstalled(program))
    .map((it) => programs[it])
  if (missing.length === 0) return
  const line = `Passed over: tests of ${missing.map(({ tested }) => tested).join(', ')}; apt-get install ${missing.map(({ debian }) => debian).join(' ')}`
  if (process.env.EVERY_TEST === '1') throw new Error(line)
  console.warn(line)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
