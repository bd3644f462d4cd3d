import type { LogEvent } from './logEvents.ts'

export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

/** How a line is written: for people the sentence, for machines one JSON object with the time, the level and all facts. */
export function written(line: LogEvent, format: LogFormat, at: Date): string {
  if (format === 'text') return withoutSecrets(line.message)
  const { level, event, message, facts } = line
  return withoutSecrets(JSON.stringify({ ...facts, time: at.toISOString(), level, event, message }, readable))
}

/** Where our own errors name a URL they leave its secrets out; what drivers and servers say may still hold one. */
export function withoutSecrets(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi, '$1')
}

/** Numbers as far as whoever reads them can hold them, and strings beyond. */
function readable(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : `${value}`
}
