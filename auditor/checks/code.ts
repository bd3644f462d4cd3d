// Deployed bytecode with what the sources compile to. Immutables, which a constructor writes into the code, are masked there and
// looked at by themselves: an address among them must be one of the deployment.

import { globSync, readFileSync } from 'node:fs'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import * as z from 'zod'
import { keccak } from '../../attribution/keccak.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Reader } from '../../sdk/chain.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { FalseProof, proveStorage } from '../../sdk/storageProof.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { AuditedContract } from '../storage/expectedSlot.ts'
import { askAgain } from './askAgain.ts'

export interface CodeQuery {
  readonly node: Node
  readonly reader: Reader
  readonly deployment: Deployment
  readonly block: Header
  /** Hardhat's artifacts of the release build. */
  readonly artifacts: string | undefined
  readonly tally: Tally
}

const sourceNames: Readonly<Record<AuditedContract, string>> = {
  accessManager: 'AccessManager',
  openToken: 'OpenToken',
  clock: 'Clock',
  accounts: 'Accounts',
  datasets: 'Datasets',
  models: 'Models',
  fineTunes: 'FineTunes',
  earnings: 'Earnings',
  bonds: 'Bonds',
  channels: 'Channels',
  ledger: 'Ledger',
  settlement: 'Settlement',
  court: 'Court',
  unitCourt: 'UnitCourt',
  evaluations: 'Evaluations',
  timelock: 'TimelockController',
  governor: 'LedgerGovernor',
}

const places = z.record(z.string(), z.array(z.object({ start: z.int(), length: z.int() })))
const artifactSchema = z.object({ deployedBytecode: z.string(), immutableReferences: places.default({}) })
type Artifact = z.infer<typeof artifactSchema>

export async function checkCode(query: CodeQuery): Promise<void> {
  const { artifacts, tally } = query
  for (const contract of Object.keys(sourceNames) as AuditedContract[]) {
    const artifact = artifacts === undefined ? undefined : artifactOf(artifacts, sourceNames[contract])
    if (artifact === undefined) {
      const why = 'no compiled contracts were found: run `npm run build`, or give --artifacts'
      tally.unchecked.push({ check: 'code', what: 'deployed bytecode', why, isNeeded: false })
      return
    }
    await compareCode(query, contract, artifact)
  }
}

async function compareCode(query: CodeQuery, contract: AuditedContract, artifact: Artifact): Promise<void> {
  const { deployment, block, tally } = query
  count(tally, 'code')
  const address = deployment.contracts[contract]
  const differs = (what: string, found: string, expected: string, subject?: string): void =>
    find(tally, {
      check: 'code',
      severity: 'error',
      what,
      place: { block: block.number, contract, address, subject },
      found,
      expected,
      reproduce: `cast code ${address} --block ${block.number} --rpc-url $RPC`,
    })
  const code = await askAgain(
    () => provenCode(query, contract),
    (answer) => typeof answer === 'string',
  )
  if (typeof code === 'string') {
    differs('The code of a contract is not the one that is proven', 'code of another hash', code)
    return
  }
  const compiled = hexToBytes(artifact.deployedBytecode as Hex)
  const immutables = Object.values(artifact.immutableReferences)
  const isImmutable = new Uint8Array(compiled.length)
  for (const { start, length } of immutables.flat()) isImmutable.fill(1, start, start + length)
  const at = compiled.findIndex((byte, i) => isImmutable[i] === 0 && byte !== code[i])
  if (code.length !== compiled.length || at >= 0) {
    const place = at >= 0 ? `byte ${at}` : `the end, at byte ${Math.min(code.length, compiled.length)}`
    const [found, expected] = [code, compiled].map((bytes) => bytesToHex(bytes.subarray(Math.max(at, 0), at + 8)))
    const what = 'The code of a contract is not what its sources compile to'
    differs(
      what,
      `${code.length} bytes, ${found}`,
      `${compiled.length} bytes, ${expected}`,
      `the first difference is at ${place}`,
    )
    return
  }
  for (const references of immutables) compareImmutable(query, contract, code, references, differs)
}

/** An immutable stands at several places, with one value. */
function compareImmutable(
  { deployment }: CodeQuery,
  contract: AuditedContract,
  code: Uint8Array,
  references: Artifact['immutableReferences'][string],
  differs: (what: string, found: string, expected: string, subject?: string) => void,
): void {
  const words = references.map(({ start, length }) => bytesToHex(code.subarray(start, start + length)))
  const [word = '0x'] = words
  const subject = `immutable at byte ${references[0]?.start}`
  if (new Set(words).size > 1) differs('An immutable of a contract has two values', words.join(' '), word, subject)
  const known = Object.values(deployment.contracts).map((address) => address.toLowerCase())
  const address = `0x${word.slice(-40)}`
  // Numbers are small and hashes are large; what lies between them is an address.
  const isAddress = /^0x0{24}/.test(word) && BigInt(word) >= 2n ** 100n
  if (isAddress && !known.includes(address)) {
    differs(
      `${sourceNames[contract]} was built on a contract that is not of this deployment`,
      address,
      'one of it',
      subject,
    )
  }
}

/** The code, or the hash that is proven and that the code does not have. */
async function provenCode(
  { node, reader, deployment, block }: CodeQuery,
  contract: AuditedContract,
): Promise<Uint8Array | string> {
  const address = deployment.contracts[contract]
  const [proof, told = '0x'] = await Promise.all([
    node.proof(address, [], block),
    reader.getCode({ address, blockNumber: block.number }),
  ])
  try {
    const { account } = proveStorage(block.stateRoot, address, [], proof)
    const code = hexToBytes(told)
    return account?.codeHash === keccak(code) ? code : (account?.codeHash ?? 'no account')
  } catch (error) {
    if (error instanceof FalseProof) return `${error.facts.proven ?? `a proof against ${block.stateRoot}`}`
    throw error
  }
}

function artifactOf(folder: string, name: string): Artifact | undefined {
  const [path] = globSync(`${folder}/**/${name}.sol/${name}.json`)
  return path === undefined ? undefined : artifactSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
}
