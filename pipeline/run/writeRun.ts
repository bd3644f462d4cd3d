/**
 * Writes a run folder in one move: all files into a folder beside it, the manifest with their hashes last, then a rename. A
 * run folder is either not there or whole.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { digestFile, type FileDigest } from './digest.ts'
import { type EmbeddedManifest, embeddedSchema, MANIFEST_FILE } from './manifest.ts'

/** A run is never written over: another one may have been published from that folder. */
export function requireNewFolder(folder: string): void {
  if (existsSync(folder))
    throw new StopError(`The run folder ${folder} exists already`, {}, 'Name another folder, or remove this one first.')
}

export function writeRun(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  described: Omit<EmbeddedManifest, 'files'>,
): EmbeddedManifest {
  requireNewFolder(folder)
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  makeFolder(unfinished)

  const digests: Record<string, FileDigest> = {}
  for (const [name, text] of Object.entries(files)) {
    const content = typeof text === 'string' ? new TextEncoder().encode(text) : text
    writeFileSync(join(unfinished, name), content)
    digests[name] = digestFile(content)
  }
  const manifest = embeddedSchema.parse({ ...described, files: digests })
  writeFileSync(join(unfinished, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
  renameSync(unfinished, folder)
  return manifest
}
