import { describe, expect, it } from 'vitest'
import { cleanMail } from '../../../pipeline/train/tasks/mail/cleanMail.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { dealItems, type Split } from '../../../pipeline/train/tasks/split.ts'
import { StopError } from '../../../sdk/errors.ts'

const mail = (headers: string, body: string): string => `${headers}\n\n${body}`

describe('cleaning a mail', () => {
  it('keeps the subject and the text, without list names, quotations, links and addresses', () => {
    const raw = mail(
      'From: a@example.org\nSubject: Re: [ILUG] Disk\n\tfull\nList-Id: ilug',
      'On Monday, Bob wrote:\n> old words\nSee http://example.org/x or mail bob@example.org.\n\n-- \n_______',
    )
    expect(cleanMail(raw)).toBe('Disk full . See url or mail email --')
  })

  it('reads the first text part of a mail in parts, decoded and without markup', () => {
    const html = '<html><style>p {}</style><p>Caf=E9 is open &amp; =\nwarm</p></html>'
    const raw = mail(
      'Subject: Hello\nContent-Type: multipart/mixed; boundary="xx"',
      [
        '--xx',
        'Content-Type: image/gif',
        '',
        'R0lGOD',
        '--xx',
        'Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable',
        '',
        html,
        '--xx--',
      ].join('\n'),
    )
    expect(cleanMail(raw)).toBe('Hello . Caf is open & warm')
  })

  it('decodes base64', () => {
    const body = Buffer.from('plain words').toString('base64')
    expect(cleanMail(mail('Subject: B\nContent-Transfer-Encoding: base64', body))).toBe('B . plain words')
  })

  it('makes do with a mail that is all headers', () => {
    expect(cleanMail('Subject: nothing else')).toBe('nothing else .')
  })
})

describe('the mail corpus', () => {
  const corpus = MAIL.load()
  const split = dealItems(corpus, MAIL.classes, { seed: 1, rows: 1600, heldOut: 400 })
  const textsOf = ({ contributors }: Split): readonly string[] =>
    contributors.flatMap(({ items }) => items.map(({ text }) => text))

  it('has thousands of usable mails, none twice', () => {
    expect({
      mails: corpus.length,
      spam: corpus.filter(({ label }) => label === 'spam').length,
      texts: new Set(corpus.map(({ text }) => text)).size,
    }).toEqual({ mails: 5717, spam: 1648, texts: 5717 })
  })

  it('is dealt out to forty contributors, the last four of them not honest or not useful', () => {
    const { contributors, heldOut } = split
    expect(contributors).toHaveLength(40)
    expect(contributors.slice(0, 36).every(({ kind }) => kind === 'honest')).toBe(true)
    expect(contributors.slice(36).map(({ kind, copies }) => [kind, copies])).toEqual([
      ['flipped', undefined],
      ['copied', 'contributor-06'],
      ['noise', undefined],
      ['outlier', undefined],
    ])
    expect(textsOf(split)).toHaveLength(1600)
    expect(heldOut).toHaveLength(400)
  })

  it('keeps what is held out apart from what is trained on', () => {
    const trained = new Set(textsOf(split))
    expect(split.heldOut.filter(({ text }) => trained.has(text))).toEqual([])
  })

  it('gives contributors unlike shares of spam', () => {
    const shares = split.contributors.map(
      ({ items }) => items.filter(({ label }) => label === 'spam').length / items.length,
    )
    expect(Math.min(...shares)).toBeLessThan(0.15)
    expect(Math.max(...shares)).toBeGreaterThan(0.45)
  })

  it('flips about three labels in ten, and marks the very items', () => {
    const labels = new Map(corpus.map(({ text, label }) => [text, label]))
    const flipper = split.contributors[36]?.items ?? []
    const flipped = flipper.filter(({ kind }) => kind === 'flipped')
    expect(flipped.length / flipper.length).toBeGreaterThan(0.15)
    expect(flipped.length / flipper.length).toBeLessThan(0.45)
    expect(flipper.filter(({ text, label, kind }) => (labels.get(text) !== label) !== (kind === 'flipped'))).toEqual([])
  })

  it('near-copies most words of one contributor, never all of a longer mail', () => {
    const source = split.contributors[5]?.items ?? []
    const copier = split.contributors[37]?.items ?? []
    const kept = copier.map(({ text, label }, i) => {
      const original = source[i % source.length]
      expect(label).toBe(original?.label)
      return text.split(' ').length / (original?.text.split(' ').length ?? 0)
    })
    const mean = kept.reduce((sum, share) => sum + share, 0) / kept.length
    expect(mean).toBeGreaterThan(0.85)
    expect(mean).toBeLessThan(0.95)
  })

  it('is dealt out alike by the same seed and unlike by another', () => {
    expect(dealItems(corpus, MAIL.classes, { seed: 1, rows: 1600, heldOut: 400 })).toEqual(split)
    expect(textsOf(dealItems(corpus, MAIL.classes, { seed: 2, rows: 1600, heldOut: 400 }))).not.toEqual(textsOf(split))
  })

  it('can be dealt out whole, which uses every mail', () => {
    const whole = dealItems(corpus, MAIL.classes, { seed: 3, rows: 'all', heldOut: 1000 })
    const dealt = whole.contributors
      .filter(({ kind }) => kind !== 'copied' && kind !== 'noise')
      .reduce((sum, { items }) => sum + items.length, 0)
    expect(dealt).toBeGreaterThan(5717 - 1000 - 40)
    expect(dealt).toBeLessThanOrEqual(5717 - 1000)
  })

  it('refuses to deal out more than it has, or to too few', () => {
    expect(() => dealItems(corpus, MAIL.classes, { seed: 1, rows: 5600, heldOut: 1000 })).toThrow(StopError)
    expect(() => dealItems(corpus, MAIL.classes, { seed: 1, rows: 100, heldOut: 10, contributors: 4 })).toThrow(
      /contributors are too few/,
    )
    expect(() => dealItems(corpus, MAIL.classes, { seed: 1, rows: 20, heldOut: 10 })).toThrow('has no 20 rows')
  })
})
