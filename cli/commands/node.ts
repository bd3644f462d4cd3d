import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { createTestClient, http, toHex } from 'viem'
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts'
import { connectReader } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'
import { spokenTime } from '../chainTime.ts'
import { action, commandOf, withSettings } from '../command.ts'
import { startLocalChain } from '../localChain/localChain.ts'
import { durationSeconds, wholeNumber } from '../values.ts'

interface NodeOptions {
  readonly port: number
  readonly folder: string
  readonly accounts: number
  readonly blockTime?: number
}

/** `attribution node`: a local chain for trying things out, with its state on disk. Its money is worth nothing. */
export function nodeCommand(): Command {
  return commandOf(
    'node',
    'run a local chain for trying things out; Ctrl-C stops it, and its state and keys stay on disk',
  )
    .option('--port <number>', 'where it answers', wholeNumber(1, 65_535), 8_545)
    .option('--folder <path>', 'where its state and its keys are kept', 'attribution-node')
    .option('--accounts <number>', 'how many funded accounts it begins with', wholeNumber(1, 100), 10)
    .option('--block-time <seconds>', 'make a block this often too, not only for transactions', wholeNumber(1, 3_600))
    .action(
      action<[], NodeOptions>(async ({ terminal, signal }, { port, folder, accounts, blockTime }) => {
        const keys = ensureKeys(folder, accounts)
        const { mnemonic } = keys
        const chain = await startLocalChain({ folder: join(folder, 'chain'), port, accounts, mnemonic })
        try {
          terminal.result({ rpc: chain.rpcUrl, chainId: chain.reader.chain.id, accounts: keys.accounts }, [
            `Chain ${chain.reader.chain.id} answers at ${chain.rpcUrl}; each of these accounts has coins for gas:`,
            ...keys.accounts.map(({ address, keyFile }) => `  ${address}  ${keyFile}`),
            'Its coins are worth nothing. Ctrl-C stops it; the same command continues it.',
          ])
          await blocksUntil(signal, chain.rpcUrl, blockTime)
        } finally {
          await chain.stop()
        }
      }),
    )
    .addCommand(advanceCommand())
    .helpCommand(true)
}

function advanceCommand(): Command {
  return withSettings(commandOf('advance', 'move the clock of a local chain'), 'rpc')
    .argument('<duration>', 'by how much, such as 90s, 15m, 12h or 3d', durationSeconds)
    .action(
      action<[number], object>(async ({ config, terminal }, _, seconds) => {
        const rpcUrl = config.need('rpc')
        const reader = await connectReader(rpcUrl)
        const clock = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(rpcUrl) })
        try {
          await clock.increaseTime({ seconds })
          await clock.mine({ blocks: 1 })
        } catch (cause) {
          throw new StopError(
            `The clock of chain ${reader.chain.id} at ${withoutCredentials(rpcUrl)} cannot be moved`,
            {},
            'Only that of a local chain can: start one with `attribution node`.',
            cause,
          )
        }
        const { number, timestamp } = await reader.getBlock()
        const time = new Date(Number(timestamp) * 1_000).toISOString()
        terminal.result({ block: number, time }, [`It is ${spokenTime(time)} on this chain now, in block ${number}.`])
      }),
    )
}

/** A phrase that only this folder knows, and a key file for each account of it. */
function ensureKeys(folder: string, count: number) {
  const phraseFile = join(folder, 'phrase')
  if (!existsSync(phraseFile)) writeWhole(phraseFile, `${generateMnemonic(english)}\n`, 0o600)
  const mnemonic = readFileSync(phraseFile, 'utf8').trim()
  const accounts = Array.from({ length: count }, (_, addressIndex) => {
    const account = mnemonicToAccount(mnemonic, { addressIndex })
    const { privateKey } = account.getHdKey()
    if (privateKey === null) throw new Error('A key derived from a phrase can always sign')
    const keyFile = join(folder, 'keys', `${addressIndex}.key`)
    if (!existsSync(keyFile)) writeWhole(keyFile, `${toHex(privateKey)}\n`, 0o600)
    return { address: account.address, keyFile }
  })
  return { mnemonic, accounts }
}

/** Returns when `signal` says so; until then there is a block each `blockTime` seconds, where that is given. */
async function blocksUntil(signal: AbortSignal, rpcUrl: string, blockTime: number | undefined): Promise<void> {
  const miner = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
  while (!signal.aborted) {
    await sleep((blockTime ?? 3_600) * 1_000, undefined, { signal }).catch(() => {})
    if (blockTime !== undefined && !signal.aborted) await miner.mine({ blocks: 1 })
  }
}
