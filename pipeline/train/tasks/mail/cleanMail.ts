/**
 * From a raw mail to the words a person would read: the subject, then the first text part without markup, quotations,
 * addresses and links. Headers go because they name the mailing list, and with it the label.
 */

const LONGEST_TEXT = 900

/** Names of the mailing lists in the SpamAssassin corpus; all of their mail is ham, so the name alone would decide. */
const LIST_NAMES = /\[?ilug\]?|spamassassin|exmh|razor|sightings|zzzzteana/gi
const QUOTED_LINE = /^\s*(>|On .* wrote:|\S+ wrote:|_{5,}|-{5,}|https?:\S+\s*$)/
const SUBJECT_PREFIXES = /^(\[[^\]]*\]|re:|fwd?:|\s)+/gi

export function cleanMail(raw: string): string {
  const { headers, body } = splitHeaders(raw)
  const subject = headerOf(headers, 'subject').replace(SUBJECT_PREFIXES, '')
  const text = firstTextPart(headers, body)
    .split('\n')
    .filter((line) => !QUOTED_LINE.test(line))
    .join(' ')
  return `${subject} . ${text}`
    .replace(/https?:\S+/g, ' url ')
    .replace(/\S+@\S+/g, ' email ')
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(LIST_NAMES, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_TEXT)
}

interface Part {
  readonly headers: string
  readonly body: string
}

/** Headers with their continuation lines joined, and the rest. */
function splitHeaders(raw: string): Part {
  const end = raw.search(/\r?\n\r?\n/)
  const headers = end < 0 ? raw : raw.slice(0, end)
  return { headers: headers.replace(/\r?\n[ \t]+/g, ' '), body: end < 0 ? '' : raw.slice(end) }
}

function headerOf(headers: string, name: string): string {
  return new RegExp(`^${name}:(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? ''
}

function firstTextPart(headers: string, body: string): string {
  const boundary = /boundary="?([^";\n]+)"?/i.exec(headers)?.[1]
  if (boundary === undefined) return readText({ headers, body }) ?? ''
  for (const section of body.split(`--${boundary}`).slice(1)) {
    const text = readText(splitHeaders(section.replace(/^\r?\n/, '')))
    if (text !== undefined) return text
  }
  return ''
}

/** The decoded text of a part, or undefined where it is no text. */
function readText({ headers, body }: Part): string | undefined {
  const type = headerOf(headers, 'content-type').toLowerCase()
  if (type !== '' && !type.startsWith('text')) return undefined
  const decoded = decodeTransfer(headerOf(headers, 'content-transfer-encoding').toLowerCase(), body)
  const isMarkup = type.includes('html') || /<html|<body|<table/i.test(decoded)
  return isMarkup ? stripMarkup(decoded) : decoded
}

function decodeTransfer(encoding: string, body: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1')
  if (encoding !== 'quoted-printable') return body
  return body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

function stripMarkup(html: string): string {
  return html
    .replace(/<style[\s\S]*?<\/style>|<script[\s\S]*?<\/script>|<!--[\s\S]*?-->/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&#?\w+;/g, ' ')
}
