import { describe, expect, it } from 'vitest'
import { keptBy, trainWithoutCopies } from '../../../pipeline/train/withoutCopies.ts'

const K = 64
/** 64 equal codes, of which the first `count` are turned: its cosine with none turned is 1 − count / 32. */
const turned = (count: number): Int8Array => Int8Array.from({ length: K }, (_, d) => (d < count ? -7 : 7))
/** A row that resembles no other: +7 and −7 in pairs, groups or halves. */
const apart = (period: number): Int8Array =>
  Int8Array.from({ length: K }, (_, d) => (Math.floor(d / period) % 2 === 0 ? 7 : -7))

/** Trains as told: what comes of each training, by how many there were before. */
function scripted(codes: (training: number, kept: readonly boolean[]) => readonly Int8Array[]) {
  const trainings: string[] = []
  const train = async (kept: readonly boolean[]) => {
    trainings.push(kept.map((is) => (is ? 'k' : 'd')).join(''))
    return { codes: codes(trainings.length, kept) }
  }
  return { trainings, train }
}

describe('training without near-copies', () => {
  it('trains once where there are none', async () => {
    const { trainings, train } = scripted(() => [turned(0), apart(1), apart(2)])
    const { copies, trainedOn } = await trainWithoutCopies(3, train)
    expect({ trainings, copies: [...copies], trainedOn }).toEqual({
      trainings: ['kkk'],
      copies: [],
      trainedOn: [true, true, true],
    })
  })

  it('drops what reaches 0.70 with an earlier row, and trains again on the rest', async () => {
    const { trainings, train } = scripted(() => [turned(0), apart(1), turned(9), turned(10)])
    const { copies, trainedOn } = await trainWithoutCopies(4, train)
    expect({ trainings, copies: [...copies], trainedOn }).toEqual({
      trainings: ['kkkk', 'kkdk'],
      copies: [[2, 0]],
      trainedOn: [true, true, false, true],
    })
  })

  it('leaves it at that where the last training moved a copy by no more than proofs allow', async () => {
    // 0.72, and then 0.625 with the row that it names.
    const { trainings, train } = scripted((training) => [turned(0), turned(training === 1 ? 9 : 12)])
    const { copies } = await trainWithoutCopies(2, train)
    expect([trainings, [...copies]]).toEqual([['kk', 'kd'], [[1, 0]]])
  })

  it('takes back a row that is no copy any more, and drops one that became one', async () => {
    const { trainings, train } = scripted((training) =>
      training === 1 ? [turned(0), turned(4), apart(1)] : [turned(0), turned(14), turned(6)],
    )
    const { copies } = await trainWithoutCopies(3, train)
    expect([trainings, [...copies]]).toEqual([['kkk', 'kdk', 'kkd'], [[2, 0]]])
  })

  it('names another original without training again, where only that has changed', async () => {
    const { trainings, train } = scripted((training) =>
      training === 1 ? [turned(0), turned(20), turned(4)] : [turned(0), turned(20), turned(18)],
    )
    const { copies } = await trainWithoutCopies(3, train)
    expect([trainings, [...copies]]).toEqual([['kkk', 'kkd'], [[2, 1]]])
  })

  it('ends although a row is a copy exactly when it is trained on: the last codes decide', async () => {
    const { trainings, train } = scripted((_, kept) => [turned(0), kept[1] === true ? turned(2) : turned(20)])
    const { copies, trainedOn } = await trainWithoutCopies(2, train)
    expect(trainings).toEqual(['kk', 'kd', 'kk', 'kd', 'kk'])
    expect([[...copies], trainedOn, keptBy(copies, 2)]).toEqual([[[1, 0]], [true, true], [true, false]])
  })
})
