const colours = ['#0F8A74', '#8E5AA8', '#1A5FB4', '#A65E00', '#B8336A', '#50555E']

/** Five by five squares out of an address, alike on both sides. */
export function Identicon({ of }: { of: string }) {
  const seed = of.replace(/^0x/, '').toLowerCase().padEnd(20, '0')
  const digit = (i: number) => Number.parseInt(seed[i] ?? '0', 16) || 0
  const cells = Array.from({ length: 15 }, (_, i) => i).filter((i) => digit(i) % 2 === 0)
  const squares = cells.flatMap((i) => {
    const [x, y] = [Math.floor(i / 5), i % 5]
    return [...new Set([x, 4 - x])].map((column) => `M${column} ${y}h1v1h-1z`)
  })
  return (
    <svg className="id" viewBox="-.5 -.5 6 6" aria-hidden="true">
      <path fill={colours[digit(16) % colours.length]} d="M-.5-.5h6v6h-6z" />
      <path fill="#fff" fillOpacity=".9" d={squares.join('')} />
    </svg>
  )
}
