export const SEARCH = `query Search($words: String!) {
  names(where: { text_contains_nocase: $words }, limit: 1) { items { model { modelId } dataset { datasetId } } }
}`

export interface SearchData {
  readonly names: {
    readonly items: readonly {
      readonly model: { readonly modelId: number } | null
      readonly dataset: { readonly datasetId: number } | null
    }[]
  }
}

/** A page and its parameters, as the router takes them. */
export type Target =
  | { readonly to: '/earnings/$who'; readonly params: { readonly who: string } }
  | { readonly to: '/models/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/datasets/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/transactions/$hash'; readonly params: { readonly hash: string } }
  | { readonly to: '/answers/$batch/$position'; readonly params: { readonly batch: string; readonly position: string } }

/** What words say by their form alone. */
export function targetOf(words: string): Target | undefined {
  const [text] = [words.trim()]
  if (/^0x[0-9a-f]{40}$/i.test(text)) return { to: '/earnings/$who', params: { who: text.toLowerCase() } }
  if (/^0x[0-9a-f]{64}$/i.test(text)) return { to: '/transactions/$hash', params: { hash: text.toLowerCase() } }
  const [, noun, number, position] = /^(account|model|dataset|answer)\s+(\d+)(?:[/.\s-](\d+))?$/i.exec(text) ?? []
  if (number === undefined) return undefined
  switch (noun?.toLowerCase()) {
    case 'account':
      return { to: '/earnings/$who', params: { who: number } }
    case 'model':
      return { to: '/models/$id', params: { id: number } }
    case 'dataset':
      return { to: '/datasets/$id', params: { id: number } }
    default:
      return { to: '/answers/$batch/$position', params: { batch: number, position: position ?? '0' } }
  }
}
