// `npm run lock`, after a dependency changed. A registry that lacks some platform's optional package makes npm leave it
// out of package-lock.json, and `npm ci` then refuses ("Missing: … from lock file"). This names such packages in the
// lock as optional packages of their platform, which is all that npm asks for. It never adds one for Linux x64 glibc,
// where the project runs: there a missing package is an error to see.
import { readFileSync, writeFileSync } from 'node:fs'

const lockPath = 'package-lock.json'
const lock = JSON.parse(readFileSync(lockPath, 'utf8'))
const systems = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
}

const isLocked = (name) => Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`))

function platformOf(name) {
  const os = Object.entries(systems).find(([word]) => name.includes(word))?.[1]
  const cpu = /arm64|aarch64/.test(name) ? 'arm64' : /x64|amd64|x86_64/.test(name) ? 'x64' : undefined
  const libc = name.includes('musl') ? 'musl' : undefined
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) }
}

const added = []
for (const entry of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(name)) continue
    const platform = platformOf(name)
    const isOurs = platform.os?.[0] === 'linux' && platform.cpu?.[0] === 'x64' && !platform.libc
    if (!platform.os || isOurs)
      throw new Error(`package-lock.json lacks ${name}@${range}: the registry does not have it`)
    lock.packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ''),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...platform,
    }
    added.push(`${name}@${range}`)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${added.length} packages of other platforms added`)
