import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'

/** Content-addressed files: each is named by its keccak256, so any mirror will do and none has to be trusted. */

export function putBlob(folder: string, content: Uint8Array): Hex {
  const hash = keccak(content)
  const path = join(folder, hash)
  if (!existsSync(path)) writeWhole(path, content)
  return hash
}

export function readBlob(folder: string, hash: Hex): Uint8Array {
  const path = join(folder, hash)
  let content: Uint8Array
  try {
    content = readFileSync(path)
  } catch (cause) {
    throw new StopError(
      `There is no ${hash} in ${folder}`,
      {},
      'Publish the run again, or fetch the file from a mirror.',
      cause,
    )
  }
  const found = keccak(content)
  if (found === hash) return content
  throw new StopError(`${path} is damaged`, { found }, 'Remove it and fetch it again.')
}
