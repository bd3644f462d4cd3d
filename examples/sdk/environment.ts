/** A value that an example takes from the environment. */
export function needed(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`Set ${name} in the environment`)
  return value
}
