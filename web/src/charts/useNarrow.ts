import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 639px)')

/** Whether charts are drawn for a phone: fewer units wide, so that their text stays as large as elsewhere. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      narrow.addEventListener('change', changed)
      return () => narrow.removeEventListener('change', changed)
    },
    () => narrow.matches,
  )
}
