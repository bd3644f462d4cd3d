/** Asks a node several things in one request, in their order; the first that it refuses is thrown. */
export async function askAll(
  rpcUrl: string,
  questions: readonly { readonly method: string; readonly params: readonly unknown[] }[],
): Promise<readonly unknown[]> {
  if (questions.length === 0) return []
  const body = JSON.stringify(questions.map((question, id) => ({ jsonrpc: '2.0', id, ...question })))
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const answers = (await response.json()) as readonly Answer[]
  return questions.map(({ method, params }, id) => {
    const answer = answers.find((one) => one.id === id)
    if (answer === undefined || answer.error !== undefined) {
      throw new Error(`${method}(${JSON.stringify(params).slice(0, 200)}): ${answer?.error?.message ?? 'no answer'}`)
    }
    return answer.result
  })
}

export async function askOne(rpcUrl: string, method: string, ...params: readonly unknown[]): Promise<unknown> {
  return (await askAll(rpcUrl, [{ method, params }]))[0]
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
