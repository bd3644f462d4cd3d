import { describe, expect, it } from 'vitest'
import { ATTACKS, attackedWorld, attackNamed } from '../../../pipeline/gym/attacks.ts'
import { drawScene } from '../../../pipeline/gym/scene.ts'
import type { World } from '../../../pipeline/gym/world.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'

const corpus = MAIL.load()
const settings = { seed: 3, rows: 400, calls: 80, contributors: 20, attackers: 3 }
const scene = drawScene(MAIL, corpus, settings)
const played = (name: string): World => attackedWorld(scene, attackNamed(name))
const textsOf = ({ contributions }: World): readonly string[] =>
  contributions.flatMap(({ items }) => items.map(({ text }) => text))
/** What the attackers, and nobody before, contribute. */
const addedIn = (world: World) => world.contributions.slice(scene.peaceful.contributions.length)

describe('a scene', () => {
  it('has honest attackers and other honest contributors as their victims', () => {
    const owned = scene.peaceful.contributions.filter(({ owner }) => owner !== 'others')
    expect(owned.map(({ owner }) => owner).sort()).toEqual([0, 1, 2])
    expect(owned.every(({ isHonest }) => isHonest)).toBe(true)
    const items = [...scene.attackers.map((one) => one.items), ...scene.attackers.map(({ victim }) => victim)]
    expect(new Set(items).size).toBe(6)
  })

  it('leaks to each attacker other texts, all of which will be asked about', () => {
    const asked = new Set(scene.peaceful.calls.map(({ text }) => text))
    const leaked = scene.attackers.flatMap((one) => one.leaked.map(({ text }) => text))
    expect(leaked.every((text) => asked.has(text))).toBe(true)
    expect(new Set(leaked).size).toBe(leaked.length)
  })

  it('refuses more attackers than there are honest contributors to be them', () => {
    expect(() => drawScene(MAIL, corpus, { ...settings, attackers: 12 })).toThrow('too few honest contributors')
  })
})

describe('an attack', () => {
  it.each(ATTACKS.map(({ name }) => name))(
    '%s is the same for the same seed, and leaves others as they were',
    (name) => {
      const world = played(name)
      expect(attackedWorld(drawScene(MAIL, corpus, settings), attackNamed(name))).toEqual(world)
      const others = ({ contributions }: World) => contributions.filter(({ owner }) => owner === 'others')
      expect(others(world)).toEqual(others(scene.peaceful))
      expect(world.calls.filter(({ payer }) => payer === 'others')).toEqual(scene.peaceful.calls)
      expect(world).not.toEqual(scene.peaceful)
    },
  )

  it('by identities changes no row, nor the order of rows', () => {
    expect(textsOf(played('split'))).toEqual(textsOf(scene.peaceful))
    expect(played('split').contributions.filter(({ owner }) => owner === 0)).toHaveLength(4)
  })

  it('by copies brings somebody else’s texts, accepted last', () => {
    const added = addedIn(played('copy-other'))
    for (const [i, { items, victim }] of scene.attackers.entries()) {
      const texts = new Set(victim.map(({ text }) => text))
      expect(added[i]?.items).toHaveLength(items.length)
      expect(added[i]?.items.every(({ text }) => texts.has(text))).toBe(true)
    }
  })

  it('by honest work brings texts that nobody had', () => {
    const dealt = new Set([...textsOf(scene.peaceful), ...scene.peaceful.calls.map(({ text }) => text)])
    expect(addedIn(played('honest')).flatMap(({ items }) => items.filter(({ text }) => dealt.has(text)))).toEqual([])
  })

  it('by wash calls pays for what its own rows say', () => {
    for (const { text, payer } of played('wash').calls.filter((call) => call.payer !== 'others'))
      expect(scene.attackers[payer as number]?.items.map((item) => item.text)).toContain(text)
  })

  it('of an unknown name is told the known ones', () => {
    expect(() => attackNamed('bribe')).toThrow('There is no attack "bribe"')
  })
})
