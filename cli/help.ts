/** How help is laid out: what must be given comes first, what all commands share comes last. */
import type { Command, HelpConfiguration } from 'commander'

export const REQUIRED = 'Required:'
export const SENDING = 'Sending:'
export const SETTINGS = 'Settings (see `attribution config`):'
export const GENERAL = 'General:'

/** Places of these headings; those that a command makes for itself stay between its options and these. */
const PLACES: Readonly<Record<string, number>> = {
  [REQUIRED]: 0,
  'Options:': 1,
  [SENDING]: 3,
  [SETTINGS]: 4,
  [GENERAL]: 5,
}

export const helpLayout: HelpConfiguration = {
  minWidthToWrap: 30,
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(nameOf)].join(' '),
  groupItems(all, visible, headingOf) {
    const placeOf = (heading: string): number => PLACES[heading] ?? 2
    const headings = [...new Set([...all, ...visible].map(headingOf))].toSorted((a, b) => placeOf(a) - placeOf(b))
    return new Map(headings.map((heading) => [heading, visible.filter((item) => headingOf(item) === heading)]))
  },
}

function nameOf(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}
