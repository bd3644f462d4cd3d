import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { Abi, AbiParameter } from 'viem'
import { describe, expect, it } from 'vitest'
import { type Abis, abis } from '../../sdk/contracts.ts'
import { clearSigning } from '../../sdk/erc7730/clearSigning.ts'
import { claimTypedData, contributionTypedData, receiptTypedData, voucherTypedData } from '../../sdk/typedData.ts'
import { paperDeployment } from '../support/paperDeployment.ts'

/** Version 2, as the registry of clear-signing wallets checks submissions (LedgerHQ/clear-signing-erc7730-registry, CC0). */
const schema = JSON.parse(readFileSync(new URL('erc7730-v2.schema.json', import.meta.url), 'utf8'))
const deployment = paperDeployment
const files = clearSigning(deployment)

interface Field {
  readonly path: string
  readonly label: string
  readonly visible: 'always' | 'never'
}
interface Format {
  readonly intent: string
  readonly interpolatedIntent?: string
  readonly fields: readonly Field[]
}
const formatsOf = (name: string) => Object.entries(files[name]?.display.formats ?? {}) as [string, Format][]

/** `(uint32 model, uint16 unit)[] shares`, as descriptors name parameters. */
function signatureOf(parameters: readonly AbiParameter[]): string {
  return parameters.map((parameter) => `${typeOf(parameter)} ${parameter.name}`).join(', ')
}
function typeOf(parameter: AbiParameter): string {
  if (!('components' in parameter)) return parameter.type
  return `(${signatureOf(parameter.components)})${parameter.type.slice('tuple'.length)}`
}

/** Every value in parameters, as paths name them. */
function pathsIn(parameters: readonly AbiParameter[], before = ''): readonly string[] {
  return parameters.flatMap((parameter) => {
    const path = `${before}${parameter.name}${parameter.type.endsWith('[]') ? '.[]' : ''}`
    return 'components' in parameter ? pathsIn(parameter.components, `${path}.`) : [path]
  })
}

describe('what wallets show before signing', () => {
  // It has keywords and formats of later drafts than the one that it names.
  const check = new Ajv({ strict: false, validateFormats: false }).compile(schema)

  it.each(Object.keys(files))('%s keeps to the format of ERC-7730', (name) => {
    expect(check(files[name]) ? [] : check.errors).toEqual([])
    expect(check({ ...files[name], display: { formats: { 'nothing to call': {} } } })).toBe(false)
  })

  it.each(Object.keys(files))('%s shows or hides every value, and speaks of no other', (name) => {
    for (const [signature, { fields, interpolatedIntent = '' }] of formatsOf(name)) {
      const paths = pathsNamedIn(name, signature)
      expect(fields.map(({ path }) => path).toSorted()).toEqual(paths.toSorted())
      const shown = fields.filter(({ visible }) => visible === 'always').map(({ path }) => path)
      const spoken = [...interpolatedIntent.matchAll(/\{([^}]+)\}/g)].map((match) => match[1])
      expect(shown).toEqual(expect.arrayContaining(spoken))
    }
  })

  it('is bound to the contract that is called, or that takes the signature', () => {
    const { chainId, contracts } = deployment
    for (const [name, { context, metadata }] of Object.entries(files)) {
      const contract = (metadata.contractName.charAt(0).toLowerCase() + metadata.contractName.slice(1)) as keyof Abis
      const places = 'contract' in context ? context.contract.deployments : context.eip712.deployments
      expect([name, places]).toEqual([name, [{ chainId, address: contracts[contract] }]])
    }
  })

  it('names each typed message as it is hashed', () => {
    const place = { chainId: deployment.chainId, address: deployment.contracts.court }
    const zero = `0x${'00'.repeat(32)}` as const
    const contribution = { contributor: 1, dataset: 1, termsHash: zero, itemsRoot: zero, itemCount: 1 }
    const signed = {
      'eip712-contribution.json': contributionTypedData(place, { ...contribution, nonce: 0n, deadline: 0n }),
      'eip712-claim.json': claimTypedData(place, {
        account: 1,
        to: place.address,
        minGwei: 1n,
        nonce: 0n,
        deadline: 0n,
      }),
      'eip712-voucher.json': voucherTypedData(place, { channelId: zero, maxClaimableAmount: 1n }),
      'eip712-receipt.json': receiptTypedData(place, { model: 1, channel: zero, recordHash: zero, recordBy: 0n }),
    }
    for (const [name, { primaryType, types, domain }] of Object.entries(signed)) {
      const members = Object.values(types)[0] as readonly { readonly name: string; readonly type: string }[]
      const encoded = `${primaryType}(${members.map((member) => `${member.type} ${member.name}`).join(',')})`
      expect(formatsOf(name).map(([signature]) => signature)).toEqual([encoded])
      const context = files[name]?.context
      expect(context !== undefined && 'eip712' in context && context.eip712.domain).toEqual({
        name: domain.name,
        version: domain.version,
      })
    }
  })
})

function pathsNamedIn(name: string, signature: string): readonly string[] {
  if (name.startsWith('eip712-')) {
    return [...signature.matchAll(/ (\w+)[,)]/g)].map((match) => match[1] as string)
  }
  const contract = name.slice('calldata-'.length, -'.json'.length) as keyof Abis
  const functions = (abis[contract] as Abi).filter((entry) => entry.type === 'function')
  const found = functions.find((entry) => `${entry.name}(${signatureOf(entry.inputs)})` === signature)
  if (found === undefined) throw new Error(`${contract} has no ${signature}`)
  return pathsIn(found.inputs)
}
