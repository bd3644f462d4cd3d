import type { Command } from 'commander'
import { action, commandOf, withSettings } from '../command.ts'
import { PRIVATE_KEY, type SettingName, settings, variableOf } from '../config.ts'

/** `attribution config`: what is set, and where each setting comes from. */
export function configCommand(): Command {
  const command = commandOf('config', 'show what is set, and where each setting comes from')
  return withSettings(command, ...(Object.keys(settings) as SettingName[])).action(
    action(async ({ config, terminal }) => {
      const names = Object.keys(settings) as SettingName[]
      const found = names.map((name) => ({ name, variable: variableOf(name), found: config.find(name) }))
      const key = config.privateKey === undefined ? 'not set' : 'set'
      terminal.result(
        {
          ...Object.fromEntries(found.map(({ name, found: one }) => [name, one ?? null])),
          privateKey: key,
        },
        [
          ...found.map(({ name, variable, found: one }) =>
            one === undefined
              ? `${name.padEnd(14)} not set: --${settings[name].flag}, or ${variable}`
              : `${name.padEnd(14)} ${withoutSecrets(one.value)} (${one.from})`,
          ),
          `${'privateKey'.padEnd(14)} ${key}: ${PRIVATE_KEY} in the environment or .env`,
        ],
      )
    }),
  )
}

/** Addresses of nodes often carry a key. */
function withoutSecrets(value: string): string {
  if (!URL.canParse(value)) return value
  const { origin, pathname, search, username } = new URL(value)
  if (origin === 'null') return value
  return pathname.length > 1 || search !== '' || username !== '' ? `${origin}/…` : origin
}
