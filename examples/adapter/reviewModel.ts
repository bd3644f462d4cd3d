import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { finiteOf, parseSafetensors, type Tensor } from '../../pipeline/run/safetensors.ts'

/**
 * The tiny model of docs/walkthroughs/adapter.md without torch: what vLLM and `python -m attribution_run serve` are to a gateway, for the
 * eight texts whose answers and gradients the model's folder keeps. `node reviewModel.ts <folder> <port>`
 */
const [folder = '.', port = '18081'] = process.argv.slice(2)
const asked = readFileSync(join(folder, 'answers.jsonl'), 'utf8').trim().split('\n')
const answers = asked.map((line) => JSON.parse(line) as { readonly text: string; readonly label: string })
const file = join(folder, 'queries.safetensors')
const queries = parseSafetensors(file, readFileSync(file)).get('q') as Tensor
const values = finiteOf(file, 'q', queries)
const width = queries.shape[1] as number

interface Question {
  readonly messages: readonly { readonly content: string }[]
  readonly answer?: string
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') return reply(response, 200, { object: 'list', data: [{ id: 'reviews' }] })
  const { messages, answer } = await bodyOf(request)
  const text = messages.at(-1)?.content
  const known = answers.findIndex((one) => one.text === text)
  const found = answers[known]
  if (found === undefined) return reply(response, 400, { error: 'Nobody kept what the model says to this text.' })
  if (request.url !== '/gradient') return stream(response, found.label)
  if (answer !== found.label) return reply(response, 400, { error: 'Nobody kept the gradient of this answer.' })
  reply(response, 200, { gradient: [...values.subarray(known * width, (known + 1) * width)] })
})
server.listen(Number(port), '127.0.0.1', () => console.log(`The review model answers at http://127.0.0.1:${port}`))

async function bodyOf(request: IncomingMessage): Promise<Question> {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text) as Question
}

function stream(response: ServerResponse, content: string): void {
  const usage = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 }
  const chunks = [{ choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] }, { choices: [], usage }]
  response.setHeader('Content-Type', 'text/event-stream')
  response.end([...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''))
}

function reply(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
