import type { Deployment } from './deployment.ts'

/** Public deployments by chain id. There is none yet: parse the file of the one that you use, or write it down `as const`. */
export const deployments = {} as const satisfies Readonly<Record<number, Deployment>>

/**
 * Where each contract of a deployment is. Of one that is written down `as const`, the types are the addresses themselves.
 *
 * @example
 * const { earnings, channels } = addresses(parseDeployment(text, 'deployment.json'))
 */
export function addresses<const deployment extends { readonly contracts: Readonly<Deployment['contracts']> }>({
  contracts,
}: deployment): deployment['contracts'] {
  return contracts
}
