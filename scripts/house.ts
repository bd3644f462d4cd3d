/** `npm run house`: the rooms in numbers, as CONTRIBUTING.md has them. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeTables } from './documentTables.ts'
import { arrows, top } from './house/arrows.ts'

const rooms = ['contracts', ...Object.keys(arrows), ...top]
const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.sol', '*.py'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => !file.startsWith('deployments/abi/'))

const rows = rooms.flatMap((room) => {
  const lengths = files
    .filter((file) => file.startsWith(`${room}/`))
    .map((file) => readFileSync(file, 'utf8').split('\n').length - 1)
    .toSorted((a, b) => a - b)
  if (lengths.length === 0) return []
  const imports = arrows[room]?.join(', ') ?? (top.includes(room) ? 'any' : '')
  return [`| \`${room}\` | ${lengths.length} | ${lengths[lengths.length >> 1]} | ${lengths.at(-1)} | ${imports} |`]
})
const table = [
  '| room | files | median lines | longest | imports |',
  '| --- | ---: | ---: | ---: | --- |',
  ...rows,
].join('\n')

if (process.argv.includes('--write')) writeTables('CONTRIBUTING.md', table)
else process.stdout.write(`${table}\n`)
