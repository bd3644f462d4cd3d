const paths = {
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2',
  cross: 'm6.5 6.5 11 11m0-11-11 11',
  warning: 'M12 4 3.5 19h17zM12 10v4m0 2.5v.1',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5m0-8v.1',
  down: 'M12 5v10m-4-4 4 4 4-4M6 19h12',
  back: 'M8 6 4 10l4 4M4 10h10a5 5 0 0 1 0 10h-3',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  search: 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m5 11.5 4 4',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  ring: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17',
  menu: 'M4 8h16M4 16h16',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 24, dashed = false }: { name: IconName; size?: number; dashed?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeDasharray={dashed || name === 'ring' ? '3 3' : undefined}
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  )
}
