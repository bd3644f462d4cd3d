import { describe, expect, it } from 'vitest'
import { ATTACKS, attackedWorld, attackNamed } from '../../../pipeline/gym/attacks.ts'
import type { KnownItem } from '../../../pipeline/gym/ownItems.ts'
import { drawScenario } from '../../../pipeline/gym/scenario.ts'
import type { World } from '../../../pipeline/gym/world.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'

const corpus = MAIL.load()
const settings = { seed: 3, rows: 640, calls: 80, contributors: 16, attackers: 3 }
const scenario = drawScenario(MAIL, corpus, settings)
const drawnAgain = drawScenario(MAIL, corpus, settings)

/** What attackers know: every third row did harm, and rows with long texts pull hard. */
const known = scenario.attackers.map(({ items }) =>
  items.map((item, i): KnownItem => ({ item, selfInfluence: item.text.length, term: i % 3 === 0 ? -1 - i : i })),
)
const attackedBy = (name: string): World => attackedWorld(scenario, attackNamed(name), known)
const textsOf = ({ contributions }: World): readonly string[] =>
  contributions.flatMap(({ items }) => items.map(({ text }) => text))
const namesOf = (owner: number, { contributions }: World) => contributions.filter((one) => one.owner === owner)
/** What the attackers, and nobody before, contribute. */
const addedIn = (world: World) => world.contributions.slice(scenario.peaceful.contributions.length)

describe('a scenario', () => {
  it('has honest attackers and other honest contributors as their victims', () => {
    const owned = scenario.peaceful.contributions.filter(({ owner }) => owner !== 'others')
    expect(owned.map(({ owner }) => owner).sort()).toEqual([0, 1, 2])
    expect(owned.every(({ isHonest }) => isHonest)).toBe(true)
    const items = [...scenario.attackers.map((one) => one.items), ...scenario.attackers.map(({ victim }) => victim)]
    expect(new Set(items).size).toBe(6)
  })

  it('leaks to each attacker other texts, all of which will be asked about', () => {
    const asked = new Set(scenario.peaceful.calls.map(({ text }) => text))
    const leaked = scenario.attackers.flatMap((one) => one.leaked.map(({ text }) => text))
    expect(leaked.every((text) => asked.has(text))).toBe(true)
    expect(new Set(leaked).size).toBe(leaked.length)
  })

  it('refuses more attackers than there are honest contributors to be them', () => {
    expect(() => drawScenario(MAIL, corpus, { ...settings, attackers: 12 })).toThrow('too few honest contributors')
  })
})

describe('an attack', () => {
  it.each(ATTACKS.map(({ name }) => name))(
    '%s is the same for the same seed, and leaves others as they were',
    (name) => {
      const world = attackedBy(name)
      expect(attackedWorld(drawnAgain, attackNamed(name), known)).toEqual(world)
      const others = ({ contributions }: World) => contributions.filter(({ owner }) => owner === 'others')
      expect(others(world)).toEqual(others(scenario.peaceful))
      expect(world.calls.filter(({ payer }) => payer === 'others')).toEqual(scenario.peaceful.calls)
      expect(world).not.toEqual(scenario.peaceful)
    },
  )

  it('by names changes no row, and gives each as many as are paid by themselves, or fewer', () => {
    const all = [...textsOf(scenario.peaceful)].sort()
    for (const [name, fewest, most] of [
      ['split', 16, 31],
      ['small-names', 1, 15],
    ] as const) {
      const world = attackedBy(name)
      expect([...textsOf(world)].sort()).toEqual(all)
      for (const attacker of scenario.attackers.keys())
        for (const { items } of namesOf(attacker, world)) {
          expect(items.length).toBeGreaterThanOrEqual(Math.min(fewest, scenario.attackers[attacker]?.items.length ?? 0))
          expect(items.length).toBeLessThanOrEqual(most)
        }
    }
  })

  it('by sorted names puts the rows that did harm together', () => {
    const termOf = new Map(known.flat().map(({ item, term }) => [item, term]))
    const names = scenario.attackers.map((_, attacker) => namesOf(attacker, attackedBy('split-oracle')))
    expect(names.some((own) => own.length > 1)).toBe(true)
    for (const own of names) {
      const terms = own.flatMap(({ items }) => items.map((item) => termOf.get(item) ?? 0))
      expect(terms).toEqual(terms.toSorted((a, b) => a - b))
    }
  })

  it('by an oracle leaves out what did harm, or brings just that under a small name', () => {
    for (const [attacker, own] of known.entries()) {
      const helpful = own.filter(({ term }) => term >= 0).map(({ item }) => item)
      expect(namesOf(attacker, attackedBy('omit-oracle')).map(({ items }) => items)).toEqual([helpful])
      const harmful = own.filter(({ term }) => term < 0).map(({ item }) => item)
      const [kept, shed] = namesOf(attacker, attackedBy('shed-oracle')).map(({ items }) => items)
      expect(kept).toEqual(helpful)
      expect(new Set(shed)).toEqual(new Set(harmful))
    }
  })

  it('by an oracle leaves out only the worst where all rows did harm', () => {
    const harmful = known.map((own) => own.map((one, i) => ({ ...one, term: -1 - ((i * 7) % own.length) })))
    const world = attackedWorld(scenario, attackNamed('omit-oracle'), harmful)
    for (const [attacker, own] of harmful.entries()) {
      const [worst, ...others] = own.toSorted((a, b) => a.term - b.term).map(({ item }) => item)
      expect(namesOf(attacker, world).map(({ items }) => items)).toEqual([others])
      expect(others).not.toContain(worst)
    }
  })

  it('by copies brings somebody else’s texts, accepted last', () => {
    const added = addedIn(attackedBy('copy-other'))
    for (const [i, { items, victim }] of scenario.attackers.entries()) {
      const texts = new Set(victim.map(({ text }) => text))
      expect(added[i]?.items).toHaveLength(items.length)
      expect(added[i]?.items.every(({ text }) => texts.has(text))).toBe(true)
    }
  })

  it('by honest work brings texts that nobody had', () => {
    const dealt = new Set([...textsOf(scenario.peaceful), ...scenario.peaceful.calls.map(({ text }) => text)])
    const brought = addedIn(attackedBy('honest')).flatMap(({ items }) => items.filter(({ text }) => dealt.has(text)))
    expect(brought).toEqual([])
  })

  it('by wash calls pays for what its own rows say', () => {
    for (const { text, payer } of attackedBy('wash').calls.filter((call) => call.payer !== 'others'))
      expect(scenario.attackers[payer as number]?.items.map((item) => item.text)).toContain(text)
  })

  it('of an unknown name is told the known ones', () => {
    expect(() => attackNamed('bribe')).toThrow('There is no attack "bribe"')
  })
})
