import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { ask } from '../../queries/ask.ts'
import { SEARCH, type SearchData, type Target, targetOf } from '../../queries/search.ts'

/** Finds accounts, models, datasets, answers and transactions; says so where there is none. */
export function Search() {
  const navigate = useNavigate()
  const [failure, setFailure] = useState<string>()
  const find = async (form: FormData) => {
    const words = `${form.get('words') ?? ''}`.trim()
    if (words === '') return
    setFailure(undefined)
    try {
      const target = targetOf(words) ?? (await byName(words))
      if (target === undefined) setFailure('Nothing here goes by that. Give an address, a number, or part of a name.')
      else await navigate(target)
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <search>
      <form action={find}>
        <div className="search">
          <Icon name="search" />
          <input
            type="search"
            name="words"
            aria-label="Search by address, model, dataset or transaction"
            placeholder="Address, model, dataset, transaction"
          />
          <button className="btn pri" type="submit">
            Search
          </button>
        </div>
        <p className="small" role="status">
          {failure}
        </p>
      </form>
    </search>
  )
}

async function byName(words: string): Promise<Target | undefined> {
  const [found] = (await ask<SearchData>(SEARCH, { words })).names.items
  if (found?.model) return { to: '/models/$id', params: { id: `${found.model.modelId}` } }
  if (found?.dataset) return { to: '/datasets/$id', params: { id: `${found.dataset.datasetId}` } }
  return undefined
}
