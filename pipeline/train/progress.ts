/** How a long step tells its caller where it stands. */
export interface Progress {
  /** What is being done, in the words of the person waiting for it. */
  readonly step: string
  readonly done: number
  readonly total: number
}

export type OnProgress = (progress: Progress) => void
