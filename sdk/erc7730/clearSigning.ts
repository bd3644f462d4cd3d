// ERC-7730: what wallets show of our typed messages and main calls, in words, amounts and dates. The files name no
// deployment, since there is no public one; here they are bound to one. A page of a settlement is nested deeper than the
// format can name, so `settle` and `settleAndClaim`, which pay nobody but their accounts, are not described.

import type { Address } from 'viem'
import type { Deployment } from '../deployment.ts'
import accounts from './calldata-accounts.json' with { type: 'json' }
import bonds from './calldata-bonds.json' with { type: 'json' }
import channels from './calldata-channels.json' with { type: 'json' }
import datasets from './calldata-datasets.json' with { type: 'json' }
import earnings from './calldata-earnings.json' with { type: 'json' }
import evaluations from './calldata-evaluations.json' with { type: 'json' }
import openToken from './calldata-openToken.json' with { type: 'json' }
import claim from './eip712-claim.json' with { type: 'json' }
import contribution from './eip712-contribution.json' with { type: 'json' }
import receipt from './eip712-receipt.json' with { type: 'json' }
import voucher from './eip712-voucher.json' with { type: 'json' }

type Place = { readonly chainId: number; readonly address: Address }

/** A descriptor of one contract's calls, or of one typed message, for one deployment. */
export interface ClearSigning {
  readonly $schema: string
  readonly context:
    | { readonly $id: string; readonly contract: { readonly deployments: readonly Place[] } }
    | {
        readonly $id: string
        readonly eip712: {
          readonly domain: { readonly name: string; readonly version: string }
          readonly deployments: readonly Place[]
        }
      }
  readonly metadata: { readonly owner: string; readonly contractName: string }
  readonly display: { readonly formats: Readonly<Record<string, object>> }
}

type Calls = Omit<ClearSigning, 'context'> & { readonly context: { readonly $id: string; readonly contract: object } }
type Message = Omit<ClearSigning, 'context'> & {
  readonly context: {
    readonly $id: string
    readonly eip712: { readonly domain: { readonly name: string; readonly version: string } }
  }
}

const calls = { accounts, bonds, channels, datasets, earnings, evaluations, openToken } as const
const messages = [
  ['datasets', contribution],
  ['earnings', claim],
  ['channels', voucher],
  ['court', receipt],
] as const

/**
 * The descriptors of a deployment, by file name: submit them to the registry of clear-signing wallets, or give them to one.
 *
 * @example
 * const files = clearSigning(deployment)
 * files['eip712-claim.json']
 */
export function clearSigning({ chainId, contracts }: Deployment): Readonly<Record<string, ClearSigning>> {
  const at = (contract: keyof Deployment['contracts']): readonly Place[] => [{ chainId, address: contracts[contract] }]
  const described = Object.entries<Calls>(calls).map(([name, file]): [string, ClearSigning] => {
    const context = { $id: file.context.$id, contract: { deployments: at(name as keyof typeof calls) } }
    return [`calldata-${name}.json`, { ...file, context }]
  })
  const signed = messages.map(
    ([contract, file]: readonly [keyof Deployment['contracts'], Message]): [string, ClearSigning] => {
      const { $id, eip712 } = file.context
      const context = { $id, eip712: { domain: eip712.domain, deployments: at(contract) } }
      return [`eip712-${$id.split(' ')[1]}.json`, { ...file, context }]
    },
  )
  return Object.fromEntries([...described, ...signed])
}
