import { appHandlers } from './app-handlers.ts'
import { attributeHandlers } from './attribute-handlers.ts'
import { compareHandlers } from './compare-handlers.ts'
import { datasetHandlers } from './dataset-handlers.ts'
import type { Handlers } from './dispatch.ts'
import { experimentHandlers } from './experiment-handlers.ts'
import { fileHandlers } from './file-handlers.ts'
import { imageHandlers } from './image-handlers.ts'
import { libraryHandlers } from './library-handlers.ts'
import { pinnedPairHandlers } from './pinned-pair-handlers.ts'
import { queueHandlers } from './queue-handlers.ts'
import { reportHandlers } from './report-handlers.ts'
import { runHandlers } from './run-handlers.ts'
import { runtimeHandlers } from './runtime-handlers.ts'
import { sampleFileHandlers } from './sample-file-handlers.ts'
import { samplingHandlers } from './sampling-handlers.ts'
import type { Services } from './services.ts'
import { storageHandlers } from './storage-handlers.ts'
import { targetHandlers } from './target-handlers.ts'

/** Answers to all requests of the window. */
export function createHandlers(services: Services): Handlers {
  return {
    ...appHandlers(services),
    ...datasetHandlers(services),
    ...libraryHandlers(services),
    ...runHandlers(services),
    ...queueHandlers(services),
    ...experimentHandlers(services),
    ...samplingHandlers(services),
    ...attributeHandlers(services),
    ...pinnedPairHandlers(services),
    ...sampleFileHandlers(services),
    ...imageHandlers(services),
    ...fileHandlers(),
    ...runtimeHandlers(services),
    ...storageHandlers(services),
    ...targetHandlers(services),
    ...compareHandlers(services),
    ...reportHandlers(services),
  }
}
