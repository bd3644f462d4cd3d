import type { LogEvent } from './logEvents.ts'

export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

/** A log line as text: the sentence alone; as JSON: one object with time, level and all facts. */
export function written(line: LogEvent, format: LogFormat, at: Date): string {
  if (format === 'text') return withoutSecrets(line.message)
  const { level, event, message, facts } = line
  return withoutSecrets(JSON.stringify({ ...facts, time: at.toISOString(), level, event, message }, readable))
}

/** Our own errors name URLs without secrets; messages of drivers and servers may contain them. */
export function withoutSecrets(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi, '$1')
}

/** Bigints as numbers where they are exact, else as strings. */
function readable(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : `${value}`
}
