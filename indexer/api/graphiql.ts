import { createHash } from 'node:crypto'
import { type StaticFile, staticFile } from './http/staticFile.ts'

/**
 * GraphiQL: a small page, and its large files apart, which browsers keep for ever under names of
 * their content. Nothing of it comes from a stranger's server.
 */
export interface GraphiQL {
  readonly page: string
  file(name: string): StaticFile | undefined
}

const WELCOME = `# The accounts that earned most, and what for.
{
  _meta { block lag time }
  accounts(orderBy: earnedGwei, orderDirection: desc, limit: 5) {
    items { id payout contributorGwei operatorGwei earnedGwei claimableGwei }
    totalCount
  }
}
`

let loaded: Promise<GraphiQL> | undefined

/** Loads its nine megabytes when somebody first opens it. */
export function graphiql(): Promise<GraphiQL> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<GraphiQL> {
  const { css, js, editorWorkerService, jsonWorker, graphqlWorker } = await import(
    '@graphql-yoga/render-graphiql/graphiql'
  )
  const files = new Map<string, StaticFile>()
  const add = (kind: string, contentType: string, content: string): string => {
    const name = `${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${kind}`
    files.set(name, staticFile(contentType, content))
    return `graphiql/${name}`
  }
  const script = (content: string) => add('js', 'text/javascript; charset=utf-8', content)
  const urls = {
    css: add('css', 'text/css; charset=utf-8', css),
    js: script(js),
    workers: {
      editorWorkerService: script(editorWorkerService),
      json: script(jsonWorker),
      graphql: script(graphqlWorker),
    },
  }
  return { page: pageOf(urls), file: (name) => files.get(name) }
}

interface Urls {
  readonly css: string
  readonly js: string
  readonly workers: Readonly<Record<string, string>>
}

function pageOf({ css, js, workers }: Urls): string {
  const options = { title: 'Attribution ledger', defaultQuery: WELCOME, endpoint: '/graphql' }
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${options.title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${css}" />
  </head>
  <body id="body" class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
    <script>
      const workers = ${JSON.stringify(workers)}
      self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workers[label] }
    </script>
    <script src="${js}"></script>
    <script>
      YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${JSON.stringify(options)})
    </script>
  </body>
</html>
`
}
