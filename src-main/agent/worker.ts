import { serveWorker } from '../engine/cluster/serve-worker.ts'
import { lineChannel } from '../processes/line-channel.ts'

/** `agent worker`: a worker of a run that another machine directs over this process's streams. It ends with them. */
export async function workForAnother(): Promise<never> {
  serveWorker(lineChannel({ input: process.stdin, output: process.stdout }), { isElsewhere: true })
  return await new Promise<never>(() => undefined)
}
