#!/usr/bin/env node
// Starts the command on the Node that the project brings along: any Node can run this file, only a newer one runs TypeScript.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const { resolve } = createRequire(import.meta.url)

function newerNode() {
  try {
    return resolve(`node-${process.platform}-${process.arch}/bin/node`)
  } catch {
    if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
    console.error(
      `Node ${process.version} is too old to run this. Run \`npm ci\` in the checkout first: it brings its own.`,
    )
    process.exit(1)
  }
}

// What the indexer holds is rows on their way to the database: a small young generation and a bound keep it lean.
const memory = process.argv[2] === 'index' ? ['--max-semi-space-size=16', '--max-old-space-size=1024'] : []
const main = fileURLToPath(new URL('main.ts', import.meta.url))
// Compiling takes half of a command's start: Node keeps what it compiled, and does without where it may not write.
const env = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/attribution', import.meta.url)),
  ...process.env,
}
const child = spawn(newerNode(), [...memory, main, ...process.argv.slice(2)], { stdio: 'inherit', env })
// Ctrl-C reaches both, and the command itself says how it ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
// The shell of `npx attribution` ends at a signal and passes none on: then this is nobody's process, and must end too.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref()
}
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
})
