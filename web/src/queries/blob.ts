import { useQuery } from '@tanstack/react-query'
import { type Hex, keccak256, zeroHash } from 'viem'

/** A file of the server by the hash that is on chain: held to that hash here, so that no server can show another. */
export function useBlob<T>(hash: Hex | null | undefined, read: (text: string) => T) {
  return useQuery({
    queryKey: ['blob', hash],
    enabled: hash != null && hash !== zeroHash,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 0,
    queryFn: async ({ signal }): Promise<T | null> => {
      const response = await fetch(`/blobs/${hash}`, { signal })
      if (response.status === 404) return null
      const content = new Uint8Array(await response.arrayBuffer())
      const found = keccak256(content)
      if (found !== hash) throw new Error(`The file that should hash to ${hash} hashes to ${found}`)
      return read(new TextDecoder().decode(content))
    },
  })
}
