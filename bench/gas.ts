// What acts cost, measured on the release build: npm run bench:gas prints a table, --check compares it with the committed
// snapshot and fails where an act drifted by more than 1 %, --write replaces the snapshot.
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { runCommand } from '../scripts/command.ts'
import { StopError } from '../sdk/errors.ts'
import { measureActs } from './gas/acts.ts'
import type { Measured } from './gas/measured.ts'

const snapshot = new URL('../test/contracts/gas.snapshot.json', import.meta.url)
const snapshotSchema = z.record(z.string(), z.number().int())
const DRIFT_PERCENT = 1

/** Others' figures for acts of the same kind, measured the same way (Osaka, solc 0.8.37, viaIR). */
const elsewhere: readonly (readonly [string, string])[] = [
  ['ERC-20 transfer to a holder', '34.2k'],
  ['Uniswap Merkle distributor, claim', '70k to 77k'],
  ['Merkl, repeat claim', '83k to 93k'],
  ['EigenLayer, repeat claim', '83k to 92k'],
  ['EAS, attestation of 128 bytes', '273.8k'],
  ['EAS, each of 50 in a multiAttest', '235.2k'],
  ['Vana, addFile', '204.6k'],
  ['Vana, addProof', '331.3k'],
]

await runCommand({
  usage: 'npm run bench:gas [-- --check | --write]',
  options: { check: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  async run({ check, write }) {
    const measured = await measureActs((progress) => process.stderr.write(`${progress}\n`))
    print(measured)
    const kept = measured.filter(({ isLocal }) => !isLocal)
    const gas = Object.fromEntries(kept.map(({ name, gas }) => [name, Number(gas)]))
    if (write) await writeFile(snapshot, `${JSON.stringify(gas, null, 2)}\n`)
    if (check) refuseDrift(gas, snapshotSchema.parse(JSON.parse(await readFile(snapshot, 'utf8'))))
  },
})

function print(measured: readonly Measured[]): void {
  const width = Math.max(...measured.map(({ name }) => name.length), ...elsewhere.map(([name]) => name.length))
  for (const { name, gas, floor } of measured) {
    const ratio =
      floor === undefined ? '' : `  ${(Number(gas) / Number(floor)).toFixed(3)} x the calldata floor of ${floor}`
    console.log(`${name.padEnd(width)}  ${gas.toString().padStart(9)}${ratio}`)
  }
  console.log('\nelsewhere')
  for (const [name, gas] of elsewhere) console.log(`${name.padEnd(width)}  ${gas.padStart(9)}`)
}

function refuseDrift(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): void {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  const drifted = names.filter((name) => {
    const [is, was] = [now[name], before[name]]
    return is === undefined || was === undefined || Math.abs(is - was) * 100 > was * DRIFT_PERCENT
  })
  if (drifted.length === 0) return
  throw new StopError(
    'Gas differs from the committed snapshot',
    Object.fromEntries(drifted.map((name) => [name, `${before[name] ?? 'new'} to ${now[name] ?? 'gone'}`])),
    'If that is meant, run npm run bench:gas -- --write and commit the snapshot.',
  )
}
