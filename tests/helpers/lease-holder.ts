/**
 * A process that claims a run and says on stdout whether it got it: `held`, or the refusal. It holds it until it is ended.
 * Arguments: data folder, run id, then `training` to write that status as an engine's first word would.
 */
import { RunService } from '../../src-main/runs/run-service.ts'
import { openStore } from '../../src-main/database/store.ts'

const [directory = '', runId = '', status] = process.argv.slice(2)
const store = openStore(directory)
const runService = new RunService(store)
try {
  runService.claim(runId)
  if (status === 'training') store.runs.update(runId, { status })
  process.stdout.write('held\n')
} catch (thrown) {
  process.stdout.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
}
setInterval(() => undefined, 1000)
