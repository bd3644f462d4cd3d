import type { Worker } from 'node:worker_threads'

/** Sends one question and waits for its answer, or for the worker's death. A worker is asked one question at a time. */
export function askWorker<Question, Answer>(worker: Worker, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      worker.off('error', reject)
      resolve(answer)
    }
    worker.once('error', reject)
    worker.once('message', answered)
    worker.postMessage(question)
  })
}
