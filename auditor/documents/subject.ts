import { type Hex, keccak256, stringToBytes } from 'viem'
import type { RunManifest } from '../../pipeline/run/manifest.ts'
import type { ModelRecord, Origin, VersionRecord } from './modelRecord.ts'

/** What a document is made of. */
export interface Subject {
  readonly record: ModelRecord
  /** The manifest of the registered run; undefined where nobody gave it. */
  readonly run: RunManifest | undefined
  /** Which of its dataset versions a document of one version is about. */
  readonly version: VersionRecord
}

/**
 * Where a document comes from, in the document itself:
 * `urn:attribution:<chain>:<Models contract>:model:<model>:version:<version>:block:<number>:<hash>[:run]`.
 */
export function urnOf({ record, run, version }: Subject): string {
  const { chainId, models, block } = record.origin
  const place = `block:${block.number}:${block.hash}`
  return `urn:attribution:${chainId}:${models}:model:${record.model}:version:${version.version}:${place}${run === undefined ? '' : ':run'}`
}

export interface Named extends Pick<Origin, 'chainId' | 'models'> {
  readonly model: number
  readonly version: bigint
  readonly block: bigint
  readonly blockHash: Hex
  readonly hasRun: boolean
}

const URN =
  /urn:attribution:(\d+):(0x[0-9a-f]{40}):model:(\d+):version:(\d+):block:(\d+):(0x[0-9a-f]{64})(:run)?(?![:\w])/

/** What a document says that it is about; undefined where it does not. */
export function namedIn(text: string): Named | undefined {
  const [, chainId, models, model, version, block, blockHash, run] = URN.exec(text) ?? []
  if (chainId === undefined) return undefined
  return {
    chainId: Number(chainId),
    models: models as Hex,
    model: Number(model),
    version: BigInt(version as string),
    block: BigInt(block as string),
    blockHash: blockHash as Hex,
    hasRun: run !== undefined,
  }
}

/** A part of what a document is about, as an IRI. */
export function iriOf({ record }: Pick<Subject, 'record'>, ...parts: readonly (string | number | bigint)[]): string {
  const { chainId, models } = record.origin
  return ['urn:attribution', chainId, models, ...parts].join(':')
}

/** An UUID that follows from the document's source alone (RFC 9562, version 8). */
export function uuidOf(subject: Subject): string {
  const hex = keccak256(stringToBytes(urnOf(subject))).slice(2)
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

export function isoTime(seconds: bigint): string {
  return new Date(Number(seconds) * 1_000).toISOString().replace('.000Z', 'Z')
}

export function itemsIn({ contributions }: VersionRecord): bigint {
  return contributions.reduce((sum, { itemCount }) => sum + itemCount, 0n)
}

/** Millionths as a decimal number, exactly: `812000n` → `0.812`. */
export function decimal(millionths: bigint): string {
  const digits = `${millionths < 0n ? -millionths : millionths}`.padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0+$/, '')
  return `${millionths < 0n ? '-' : ''}${digits.slice(0, -6)}${fraction === '' ? '' : `.${fraction}`}`
}

/** The sha-256 of the run's weights file; undefined without a run, or where there are several. */
export function weightsSha256({ run }: Subject): string | undefined {
  return run?.files['adapter_model.safetensors']?.sha256
}
