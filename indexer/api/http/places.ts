import { BadRequest, type ErrorPlace } from '../query/badRequest.ts'

/** Places for what stays open: so many in a process, and so many of them for a client. */
export interface Places {
  /** Takes one, and gives the function that leaves it. Throws `RATE_LIMITED` or `OVERLOADED` if there is none. */
  take(client: string): () => void
}

const AGAIN: ErrorPlace = { retryAfter: 10 }

/** @param what What takes them, such as `exports`. */
export function places(what: string, most: number, mostOfClient: number): Places {
  const openOf = new Map<string, number>()
  let open = 0
  return {
    take: (client) => {
      const own = openOf.get(client) ?? 0
      if (own >= mostOfClient) {
        throw new BadRequest(`You have ${own} ${what} open already; end one first`, 'RATE_LIMITED', AGAIN)
      }
      if (open >= most) throw new BadRequest(`Too many ${what} are open here; ask again in 10 s`, 'OVERLOADED', AGAIN)
      open += 1
      openOf.set(client, own + 1)
      let isLeft = false
      return () => {
        if (isLeft) return
        isLeft = true
        open -= 1
        const left = (openOf.get(client) ?? 1) - 1
        if (left === 0) openOf.delete(client)
        else openOf.set(client, left)
      }
    },
  }
}
