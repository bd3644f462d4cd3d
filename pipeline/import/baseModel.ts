import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { digestPath } from '../run/digest.ts'
import type { ImportedManifest } from '../run/importedManifest.ts'
import { RunError } from '../run/runError.ts'
import { isHubName } from './hubName.ts'
import { openSource } from './sourceFolder.ts'

/**
 * The base that an adapter was trained on. An adapter names it; which weights that name stood for, under which licence, only
 * the caller knows, and is asked, since royalties follow from it.
 */

type Base = ImportedManifest['base']

export interface StatedBase {
  readonly name?: string | undefined
  readonly source?: string | undefined
  readonly revision?: string | undefined
  readonly licence: string
  /** sha-256 of the weights, or where they are. */
  readonly weights: { readonly sha256: string } | { readonly path: string }
}

export interface NamedBase {
  readonly name: string | null
  readonly revision: string | null
}

/** @param named What the adapter says. @param file The file that says it. */
export function describeBase(named: NamedBase, card: string | null, stated: StatedBase, file: string): Base {
  requireSameName(named, card, stated, file)
  const name = stated.name ?? named.name ?? card
  if (name === null || name === '')
    throw new RunError(file, 'it does not name its base', { field: 'base_model_name_or_path' }, 'Name it with --base.')
  if (!isHubName(name) && stated.source === undefined)
    throw new RunError(
      file,
      `its base looks like a folder, ${name}, which nobody else can find`,
      { field: 'base_model_name_or_path' },
      'Say where the weights come from: --base <name> --base-source <where>.',
    )
  const revision = stated.revision ?? named.revision
  if (revision === null || revision === '')
    throw new RunError(
      file,
      `it does not say which revision of ${name} it is for`,
      { field: 'revision' },
      'Name it with --base-revision: the commit of its repository, or a version.',
    )
  return {
    name,
    source: stated.source ?? `hf://${name}`,
    revision,
    licence: stated.licence,
    weightsSha256: 'sha256' in stated.weights ? stated.weights.sha256 : hashWeights(stated.weights.path),
  }
}

/** The card and the adapter name one base, or the files are of two trainings. Folders may differ: they move. */
function requireSameName({ name }: NamedBase, card: string | null, stated: StatedBase, file: string): void {
  if (stated.name !== undefined || name === null || card === null) return
  const plain = (text: string) => text.replace(/(-unsloth)?-bnb-4bit$/, '').toLowerCase()
  if (!isHubName(name) || !isHubName(card) || plain(name) === plain(card)) return
  throw new RunError(
    file,
    'it names another base than the model card',
    { field: 'base_model_name_or_path', found: name, card },
    'They may be of two trainings. Keep the output of one in a folder of its own, or name the base with --base.',
  )
}

/**
 * One file is named by its own sha-256, a folder of several by that of the lines `sha256sum *.safetensors` prints, in the
 * order of the names: `sha256sum *.safetensors | sha256sum`.
 */
export function hashWeights(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return digestPath(path).sha256
  const source = openSource(path)
  const files = source.files.filter((file) => file.endsWith('.safetensors') && !file.includes('/'))
  const [first, ...others] = files.map((file) => ({ file, sha256: digestPath(join(path, file)).sha256 }))
  if (first === undefined)
    throw new RunError(
      basename(path),
      'it holds no safetensors weights',
      {},
      'Name the folder of the base, or its weights file; weights in pickles are best converted first.',
    )
  if (others.length === 0) return first.sha256
  const lines = [first, ...others].map(({ file, sha256 }) => `${sha256}  ${file}\n`)
  return createHash('sha256').update(lines.join('')).digest('hex')
}
