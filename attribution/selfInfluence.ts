// Self-influence: how hard a row pulls at the model by itself, and the rows that pull so hard that a rule which pays rows one by
// one had better leave them out.
//
//   self_i = ‖r_i‖²             r_i the whitened gradient before it is rounded (k)
//   flagged where  self_i > 4 · mean_j self_j
//
// A row whose label fights all that was learnt from the others has by far the longest gradient (Koh and Liang 2017, section
// 5.4). Pay by net influence counts its harm instead; certificates compare both (docs/decisions/020).

/** Above so many times the mean self-influence of a run's rows, a row is flagged. */
export const MOST_SELF_INFLUENCE = 4

/** Finds the flagged rows, whatever their contributor and whatever they resemble. */
export function findFlagged(selfInfluence: Float64Array): ReadonlySet<number> {
  let sum = 0
  for (const x of selfInfluence) sum += x
  const most = (MOST_SELF_INFLUENCE * sum) / selfInfluence.length
  const flagged = new Set<number>()
  selfInfluence.forEach((x, row) => {
    if (x > most) flagged.add(row)
  })
  return flagged
}
