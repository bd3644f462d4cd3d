/** Amounts as the API writes them. */
export function strings(amounts: Readonly<Record<string, bigint>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, `${amount}`]))
}

/** The sum of some amounts of every item. */
export function total<name extends string>(
  items: readonly Readonly<Record<name, string | number>>[],
  ...names: readonly name[]
): bigint {
  return items.flatMap((item) => names.map((name) => BigInt(item[name]))).reduce((sum, amount) => sum + amount, 0n)
}
