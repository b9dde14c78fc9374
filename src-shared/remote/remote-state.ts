/** What is sent to a target. */
export type SentThing = 'program' | 'dataset' | 'checkpoint'

/** What becomes of a run on a target now. */
export type RemotePhase =
  | { phase: 'connecting' }
  /** `share` in [0, 1]; null where it is not known, as `secondsLeft`. */
  | { phase: 'sending'; what: SentThing; share: number | null; secondsLeft: number | null }
  | { phase: 'starting' }
  /** It waits in the queue of a scheduler: for what, and behind how many. */
  | { phase: 'queued'; reason: string; position: number | null }
  | { phase: 'training'; node: string }
  /** Since when, ms since 1970; `goesOn` where the launch was sent, so that training goes on there. */
  | { phase: 'unreachable'; since: number; reason: string; goesOn: boolean }
  /** What happened there cannot be stored here now; training goes on there. */
  | { phase: 'storing'; reason: string }

export type RemoteState = RemotePhase & {
  runId: string
  target: string
  /** What it is to be told as soon as it is reached. */
  wish: 'pause' | 'stop' | null
}
