import { desktopText } from '#shared/desktop-text.ts'
import type { JobState } from '#shared/remote/protocol.ts'
import { reasonInWords } from './reasons.ts'

/** What Slurm knows of a job. */
export interface JobInfo {
  jobId: string
  /** Slurm's word, as RUNNING or OUT_OF_MEMORY. */
  state: string
  /** Why it waits, in Slurm's word; `None` where it does not. */
  waitsFor: string
  /** Exit status and the signal that ended it; 0 for none. */
  exit: { status: number; signal: number }
  /** How often it was requeued. */
  restarts: number
  /** Where its script runs or ran. */
  node: string | null
  partition: string | null
}

/** Fields of `scontrol show job --oneliner`; values have no spaces, save those of the user. */
export function parseShownJob(line: string): JobInfo | null {
  const field = (name: string) => new RegExp(String.raw`(?:^|\s)${name}=(\S*)`).exec(line)?.[1]
  const [jobId, state] = [field('JobId'), field('JobState')]
  if (!jobId || !state) return null
  return {
    jobId,
    state,
    waitsFor: field('Reason') ?? 'None',
    exit: parseExit(field('ExitCode')),
    restarts: Number(field('Restarts') ?? 0),
    node: known(field('BatchHost')),
    partition: known(field('Partition')),
  }
}

/** What `sacct --parsable2 --noheader --allocations --format=` is asked for: fields of `parseAccountedJob`. */
export const accountedFields = 'JobIDRaw,State,ExitCode,NodeList,Partition'

/** A line of sacct; the last is of the job's latest start. */
export function parseAccountedJob(lines: string): JobInfo | null {
  const line = lines.trim().split('\n').at(-1) ?? ''
  const [jobId, state = '', exit, node, partition] = line.split('|')
  if (!jobId || !state) return null
  // “CANCELLED by 1000”
  const [word = ''] = state.split(' ', 1)
  return {
    jobId,
    state: word,
    waitsFor: 'None',
    exit: parseExit(exit),
    restarts: 0,
    node: known(node),
    partition: known(partition),
  }
}

function parseExit(text = '0:0'): JobInfo['exit'] {
  const [status = 0, signal = 0] = text.split(':').map(Number)
  return { status, signal }
}

/** A value; null for “(null)”, “None assigned” and nothing. */
const known = (text: string | undefined) => (text && !/^(\(null\)$|None\b)/.test(text) ? text : null)

const waiting = new Set(['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT'])
const running = new Set(['RUNNING', 'COMPLETING', 'SIGNALING', 'STAGE_OUT', 'RESIZING'])

/** Where a job stands whose journal does not say that it has ended. */
export function jobStateOf(
  info: JobInfo,
  { pid, position }: { pid: number | null; position: number | null },
): JobState {
  const { jobId, state, restarts } = info
  if (waiting.has(state)) {
    const reason =
      info.waitsFor === 'BeginTime' && restarts > 0
        ? desktopText('slurm.reason.requeued')
        : reasonInWords(info.waitsFor, jobId)
    return { state: 'queued', jobId, reason, position }
  }
  if (running.has(state)) return { state: 'running', pid, jobId, node: info.node ?? '' }
  if (state === 'CONFIGURING') {
    return { state: 'queued', jobId, reason: desktopText('slurm.reason.starting'), position: null }
  }
  if (state === 'SUSPENDED' || state === 'STOPPED') {
    return { state: 'queued', jobId, reason: desktopText('slurm.reason.suspended'), position: null }
  }
  // Slurm's own word as well: it is what its documentation and its administrators use.
  return { state: 'lost', reason: desktopText('slurm.lost.state', { what: lostInWords(info), state }) }
}

/** How a job ended that trains no more, as a clause. */
export function lostInWords({ jobId: job, state, exit }: JobInfo): string {
  switch (state) {
    case 'CANCELLED':
    case 'REVOKED':
      return desktopText('slurm.lost.cancelled', { job })
    case 'NODE_FAIL':
      return desktopText('slurm.lost.nodeFailed', { job })
    case 'OUT_OF_MEMORY':
      return desktopText('slurm.lost.memory', { job })
    case 'TIMEOUT':
    case 'DEADLINE':
      return desktopText('slurm.lost.time', { job })
    case 'PREEMPTED':
      return desktopText('slurm.lost.preempted', { job })
    case 'BOOT_FAIL':
    case 'LAUNCH_FAILED':
      return desktopText('slurm.lost.launch', { job })
    case 'COMPLETED':
    case 'FAILED':
      return exitInWords(job, exit)
    default:
      return desktopText('slurm.lost.other', { job })
  }
}

/** A shell gives 128 + 9 for a child that SIGKILL has ended. */
const killed = 9

/** What exit status or signal of a job says. */
export function exitInWords(job: string, { status, signal }: JobInfo['exit']): string {
  if (signal === killed || status === 128 + killed) return desktopText('slurm.lost.killed', { job })
  if (signal !== 0) return desktopText('slurm.lost.signal', { job, signal })
  if (status > 128) return desktopText('slurm.lost.signal', { job, signal: status - 128 })
  if (status !== 0) return desktopText('slurm.lost.exit', { job, status })
  return desktopText('slurm.lost.silent', { job })
}
