import { z } from 'zod'
import type { Compared } from '#shared/schemas/evaluation.ts'
import { libraryViewSchema } from '#shared/schemas/library-view.ts'
import type { LibraryView } from '#shared/schemas/library-view.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'
import { channel, nothing, type } from '#shared/ipc/channel.ts'

/** What a list of runs shows of each besides its record. */
export interface RunExtras {
  /** The latest grid of fixed seeds of each run that has one. */
  covers: SampleRecord[]
  /** The kernel distance of the latest evaluation, by run. */
  quality: Record<string, Compared>
}

export const libraryChannels = {
  'library.view': channel({ input: nothing, output: type<LibraryView>() }),
  'library.setView': channel({ input: libraryViewSchema, output: type<void>() }),
  /** Ids of the runs and datasets in which every word of the text is found. */
  'library.search': channel({
    input: z.strictObject({ text: z.string().max(1000) }),
    output: type<{ runs: string[]; datasets: string[] }>(),
  }),
  'library.extras': channel({ input: nothing, output: type<RunExtras>() }),
}
