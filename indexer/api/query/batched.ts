/**
 * Collects the keys that resolvers load one by one into one load, so that a list of n rows costs
 * one more query, not n.
 */
export function batched<Key, Value>(
  load: (keys: readonly Key[]) => Promise<(key: Key) => Value>,
): (key: Key) => Promise<Value> {
  let waiting: { key: Key; resolve: (value: Value) => void; reject: (error: unknown) => void }[] = []

  const run = async () => {
    const batch = waiting
    waiting = []
    try {
      const answerFor = await load(batch.map(({ key }) => key))
      for (const { key, resolve } of batch) resolve(answerFor(key))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      // After all resolvers that can run now.
      if (waiting.length === 0) setImmediate(run)
      waiting.push({ key, resolve, reject })
    })
}
