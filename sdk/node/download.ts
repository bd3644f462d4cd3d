import { join } from 'node:path'

/** Whether a place is an address to download from, rather than a folder or a file. */
export function isAddress(place: string): boolean {
  return /^https?:/.test(place)
}

/** What an address gives, and no more than `most` bytes of it: its server is not trusted. */
export async function download(url: string, most: number, timeoutMs: number): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body) {
    length += part.length
    if (length > most) throw new Error(`it gives more than ${most} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Where a content-addressed file lies under a folder, or under the address of one. */
export function placeOf(name: string, blobs: string): string {
  return isAddress(blobs) ? new URL(name, blobs.endsWith('/') ? blobs : `${blobs}/`).href : join(blobs, name)
}
