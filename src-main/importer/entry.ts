import { inFlightLogVariable } from '#shared/importer-messages.ts'
import type { ImporterEvent, ImporterRequests } from '#shared/importer-messages.ts'
import { languageOf, languageVariable, setLanguage } from '#shared/language.ts'
import { parentChannel } from '../processes/parent-channel.ts'
import { serveCalls } from '../processes/rpc.ts'
import { createImporter } from './importer.ts'
import { noInFlightLog, openInFlightLog } from '../processes/in-flight-log.ts'

// The entry of the importer process: an Electron utility process, or one forked by the CLI.
setLanguage(languageOf(process.env[languageVariable] ?? 'en'))
const channel = parentChannel()
if (!channel) {
  process.stderr.write('The importer is started by Flowerbed only.\n')
  process.exit(2)
}
// A terminal sends these to all of its processes; the parent handles them and ends this process.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined)

const logPath = process.env[inFlightLogVariable]
const inFlightLog = logPath === undefined ? noInFlightLog : openInFlightLog(logPath)
const server: { emit: (event: ImporterEvent) => void } = serveCalls<ImporterRequests, ImporterEvent>({
  channel,
  handlers: createImporter({
    inFlightLog,
    emit: (event) => {
      server.emit(event)
    },
  }),
})
channel.onClose(() => process.exit(0))
