import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'

/** Holds each client to a number of requests a second; costly ones count as several. */
export interface RateLimit {
  /** Throws `RATE_LIMITED` if the client must wait. */
  take(client: string): void
  /** Counts what a request turned out to cost. */
  charge(client: string, points: number): void
}

interface Bucket {
  /** Requests left; below zero after costly ones. */
  left: number
  at: number
}

/** @param perSecond 0 for no limit. */
export function rateLimit(perSecond: number, now: () => number = () => performance.now()): RateLimit {
  if (perSecond === 0) return { take: () => {}, charge: () => {} }
  const most = perSecond * limits.burstSeconds.most
  const buckets = new Map<string, Bucket>()

  /** Filled up to now, and the last in line to be forgotten. */
  const bucketOf = (client: string): Bucket => {
    const known = buckets.get(client) ?? { left: most, at: now() }
    const left = Math.min(most, known.left + ((now() - known.at) / 1_000) * perSecond)
    const bucket = { left, at: now() }
    buckets.delete(client)
    buckets.set(client, bucket)
    const [oldest] = buckets.keys()
    if (buckets.size > limits.clients.most && oldest !== undefined) buckets.delete(oldest)
    return bucket
  }

  return {
    take: (client) => {
      const bucket = bucketOf(client)
      if (bucket.left < 1) {
        const seconds = Math.ceil((1 - bucket.left) / perSecond)
        throw new BadRequest(`You ask more than ${perSecond} requests a second; wait ${seconds} s`, 'RATE_LIMITED', {
          retryAfter: seconds,
        })
      }
      bucket.left -= 1
    },
    charge: (client, points) => {
      // Whatever one request cost, a client waits no longer than it could have saved up for.
      const bucket = bucketOf(client)
      bucket.left = Math.max(-most, bucket.left - Math.floor(points / limits.pointsARequest.most))
    },
  }
}
