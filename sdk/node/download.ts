import { join } from 'node:path'

/** Whether a place is an address to download from, rather than a folder or a file. */
export function isAddress(place: string): boolean {
  return /^https?:/.test(place)
}

/**
 * What an address gives, and no more than `most` bytes of it: its server is not trusted.
 *
 * @param silenceMs How long it may send nothing; as long as all of it may take by default.
 */
export async function download(
  url: string,
  most: number,
  timeoutMs: number,
  silenceMs = timeoutMs,
): Promise<Uint8Array> {
  const silence = new AbortController()
  const listen = () =>
    setTimeout(() => silence.abort(new Error(`it sends nothing for ${silenceMs / 1_000} s`)), silenceMs)
  let timer = listen()
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, AbortSignal.timeout(timeoutMs)]) })
    if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`)
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of response.body) {
      clearTimeout(timer)
      timer = listen()
      length += part.length
      if (length > most) throw new Error(`it gives more than ${most} bytes`)
      parts.push(part)
    }
    return Buffer.concat(parts)
  } finally {
    clearTimeout(timer)
  }
}

/** Where a content-addressed file lies under a folder, or under the address of one. */
export function placeOf(name: string, blobs: string): string {
  return isAddress(blobs) ? new URL(name, blobs.endsWith('/') ? blobs : `${blobs}/`).href : join(blobs, name)
}
