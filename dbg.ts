import { spawn } from 'node:child_process'
import { startPostgres } from './test/support/postgres.ts'
import { fillHistory, FILLED } from './test/support/filledHistory.ts'
import { freePort } from './test/support/localLedger.ts'
import { crowdAt } from './bench/api/load.ts'
import { ours } from './bench/api/questions.ts'
const pg = await startPostgres()
const f = await fillHistory(pg, { ...FILLED, accounts: 2000, payers: 200, batches: 400, records: 50 })
const port = await freePort()
const child = spawn(process.execPath, ['--cpu-prof', '--cpu-prof-dir=/tmp/w/a13-scratch/prof', 'indexer/main.ts', 'serve', '--database', f.url, '--schema', 'nowhere', '--port', `${port}`, '--readers', '0', '--rate-limit', '0'], { stdio: 'inherit' })
const url = `http://127.0.0.1:${port}`
for (;;) { try { if ((await fetch(url + '/health')).ok) break } catch {} await new Promise(r => setTimeout(r, 100)) }
const crowd = crowdAt(url, 50)
const kind = process.argv[2]
const all = Array.from({ length: 8000 }, (_, i) => kind === 'list' ? ours.body({ kind: 'list', payer: 1 + i % 200 }) : ours.body({ kind: 'one', batch: 1 + i % 400, position: Math.floor(i / 400) }))
const bodies = kind === 'list' ? all.slice(0, 200) : all.slice(0, 4000)
const cpu = () => Number((await_read(`/proc/${child.pid}/stat`)).split(' ')[13])
function await_read(p: string) { return require_('node:fs').readFileSync(p, 'utf8') }
import { createRequire } from 'node:module'
const require_ = createRequire(import.meta.url)
const t = performance.now(), c = cpu()
await crowd.ask(bodies)
console.log(kind, (performance.now() - t) / bodies.length, 'ms wall each; cpu ms', (cpu() - c) * 10 / bodies.length)
crowd.leave()
child.kill('SIGTERM'); await new Promise(r => child.once('close', r)); await pg.stop()
